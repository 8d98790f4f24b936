import type { Topic } from '@fupin/contracts';
import kafkajs, {
  type Consumer,
  type KafkaMessage,
  type logCreator,
  type Producer as KafkaJsProducer,
} from 'kafkajs';
// kafkajs has no manual assignment in its public interface; its cluster class can fetch from an offset all the same.
// The version is pinned and the project has stopped, so the inside does not move any more.
import Cluster from 'kafkajs/src/cluster/index.js';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import { pino, type Logger } from 'pino';
import type {
  Fetched,
  IncomingMessage,
  Kafka,
  KafkaOptions,
  Membership,
  OutgoingMessage,
  PartitionReader,
  Producer,
} from './kafka-types.js';

// The only file that knows kafkajs. Everything above speaks of topics, partitions and offsets (as numbers).
export { partitionOf } from './kafka-partition.js';
export type * from './kafka-types.js';

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

  function reader(topic: string, partition: number): PartitionReader {
    return partitionReader(topic, partition, () => {
      return new Cluster({
        ...common,
        logger: client.logger(),
        socketFactory: socketFactory(),
        enforceRequestTimeout: true,
        allowAutoTopicCreation: false,
        isolationLevel: 0,
        metadataMaxAge: 60_000,
      });
    });
  }

  return {
    createTopics: (topics) => withAdmin((a) => createTopics(a, topics)),
    endOffsets: (topic) =>
      withAdmin(async (a) => {
        const result: number[] = [];
        for (const { partition, high } of await a.fetchTopicOffsets(topic)) result[partition] = Number(high);
        return result;
      }),
    producer: () => resettingProducer(client),
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
        configEntries: [{ name: 'retention.ms', value: '-1' }],
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

function resettingProducer(client: kafkajs.Kafka): Producer {
  let current: Promise<KafkaJsProducer> | undefined;
  const connect = async () => {
    const fresh = client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => (args) => args.message.partition ?? 0,
      retry: RETRY,
    });
    await fresh.connect();
    return fresh;
  };
  const drop = (old: Promise<KafkaJsProducer> | undefined) =>
    old?.then((p) => p.disconnect()).catch(() => undefined);
  return {
    async send(batches) {
      const mine = (current ??= connect());
      try {
        const topicMessages = batches.map(({ topic, messages }) => ({
          topic,
          messages: messages.map(outgoing),
        }));
        const records = await (await mine).sendBatch({ acks: -1, topicMessages });
        return records.map(({ topicName, partition, baseOffset }) => ({
          topic: topicName,
          partition,
          baseOffset: baseOffset === undefined || baseOffset === '-1' ? undefined : Number(baseOffset),
        }));
      } catch (error) {
        if (current === mine) current = undefined;
        void drop(mine);
        throw error;
      }
    },
    async close() {
      const last = current;
      current = undefined;
      await drop(last);
    },
  };
}

const outgoing = ({ value, timestamp, ...rest }: OutgoingMessage) => ({
  ...rest,
  value: Buffer.isBuffer(value) ? value : Buffer.from(value),
  timestamp: String(timestamp),
});

function partitionReader(topic: string, partition: number, open: () => Cluster): PartitionReader {
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
      running = Promise.all([running, fetching]).catch(() => undefined);
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

interface BatchContext {
  readonly producerId: string;
  readonly firstSequence: number;
  readonly firstOffset: string;
}

function join(client: kafkajs.Kafka, logger: Logger, group: Parameters<Kafka['join']>[0]): Membership {
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

const logTo =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, level, log: { message, error } }) => {
    // What kafkajs calls an error is mostly a retry; those above decide what is one.
    const line = { kafkajs: namespace, error: error as unknown };
    if (level <= kafkajs.logLevel.ERROR) logger.warn(line, message);
    else logger.debug(line, message);
  };

let silenced = false;

/** kafkajs sets timers in the past, harmlessly; Node 24 prints a warning for each. */
function silenceNegativeTimeouts(): void {
  if (silenced) return;
  silenced = true;
  const emit = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    const type = warning instanceof Error ? warning.name : typeof rest[0] === 'string' ? rest[0] : undefined;
    if (type === 'TimeoutNegativeWarning' && new Error().stack?.includes('kafkajs')) return;
    emit(warning, ...rest);
  };
}
