import { kafkaError, type Cluster, type Encoded } from './cluster.js';
import { recordBatch, upperBound, type ProducerIdentity } from './records.js';
import type { Acknowledgement, OutgoingMessage, Producer } from './types.js';

/** Kafka takes record batches of up to 1 MiB unless told otherwise. */
const MAX_BATCH_BYTES = 900_000;
const PRODUCE = { apiKey: 0, apiVersion: 7, apiName: 'Produce' };
const SEQUENCES = 2 ** 31;

interface Session {
  readonly cluster: Cluster;
  readonly identity: ProducerIdentity;
  /** Next sequence number by `topic/partition`. */
  readonly sequences: Map<string, number>;
}

interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly OutgoingMessage[];
}

/** An idempotent producer with one request in flight, which begins a new session after every failure. */
export function idempotentProducer(open: () => Cluster, timeoutMs: number): Producer {
  let session: Session | undefined;

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
        const encoded = produceRequest(batches, mine, timeoutMs);
        const answer = await broker.connectionPool.send<PartitionAnswer[]>({
          request: { ...PRODUCE, encode: () => Promise.resolve(encoded) },
          response: {
            decode: (payload) => Promise.resolve(produceResponse(payload)),
            parse: (a) => Promise.resolve(a),
          },
          requestTimeout: timeoutMs,
        });
        return answer;
      }),
    );
    const places: Acknowledgement[] = [];
    for (const { topic, partition, errorCode, baseOffset } of answers.flat()) {
      if (errorCode !== 0) throw kafkaError(errorCode);
      places.push({ topic, partition, baseOffset: baseOffset < 0 ? undefined : baseOffset });
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

/** A broker that has just started says for a moment that it is still loading. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 20 || (error as { retriable?: boolean }).retriable !== true) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** One batch of each partition at a time, none too large, in order. */
function rounds(batches: Parameters<Producer['send']>[0]): PartitionBatch[][] {
  const result: { topic: string; partition: number; messages: OutgoingMessage[] }[][] = [];
  for (const { topic, messages } of batches) {
    const open = new Map<number, { round: number; bytes: number; messages: OutgoingMessage[] }>();
    for (const message of messages) {
      const { partition } = message;
      const size = upperBound(message);
      let current = open.get(partition);
      if (current === undefined || current.bytes + size > MAX_BATCH_BYTES) {
        current = { round: current === undefined ? 0 : current.round + 1, bytes: 0, messages: [] };
        open.set(partition, current);
        (result[current.round] ??= []).push({ topic, partition, messages: current.messages });
      }
      current.messages.push(message);
      current.bytes += size;
    }
  }
  return result;
}

function produceRequest(batches: readonly PartitionBatch[], session: Session, timeoutMs: number): Encoded {
  const parts: Buffer[] = [];
  const topics = Map.groupBy(batches, ({ topic }) => topic);
  const head = Buffer.alloc(12);
  head.writeInt16BE(-1, 0); // no transaction
  head.writeInt16BE(-1, 2); // all replicas
  head.writeInt32BE(timeoutMs, 4);
  head.writeInt32BE(topics.size, 8);
  parts.push(head);
  for (const [topic, partitions] of topics) {
    const name = Buffer.from(topic, 'utf8');
    const of = Buffer.alloc(6 + name.length);
    of.writeInt16BE(name.length, 0);
    name.copy(of, 2);
    of.writeInt32BE(partitions.length, 2 + name.length);
    parts.push(of);
    for (const { partition, messages } of partitions) {
      const records = recordBatch(
        messages,
        session.identity,
        session.sequences.get(`${topic}/${partition}`) ?? 0,
      );
      const at = Buffer.alloc(8);
      at.writeInt32BE(partition, 0);
      at.writeInt32BE(records.length, 4);
      parts.push(at, records);
    }
  }
  const buf = Buffer.concat(parts);
  return { buf, buffer: buf };
}

interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: number;
}

function produceResponse(payload: Buffer): PartitionAnswer[] {
  const answers: PartitionAnswer[] = [];
  let at = 0;
  const int32 = () => payload.readInt32BE((at += 4) - 4);
  for (let topics = int32(); topics > 0; topics--) {
    const length = payload.readInt16BE((at += 2) - 2);
    const topic = payload.toString('utf8', at, (at += length));
    for (let partitions = int32(); partitions > 0; partitions--) {
      const partition = int32();
      const errorCode = payload.readInt16BE(at);
      const baseOffset = Number(payload.readBigInt64BE(at + 2));
      at += 2 + 8 + 8 + 8; // the error, the base offset, two that are of no interest
      answers.push({ topic, partition, errorCode, baseOffset });
    }
  }
  return answers;
}
