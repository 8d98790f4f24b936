import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { freshDatabase } from './databases.js';

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
