import type { Topic } from '@fupin/contracts';
import kafkajs from 'kafkajs';
import { pino } from 'pino';
import { openCluster } from './kafka/cluster.js';
import { logTo, silenceNegativeTimeouts } from './kafka/logging.js';
import { join } from './kafka/membership.js';
import { patiently } from './kafka/patiently.js';
import { topicId } from './kafka/protocol.js';
import { idempotentProducer } from './kafka/producer.js';
import { partitionReader } from './kafka/reader.js';
import type { Kafka, KafkaOptions } from './kafka/types.js';

// kafkajs is known here and in kafka/ only. Everything above speaks of topics, partitions and offsets (as numbers).
export { partitionOf } from './kafka/partition.js';
export type * from './kafka/types.js';

const RETRY = { initialRetryTime: 50, maxRetryTime: 1000, retries: 3 };

/** Connects lazily: an address that is away shows in the first call, not here. */
export function connectKafka(options: KafkaOptions): Kafka {
  silenceNegativeTimeouts();
  const logger = options.logger ?? pino({ level: 'silent' });
  const brokers = typeof options.brokers === 'string' ? options.brokers.split(',') : [...options.brokers];
  const common = {
    clientId: options.clientId ?? 'fupin',
    brokers,
    connectionTimeout: 3000,
    requestTimeout: options.requestTimeoutMs ?? 10_000,
    retry: RETRY,
  };
  const client = new kafkajs.Kafka({ ...common, logCreator: logTo(logger), logLevel: kafkajs.logLevel.INFO });
  let admin: Promise<kafkajs.Admin> | undefined;

  async function withAdmin<T>(work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
    admin ??= (async () => {
      const fresh = client.admin();
      await fresh.connect();
      return fresh;
    })();
    const current = admin;
    try {
      return await work(await current);
    } catch (error) {
      // Its metadata or its connection may be stale: the next call starts afresh.
      if (admin === current) admin = undefined;
      void current.then((old) => old.disconnect()).catch(() => undefined);
      throw error;
    }
  }

  const open = () => openCluster({ ...common, logger: client.logger() });
  const reader = (topic: string, partition: number) => partitionReader(topic, partition, open);

  return {
    createTopics: (topics) => patiently(() => withAdmin((a) => createTopics(a, topics))),
    deleteTopic: (topic) => withAdmin((a) => a.deleteTopics({ topics: [topic] })),
    async topicId(topic) {
      const cluster = open();
      try {
        await cluster.connect();
        await cluster.addTargetTopic(topic);
        const [nodeId = ''] = Object.keys(cluster.findLeaderForPartitions(topic, [0]));
        return await topicId(await cluster.findBroker({ nodeId }), topic, common.requestTimeout);
      } finally {
        await cluster.disconnect().catch(() => undefined);
      }
    },
    endOffsets: (topic) =>
      patiently(() =>
        withAdmin(async (a) => {
          const result: number[] = [];
          for (const { partition, high } of await a.fetchTopicOffsets(topic))
            result[partition] = Number(high);
          return result;
        }),
      ),
    producer: () => idempotentProducer(open, common.requestTimeout),
    reader,
    join: (group) => join(client, logger, group),
    async *readTopic(topic) {
      const ends = await this.endOffsets(topic.name);
      for (const [partition, end] of ends.entries()) {
        const source = reader(topic.name, partition);
        try {
          for (let offset = 0; offset < end;) {
            const fetched = await source.fetch(offset);
            if (fetched.outcome === 'outOfRange')
              throw new Error(`${topic.name}/${partition}: offset ${offset} is gone`);
            for (const message of fetched.messages) {
              if (message.offset < end) yield { ...message, partition };
              offset = message.offset + 1;
            }
          }
        } finally {
          await source.close();
        }
      }
    },
    async close() {
      const current = admin;
      admin = undefined;
      await current?.then((a) => a.disconnect()).catch(() => undefined);
    },
  };
}

async function createTopics(admin: kafkajs.Admin, topics: readonly Topic[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) {
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ name, partitions }) => ({
        topic: name,
        numPartitions: partitions,
        configEntries: [
          { name: 'retention.ms', value: '-1' },
          { name: 'max.message.bytes', value: '16777216' },
        ],
      })),
    });
  }
  const { topics: found } = await admin.fetchTopicMetadata({ topics: topics.map(({ name }) => name) });
  for (const { name, partitions } of topics) {
    const actual = found.find((t) => t.name === name)?.partitions.length;
    if (actual !== partitions) {
      throw new Error(
        `topic ${name} has ${actual} partitions instead of ${partitions}: streams would change partition`,
      );
    }
  }
}
