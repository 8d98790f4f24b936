import type kafkajs from 'kafkajs';
import type { Consumer } from 'kafkajs';
import type { Logger } from 'pino';
import type { Kafka, Membership } from './types.js';

const RETRY = { initialRetryTime: 50, maxRetryTime: 1000, retries: 5 };

/**
 * Takes part in a consumer group for its partitions only. The reading is done by partition readers: in kafkajs a slow
 * partition holds up the others, and a seek can race a fetch.
 */
export function join(client: kafkajs.Kafka, logger: Logger, group: Parameters<Kafka['join']>[0]): Membership {
  const topics = [...group.topics];
  const pending = new Map<string, { topic: string; partition: number; offset: string }>();
  let consumer: Consumer | undefined;
  let left = false;
  let timer: NodeJS.Timeout | undefined;

  async function enter(): Promise<void> {
    const session = group.sessionTimeoutMs ?? 10_000;
    const mine = client.consumer({
      groupId: group.groupId,
      sessionTimeout: session,
      rebalanceTimeout: session,
      heartbeatInterval: Math.floor(session / 5),
      // Nothing is fetched here: this is how often a stop or a rebalance is noticed.
      maxWaitTimeInMs: 250,
      allowAutoTopicCreation: false,
      retry: { ...RETRY, retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    consumer = mine;
    mine.on('consumer.group_join', ({ payload }) => {
      if (left || consumer !== mine) return;
      mine.pause(topics.map((topic) => ({ topic })));
      group.onAssigned(new Map(Object.entries(payload.memberAssignment)));
    });
    mine.on('consumer.crash', ({ payload }) => again(mine, payload.error));
    try {
      await mine.connect();
      await mine.subscribe({ topics, fromBeginning: true });
      await mine.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: () => Promise.resolve() });
    } catch (error) {
      again(mine, error);
    }
  }

  // kafkajs gives up for good on many errors; the place in the group is wanted for as long as nobody leaves it.
  function again(mine: Consumer, error: unknown): void {
    if (left || consumer !== mine) return;
    consumer = undefined;
    logger.warn({ err: error, groupId: group.groupId }, 'consumer group lost, joining again');
    void mine.disconnect().catch(() => undefined);
    timer = setTimeout(() => void enter(), 1000);
  }

  void enter();
  const reporting = setInterval(() => {
    const offsets = [...pending.values()];
    pending.clear();
    if (offsets.length > 0 && consumer !== undefined)
      void consumer.commitOffsets(offsets).catch(() => undefined);
  }, 5000);
  reporting.unref();

  return {
    report: (topic, partition, nextOffset) =>
      void pending.set(`${topic}/${partition}`, { topic, partition, offset: String(nextOffset) }),
    async leave() {
      left = true;
      clearTimeout(timer);
      clearInterval(reporting);
      await consumer?.disconnect().catch(() => undefined);
    },
  };
}
