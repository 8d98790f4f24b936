import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { startKafka } from '../src/index.js';
import { clusterIdOf } from '../src/kafka-probe.js';

/** Starting servers takes long on a machine that does much else. */
const SLOW = 180_000;

const client = (brokers: string): Kafka =>
  new Kafka({
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { retries: 8, maxRetryTime: 2_000 },
  });

async function produce(brokers: string, topic: string, values: readonly string[]): Promise<void> {
  const producer = client(brokers).producer();
  await producer.connect();
  try {
    await producer.send({ topic, messages: values.map((value) => ({ key: 'k', value })) });
  } finally {
    await producer.disconnect();
  }
}

async function consume(brokers: string, topic: string, count: number): Promise<string[]> {
  const consumer = client(brokers).consumer({ groupId: `infra-${Math.random()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachMessage: async ({ message }) => {
        values.push(message.value?.toString() ?? '');
        if (values.length === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return values;
}

async function createTopic(brokers: string, topic: string): Promise<void> {
  const admin = client(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

describe('the embedded Kafka', () => {
  it(
    'keeps topics, messages and cluster over a kill -9 and a restart, on the same port',
    async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'kept-'));
      const first = await startKafka({ dataDir });
      const cluster = await clusterIdOf(first.brokers);
      await createTopic(first.brokers, 'kept');
      await produce(first.brokers, 'kept', ['one']);
      await first.kill('SIGKILL');
      expect(await clusterIdOf(first.brokers, 500)).toBeUndefined();
      await first.restart();
      await produce(first.brokers, 'kept', ['two']);
      await first.stop();

      const second = await startKafka({ dataDir, port: first.port });
      expect(second.brokers).toBe(first.brokers);
      expect(await clusterIdOf(second.brokers)).toBe(cluster);
      expect(await consume(second.brokers, 'kept', 2)).toEqual(['one', 'two']);
      await second.stop();
      rmSync(dataDir, { recursive: true });
    },
    SLOW,
  );

  it(
    'is paused and goes on, and its temporary folder goes with it',
    async () => {
      const server = await startKafka();
      await server.kill('SIGSTOP');
      // An answer may still be on its way when the signal is sent.
      let answers = 0;
      while ((await clusterIdOf(server.brokers, 500)) !== undefined && answers < 20) answers += 1;
      expect(answers).toBeLessThan(20);
      await server.kill('SIGCONT');
      expect(await clusterIdOf(server.brokers, 5_000)).toBeDefined();
      await server.stop();
      expect(existsSync(server.dataDir)).toBe(false);
    },
    SLOW,
  );

  it(
    'makes no topic by itself',
    async () => {
      const brokers = process.env['TEST_KAFKA_BROKERS'] ?? '';
      await expect(produce(brokers, `never-made-${process.pid}`, ['x'])).rejects.toThrow(
        /does not host this topic-partition/,
      );
    },
    SLOW,
  );

  it(
    'names the port that is taken',
    async () => {
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
      const { port } = squatter.address() as { port: number };
      await expect(startKafka({ port })).rejects.toThrow(
        `Port ${port} for Kafka is in use by another program`,
      );
      squatter.close();
    },
    SLOW,
  );
});
