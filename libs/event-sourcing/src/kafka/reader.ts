import type { KafkaMessage } from 'kafkajs';
import type { Cluster } from './cluster.js';
import type { Fetched, IncomingMessage, PartitionReader } from './types.js';

/** Reads one partition over connections of its own: a fetch may wait at the broker without holding up others. */
export function partitionReader(topic: string, partition: number, open: () => Cluster): PartitionReader {
  let cluster: Cluster | undefined;
  let closed = false;
  let running: Promise<unknown> = Promise.resolve();

  async function fetch(offset: number, maxBytes: number, maxWaitMs: number): Promise<Fetched> {
    if (closed) throw new Error('the reader is closed');
    const mine = (cluster ??= open());
    try {
      await mine.connect();
      await mine.addTargetTopic(topic);
      await mine.refreshMetadataIfNecessary();
      const [leader] = Object.keys(mine.findLeaderForPartitions(topic, [partition]));
      if (leader === undefined) throw new Error(`topic ${topic} has no partition ${partition}`);
      const broker = await mine.findBroker({ nodeId: leader });
      const { responses } = await broker.fetch({
        maxWaitTime: maxWaitMs,
        minBytes: 1,
        maxBytes,
        topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes }] }],
      });
      const found = responses[0]?.partitions[0];
      if (found === undefined) throw new Error(`no answer for ${topic}/${partition}`);
      return {
        outcome: 'messages',
        messages: incoming(found.messages, offset),
        endOffset: Number(found.highWatermark),
      };
    } catch (error) {
      if (error instanceof Error && error.name === 'KafkaJSOffsetOutOfRange')
        return { outcome: 'outOfRange' };
      // Connection or metadata may be stale: the next fetch starts afresh.
      if (cluster === mine) cluster = undefined;
      await mine.disconnect().catch(() => undefined);
      throw error;
    }
  }

  return {
    fetch(offset, { maxBytes = 1_048_576, maxWaitMs = 500 } = {}) {
      const fetching = fetch(offset, maxBytes, maxWaitMs);
      // Without their values: a chain that kept them would hold every message ever read.
      running = Promise.allSettled([running, fetching]).then(() => undefined);
      return fetching;
    },
    async close() {
      closed = true;
      await cluster?.disconnect().catch(() => undefined);
      await running;
      await cluster?.disconnect().catch(() => undefined);
    },
  };
}

interface BatchContext {
  readonly producerId: string;
  readonly firstSequence: number;
  readonly firstOffset: string;
}

function incoming(messages: readonly KafkaMessage[], from: number): IncomingMessage[] {
  const result: IncomingMessage[] = [];
  for (const message of messages) {
    const offset = Number(message.offset);
    // A stored batch is answered whole, also when it begins before the wanted offset.
    if (offset < from) continue;
    const { batchContext } = message as unknown as { batchContext: BatchContext };
    result.push({
      offset,
      key: message.key?.toString('utf8') ?? '',
      value: message.value ?? new Uint8Array(),
      headers: (message.headers ?? {}) as Record<string, Buffer>,
      writer: batchContext.producerId,
      sequence: batchContext.firstSequence + (offset - Number(batchContext.firstOffset)),
    });
  }
  return result;
}
