import { randomUUID } from 'node:crypto';
import { eventually, payload, pipeline, STREAM_TYPE, type Pipeline } from '../test/pipeline.js';
import { connectKafka, partitionOf } from './index.js';
import { ProxiedBroker } from '../test/proxied-broker.js';

describe('relay', () => {
  let p: Pipeline;
  beforeEach(async () => (p = await pipeline({ partitions: 2 })));
  afterEach(() => p.stop());

  const positions = async (): Promise<number[]> => {
    const found: number[] = [];
    for await (const { headers } of p.kafka.readTopic(p.topic)) found.push(Number(headers['fupin_position']));
    return found;
  };
  const leaders = (...relays: ReturnType<Pipeline['relay']>[]) =>
    relays.filter((relay) => relay.status().leader).length;

  it('leads in one process only, and is followed by another when its connection dies', async () => {
    const [one, two] = [p.relay(), p.relay()];
    await eventually(() => leaders(one, two) === 1, 'a leader');
    await p.append(randomUUID(), 0);
    await eventually(() => one.status().position + two.status().position === 1, 'relayed');
    const [first, second] = one.status().leader ? [one, two] : [two, one];
    await first.stop();
    await eventually(() => second.status().leader, 'the other leads');
    await p.append(randomUUID(), 0);
    await eventually(() => second.status().position === 2, 'relayed by the other');
    expect((await positions()).sort()).toEqual([1, 2]); // nothing twice after an orderly end
  });

  it('takes the lead from one that is silent', async () => {
    // Somebody holds the lock and says nothing, as a paused process does.
    const silent = await p.pool.connect();
    silent.on('error', () => undefined);
    await silent.query('select pg_advisory_lock(4711002, 1)');
    const relay = p.relay({ silentLeaderSeconds: 1 });
    await p.append(randomUUID(), 0);
    await eventually(() => relay.status().leader && relay.status().position === 1, 'the lead');
    silent.release(true);
  });

  it('finds within a few polls what another process has appended', async () => {
    const relay = p.relay({ store: { onFlush: () => () => undefined } });
    await eventually(() => relay.status().leader, 'a leader');
    await p.append(randomUUID(), 0, 3);
    await eventually(() => relay.status().position === 3, 'relayed');
  });

  it('waits for a Kafka that is away, says so, and brings everything when it is back', async () => {
    const broker = await ProxiedBroker.open(process.env['TEST_KAFKA_BROKERS'] ?? '');
    const kafka = connectKafka({ brokers: broker.address, requestTimeoutMs: 1000 });
    await p.kafka.createTopics([p.topic]);
    broker.cut();
    const relay = p.relay({ kafka });
    await p.append(randomUUID(), 0, 5);
    await eventually(() => relay.status().retrying?.startsWith('kafka') === true, 'a reason');
    expect(relay.status()).toMatchObject({ leader: true, position: 0 });
    await broker.restore();
    await eventually(() => relay.status().position === 5, 'relayed');
    await relay.stop();
    await kafka.close();
    await broker.close();
    expect([...new Set(await positions())].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('fills a recreated topic from the beginning: nothing gets into it before that', async () => {
    const stream = randomUUID();
    const relay = p.relay({ batchSize: 7 });
    await p.append(stream, 0, 40);
    await eventually(() => relay.status().position === 40, 'relayed');
    // Made again by somebody else, so quickly that nothing fails for the relay.
    await p.kafka.deleteTopic(p.topic.name);
    const made = () =>
      p.kafka.createTopics([p.topic]).then(
        () => true,
        () => false,
      );
    await eventually(made, 'made again');
    await p.append(stream, 40);
    await eventually(async () => new Set(await positions().catch(() => [])).size === 41, 'all on Kafka');
    expect([...new Set(await positions())]).toEqual(Array.from({ length: 41 }, (_, i) => i + 1));
  });

  it('sends more than Kafka takes in one batch', async () => {
    const stream = randomUUID();
    for (let version = 0; version < 12; version++) {
      await p.store.append({
        streams: [
          {
            streamId: stream,
            streamType: STREAM_TYPE,
            expectedVersion: version,
            events: [
              {
                type: 'Large',
                occurredOn: '2018-06-30',
                recordedAt: new Date(),
                payload: Buffer.alloc(300_000, version),
              },
            ],
          },
        ],
      });
    }
    const relay = p.relay();
    await eventually(() => relay.status().position === 12, 'relayed');
    expect(await positions()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('does not pass an event whose topic it does not know', async () => {
    await p.append(randomUUID(), 0);
    const relay = p.relay({ streamTopics: new Map([['test.other', p.topic]]) });
    await eventually(() => relay.status().retrying?.includes(STREAM_TYPE) === true, 'a reason');
    expect(relay.status().position).toBe(0);
  });

  it('refuses to go on when the store is behind Kafka: an older copy of the database', async () => {
    const stream = randomUUID();
    await p.append(stream, 0, 3);
    const producer = p.kafka.producer();
    await p.kafka.createTopics([p.topic]);
    const headers = { fupin_position: '99' };
    const message = {
      partition: partitionOf(stream, 2),
      key: stream,
      value: payload(9, 1),
      timestamp: 0,
      headers,
    };
    const topicId = await p.kafka.topicId(p.topic.name);
    await producer.send([{ topic: p.topic.name, topicId, messages: [message] }]);
    await producer.close();
    const relay = p.relay();
    await eventually(() => relay.status().retrying?.includes('older copy') === true, 'a reason');
    expect(await positions()).toEqual([99]);
  });
});
