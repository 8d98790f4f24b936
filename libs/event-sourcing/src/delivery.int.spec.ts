import { randomUUID } from 'node:crypto';
import { eventually, pipeline, type Pipeline } from '../test/pipeline.js';
import { partitionOf, waitForPosition } from './index.js';

describe('relay and projector', () => {
  let p: Pipeline;
  beforeEach(async () => (p = await pipeline()));
  afterEach(() => p.stop());

  it('bring events of the store into the read model, once and in order', async () => {
    p.relay();
    p.projector();
    const streams = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(
      streams.map(async (stream) => {
        for (let version = 0; version < 10; version += 2) await p.append(stream, version, 2, 3);
      }),
    );
    await eventually(async () => (await p.counted()).events === 200, '200 events');
    expect(await p.counted()).toEqual({ events: 200, sum: 600, disordered: 0 });
  });

  it('keep the bytes, the key, and five headers', async () => {
    const stream = randomUUID();
    const position = await p.append(stream, 0);
    const relay = p.relay();
    await eventually(() => relay.status().position === position, 'relayed');
    const messages = [];
    for await (const message of p.kafka.readTopic(p.topic)) messages.push(message);
    expect(messages).toHaveLength(1);
    const [message] = messages;
    const [stored] = await p.store.load(stream);
    expect(message?.key).toBe(stream);
    expect(message?.partition).toBe(partitionOf(stream, p.topic.partitions));
    expect(Buffer.from(message?.value ?? [])).toEqual(Buffer.from(stored?.payload ?? []));
    expect(
      Object.fromEntries(
        Object.entries(message?.headers ?? {}).map(([name, value]) => [name, value.toString()]),
      ),
    ).toEqual({
      ce_id: `${stream}:1`,
      ce_source: '/test',
      ce_specversion: '1.0',
      ce_type: `${p.topic.name}.ExitPlanned`,
      fupin_position: String(position),
    });
  });

  it('let a caller wait for what he wrote', async () => {
    p.relay();
    p.projector();
    const stream = randomUUID();
    const position = await p.append(stream, 0);
    const token = { topic: p.topic.name, partition: partitionOf(stream, p.topic.partitions), position };
    expect(await waitForPosition(p.pool, 'rm', token, 10_000)).toBe(true);
    expect((await p.counted()).events).toBe(1);
    expect(await waitForPosition(p.pool, 'rm', { ...token, position: position + 1 }, 50)).toBe(false);
  });
});
