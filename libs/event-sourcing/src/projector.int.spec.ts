import { randomUUID } from 'node:crypto';
import { counting, eventually, payload, pipeline, type Pipeline } from '../test/pipeline.js';
import type { Producer } from './kafka.js';
import { partitionOf, skipMessage, type Projector } from './index.js';

describe('projector', () => {
  let p: Pipeline;
  let producer: Producer;
  beforeEach(async () => {
    p = await pipeline({ partitions: 2 });
    producer = p.kafka.producer();
  });
  afterEach(async () => {
    await producer.close();
    await p.stop();
  });

  const send = async (streamId: string, position: number, value: Uint8Array) =>
    producer.send([
      {
        topic: p.topic.name,
        topicId: await p.kafka.topicId(p.topic.name),
        messages: [
          {
            partition: partitionOf(streamId, 2),
            key: streamId,
            value,
            timestamp: Date.now(),
            headers: { fupin_position: String(position) },
          },
        ],
      },
    ]);
  /** A stream of the wanted partition. */
  const streamIn = (partition: number): string => {
    for (;;) {
      const id = randomUUID();
      if (partitionOf(id, 2) === partition) return id;
    }
  };
  const stopped = (projector: Projector) =>
    projector.status().partitions.filter((one) => one.stopped !== undefined);

  it('drops what Kafka brings again', async () => {
    await p.kafka.createTopics([p.topic]);
    const stream = streamIn(0);
    for (const version of [1, 2, 1, 2, 3, 2, 3]) await send(stream, version, payload(version, 1));
    p.projector();
    await eventually(async () => (await p.counted()).events === 3, '3 events');
    await send(stream, 4, payload(4, 1));
    await eventually(async () => (await p.counted()).events === 4, '4 events');
    expect(await p.counted()).toEqual({ events: 4, sum: 4, disordered: 0 });
  });

  it('stops the partition of a message it cannot apply, lets the others go on, and passes it when told to', async () => {
    await p.kafka.createTopics([p.topic]);
    const [sick, well] = [streamIn(0), streamIn(1)];
    for (let version = 1; version <= 9; version++)
      await send(sick, version, payload(version, version === 6 ? 0 : 1));
    const projector = p.projector();
    await eventually(() => stopped(projector).length === 1, 'a stopped partition');
    // The five good ones before it are in although they came in the same batch.
    expect(await p.counted()).toEqual({ events: 5, sum: 5, disordered: 0 });
    expect(stopped(projector)[0]).toMatchObject({
      partition: 0,
      position: 5,
      stopped: { offset: 5, position: 6 },
    });
    await send(well, 10, payload(1, 1));
    await eventually(async () => (await p.counted()).events === 6, 'the other partition');
    const { rows } = await p.pool.query(
      'select stopped_offset, stopped_reason from rm.projector_checkpoints where partition = 0',
    );
    expect(rows).toEqual([{ stopped_offset: '5', stopped_reason: 'Error: year 0' }]);

    const skip = { topic: p.topic.name, partition: 0, offset: 5, by: 'operator', reason: 'made by a test' };
    await skipMessage(p.pool, 'rm', skip);
    await eventually(async () => (await p.counted()).events === 9, 'the rest');
    expect(stopped(projector)).toEqual([]);
    const decisions = await p.pool.query('select skipped_by, reason, position from rm.skipped_messages');
    expect(decisions.rows).toEqual([{ skipped_by: 'operator', reason: 'made by a test', position: '6' }]);
  });

  it.each([
    ['bytes that are no message', Buffer.from([255, 255, 255])],
    ['an event of a newer contract', Buffer.from([0x0a, 0x00, 0xfa, 0x7f, 0x00])],
  ])('stops at %s', async (_what, value) => {
    await p.kafka.createTopics([p.topic]);
    await send(streamIn(1), 1, value);
    const projector = p.projector();
    await eventually(() => stopped(projector).length === 1, 'a stopped partition');
    expect((await p.counted()).events).toBe(0);
  });

  it('does not take a decision about one message for another', async () => {
    await p.kafka.createTopics([p.topic]);
    const stream = streamIn(0);
    // Recorded for offset 0 while position 77 stopped it; the topic was recreated since.
    await p.pool.query('insert into rm.skipped_messages values ($1, 0, 0, 77, $2, $3)', [
      p.topic.name,
      'operator',
      'old',
    ]);
    await send(stream, 1, payload(1, 0));
    const projector = p.projector();
    await eventually(() => stopped(projector).length === 1, 'a stopped partition');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(stopped(projector)).toHaveLength(1);
  });

  it('counts once when two work on the same partition without knowing of each other', async () => {
    p.relay();
    const streams = Array.from({ length: 10 }, () => randomUUID());
    p.projector({ groupId: `a-${randomUUID()}` });
    p.projector({ groupId: `b-${randomUUID()}` });
    for (let version = 0; version < 20; version++) {
      await Promise.all(streams.map((stream) => p.append(stream, version)));
    }
    await eventually(async () => (await p.counted()).events >= 200, '200 events');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await p.counted()).toEqual({ events: 200, sum: 200, disordered: 0 });
  });

  it('goes on by itself when the database has ended its sessions', async () => {
    p.relay();
    const flaky = counting(p.topic);
    let failures = 3;
    p.projector({
      projections: [
        {
          ...flaky,
          async apply(tx, batch) {
            await flaky.apply(tx, batch);
            if (failures-- > 0) await tx.query('select pg_terminate_backend(pg_backend_pid())');
          },
        },
      ],
    });
    const stream = randomUUID();
    await p.append(stream, 0, 5);
    await eventually(async () => (await p.counted()).events === 5, '5 events');
    expect(failures).toBeLessThan(0);
    expect(await p.counted()).toEqual({ events: 5, sum: 5, disordered: 0 });
  });

  it('reads a recreated topic again and counts only what is new', async () => {
    const relay = p.relay();
    const projector = p.projector();
    const stream = randomUUID();
    await p.append(stream, 0, 50);
    await eventually(async () => (await p.counted()).events === 50, '50 events');
    await p.kafka.deleteTopic(p.topic.name);
    await p.append(stream, 50, 50);
    await eventually(async () => (await p.counted()).events === 100, '100 events');
    expect(await p.counted()).toEqual({ events: 100, sum: 100, disordered: 0 });
    await eventually(() => relay.status().position === 100 && relay.status().lagEvents === 0, 'relayed');
    const positions = new Set<string>();
    for await (const message of p.kafka.readTopic(p.topic))
      positions.add(String(message.headers['fupin_position']));
    expect(positions.size).toBe(100); // all of it is on Kafka again
    expect(stopped(projector)).toEqual([]);
  });

  it('notices a topic that was recreated, and refilled past the old offset, while it did not run', async () => {
    await p.kafka.createTopics([p.topic]);
    const stream = streamIn(0);
    // The first log has repetitions, the second has not: offset 5 means position 3 in one and position 6 in the other.
    for (const version of [1, 2, 1, 2, 1, 2, 3]) await send(stream, version, payload(version, 1));
    const first = p.projector();
    await eventually(async () => (await p.counted()).events === 3, '3 events');
    await first.stop();
    await p.kafka.deleteTopic(p.topic.name);
    await eventually(async () => {
      await p.kafka.createTopics([p.topic]);
      return (await p.kafka.endOffsets(p.topic.name)).every((end) => end === 0);
    }, 'an empty topic');
    for (let version = 1; version <= 9; version++) await send(stream, version, payload(version, 1));
    p.projector();
    await eventually(async () => (await p.counted()).events === 9, '9 events');
    expect(await p.counted()).toEqual({ events: 9, sum: 9, disordered: 0 });
  });
});
