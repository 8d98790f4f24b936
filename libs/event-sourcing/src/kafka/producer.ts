import { kafkaError, type Cluster } from './cluster.js';
import { patiently } from './patiently.js';
import { produce, takesTopicIds, type TopicRecords } from './protocol.js';
import { recordBatch, Scratch, upperBound, type ProducerIdentity } from './records.js';
import type { Acknowledgement, OutgoingMessage, Producer } from './types.js';

/** Kafka takes record batches of up to 1 MiB unless told otherwise. */
const MAX_BATCH_BYTES = 900_000;
const SEQUENCES = 2 ** 31;

interface Session {
  readonly cluster: Cluster;
  readonly identity: ProducerIdentity;
  /** Next sequence number by `topic/partition`. */
  readonly sequences: Map<string, number>;
}

interface PartitionBatch {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly messages: readonly OutgoingMessage[];
}

/** An idempotent producer with one request in flight, which begins a new session after every failure. */
export function idempotentProducer(open: () => Cluster, timeoutMs: number): Producer {
  let session: Session | undefined;
  const scratch = new Scratch();

  async function connect(topics: readonly string[]): Promise<Session> {
    const cluster = open();
    try {
      await cluster.connect();
      await cluster.addMultipleTargetTopics(topics);
      const [nodeId] = topics.flatMap((topic) => Object.keys(cluster.findLeaderForPartitions(topic, [0])));
      if (nodeId === undefined) throw new Error(`no leader for ${topics.join(', ')}`);
      const broker = await cluster.findBroker({ nodeId });
      const { producerId, producerEpoch } = await patiently(() =>
        broker.initProducerId({ transactionTimeout: timeoutMs }),
      );
      return { cluster, identity: { producerId: BigInt(producerId), producerEpoch }, sequences: new Map() };
    } catch (error) {
      await cluster.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async function send(mine: Session, round: readonly PartitionBatch[]): Promise<Acknowledgement[]> {
    const byLeader = new Map<string, PartitionBatch[]>();
    for (const batch of round) {
      const [leader] = Object.keys(mine.cluster.findLeaderForPartitions(batch.topic, [batch.partition]));
      if (leader === undefined) throw new Error(`topic ${batch.topic} has no partition ${batch.partition}`);
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), batch]);
    }
    const answers = await Promise.all(
      [...byLeader].map(async ([nodeId, batches]) => {
        const broker = await mine.cluster.findBroker({ nodeId });
        if (!takesTopicIds(broker)) throw new Error('this broker is too old: Kafka 4.0 or later is needed');
        return produce(broker, encode(batches, mine, scratch), timeoutMs);
      }),
    );
    const names = new Map(round.map(({ topic, topicId }) => [topicId, topic]));
    const places: Acknowledgement[] = [];
    for (const { topicId, partition, errorCode, baseOffset } of answers.flat()) {
      if (errorCode !== 0) throw kafkaError(errorCode);
      places.push({
        topic: names.get(topicId) ?? '',
        partition,
        baseOffset: baseOffset < 0 ? undefined : baseOffset,
      });
    }
    return places;
  }

  return {
    async send(batches) {
      const topics = batches.map(({ topic }) => topic);
      const mine = (session ??= await connect(topics));
      try {
        await mine.cluster.addMultipleTargetTopics(topics);
        await mine.cluster.refreshMetadataIfNecessary();
        const places: Acknowledgement[] = [];
        for (const round of rounds(batches)) {
          scratch.reset();
          places.push(...(await send(mine, round)));
          for (const { topic, partition, messages } of round) {
            const key = `${topic}/${partition}`;
            mine.sequences.set(key, ((mine.sequences.get(key) ?? 0) + messages.length) % SEQUENCES);
          }
        }
        return places;
      } catch (error) {
        if (session === mine) session = undefined;
        await mine.cluster.disconnect().catch(() => undefined);
        throw error;
      }
    },
    async close() {
      const last = session;
      session = undefined;
      await last?.cluster.disconnect().catch(() => undefined);
    },
  };
}

/** One batch of each partition at a time, none too large, in order. */
function rounds(batches: Parameters<Producer['send']>[0]): PartitionBatch[][] {
  const result: (PartitionBatch & { messages: OutgoingMessage[] })[][] = [];
  for (const { topic, topicId, messages } of batches) {
    const open = new Map<number, { round: number; bytes: number; messages: OutgoingMessage[] }>();
    for (const message of messages) {
      const { partition } = message;
      const size = upperBound(message);
      let current = open.get(partition);
      if (current === undefined || current.bytes + size > MAX_BATCH_BYTES) {
        current = { round: current === undefined ? 0 : current.round + 1, bytes: 0, messages: [] };
        open.set(partition, current);
        (result[current.round] ??= []).push({ topic, topicId, partition, messages: current.messages });
      }
      current.messages.push(message);
      current.bytes += size;
    }
  }
  return result;
}

const encode = (
  batches: readonly PartitionBatch[],
  { identity, sequences }: Session,
  scratch: Scratch,
): TopicRecords[] =>
  [...Map.groupBy(batches, ({ topicId }) => topicId)].map(([topicId, partitions]) => ({
    topicId,
    partitions: partitions.map(({ topic, partition, messages }) => ({
      partition,
      records: recordBatch(messages, identity, sequences.get(`${topic}/${partition}`) ?? 0, scratch),
    })),
  }));
