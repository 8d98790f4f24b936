import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { createDatabase, dropDatabase, freshDatabase } from '../src/databases.js';
import { startServers } from '../src/servers.js';

const adminUrl = process.env['TEST_DATABASE_URL'] ?? '';
const brokers = process.env['TEST_KAFKA_BROKERS'] ?? '';

describe('the servers of the test run', () => {
  it('run real SQL in a fresh database', async () => {
    const client = new pg.Client({ connectionString: await freshDatabase(adminUrl, 'infra') });
    await client.connect();
    try {
      await client.query('create table household (name text)');
      await client.query('insert into household values ($1)', ['巴东县']);
      expect((await client.query('select name from household')).rows).toEqual([{ name: '巴东县' }]);
    } finally {
      await client.end();
    }
  });

  it('carry messages from a producer to a consumer', async () => {
    const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    const topic = `infra-${process.pid}-${Date.now()}`;
    const [admin, producer, consumer] = [kafka.admin(), kafka.producer(), kafka.consumer({ groupId: topic })];
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const received = new Promise((resolve) => {
      void consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) });
    });
    await producer.send({ topic, messages: [{ key: 'k', value: '脱贫即出' }] });
    expect(await received).toBe('脱贫即出');
    await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()]);
  });
});

describe('servers of the environment', () => {
  it('are taken as they are and not stopped', async () => {
    const env = { DATABASE_URL: adminUrl, KAFKA_BROKERS: brokers };
    const servers = await startServers({ env });
    expect(servers.postgres).toEqual({ adminUrl, source: 'environment' });
    expect(servers.kafka).toEqual({ brokers, source: 'environment' });
    await servers.stop();
    expect((await startServers({ env, kafka: false })).postgres.source).toBe('environment');
  });

  it('that do not answer are named, without the password', async () => {
    const env = { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/x', KAFKA_BROKERS: '127.0.0.1:1' };
    const failure = await startServers({ env }).catch((error: unknown) => error);
    expect(String(failure)).toMatch(/DATABASE_URL is set, but/);
    expect(String(failure)).toMatch(/KAFKA_BROKERS is set, but no Kafka answers at 127.0.0.1:1/);
    expect(String(failure)).not.toContain('secret');
  });
});

describe('databases', () => {
  it('are made once under a name and dropped with their sessions', async () => {
    const url = await createDatabase(adminUrl, `twice_${process.pid}`);
    const again = await Promise.all([1, 2].map(() => createDatabase(adminUrl, `twice_${process.pid}`)));
    expect(again).toEqual([url, url]);
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await dropDatabase(adminUrl, url);
    await client.end().catch(() => undefined);
    await expect(new pg.Client({ connectionString: url }).connect()).rejects.toThrow(/does not exist/);
  });

  it('refuse a name that would need quoting', async () => {
    await expect(createDatabase(adminUrl, 'x"; drop table y')).rejects.toThrow(RangeError);
  });
});
