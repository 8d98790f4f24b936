import { connectKafka, partitionOf } from '@fupin/event-sourcing';
import type { Kafka } from '@fupin/event-sourcing';
import { HOUSEHOLD_TOPIC, YEAR_TOPIC } from '@fupin/contracts';
import type { Topic } from '@fupin/contracts';
import { startKafka } from '@fupin/infra';
import type { KafkaServer } from '@fupin/infra';
import type { HouseholdRecord } from '../src/event.js';
import { dumpReadModel } from './apply.js';
import type { TestDatabase } from './database.js';
import { testDatabase } from './database.js';
import {
  corrected,
  EventWriter,
  exited,
  moved,
  OTHER_VILLAGE,
  registered,
  returned,
  surveyed,
  VILLAGE,
  yearClosed,
} from './events.js';
import type { TestService } from './service.js';
import { testService } from './service.js';

const OPERATOR = { role: 'province', region: '42', scope: 'projection:operate' };

type Figures = Record<string, Record<string, number> | undefined>;

describe('the projection behind Kafka', () => {
  // A broker of its own: the topic belongs to one registry, and here the test is the registry.
  let kafkaServer: KafkaServer;
  let kafka: Kafka;
  let db: TestDatabase;
  let api: TestService;
  const write = new EventWriter();

  beforeAll(async () => {
    [kafkaServer, db] = await Promise.all([startKafka(), testDatabase('projection_e2e')]);
    kafka = connectKafka({ brokers: kafkaServer.brokers });
    api = await testService(db.url, kafkaServer.brokers);
  }, 120_000);
  afterAll(async () => {
    await api.stop();
    await kafka.close();
    await kafkaServer.stop();
    await db.drop();
  }, 60_000);

  const inPartition = (partition: number): string => {
    for (;;) {
      const id = write.household();
      if (partitionOf(id, HOUSEHOLD_TOPIC.partitions) === partition) return id;
    }
  };

  /** Sends events as the relay does; a payload of one's own makes a poison message. */
  async function send(
    records: readonly Pick<HouseholdRecord, 'streamId' | 'version' | 'position' | 'recordedAt' | 'payload'>[],
    payload?: Uint8Array,
    to: Topic = HOUSEHOLD_TOPIC,
  ): Promise<void> {
    const producer = kafka.producer();
    const messages = records.map((record) => ({
      partition: partitionOf(record.streamId, to.partitions),
      key: record.streamId,
      value: payload ?? record.payload,
      headers: {
        ce_id: `${record.streamId}:${record.version}`,
        ce_source: '/fupin/registry',
        ce_specversion: '1.0',
        ce_type: `${to.name}.Any`,
        fupin_position: String(record.position),
      },
      timestamp: record.recordedAt.getTime(),
    }));
    const topic = to.name;
    const batch = { topic, topicId: await kafka.topicId(topic), messages };
    await producer.send([batch]);
    await producer.close();
  }

  const json = async (
    path: string,
    of?: Parameters<TestService['get']>[1],
    headers?: Record<string, string>,
  ) => (await (await api.get(path, of, headers)).json()) as Record<string, never>;
  const seen = (record: HouseholdRecord) => ({
    'fupin-position': `${HOUSEHOLD_TOPIC.name}:${partitionOf(record.streamId, HOUSEHOLD_TOPIC.partitions)}:${record.position}`,
  });
  async function until<T>(what: () => Promise<T | undefined>): Promise<T> {
    for (const deadline = Date.now() + 30_000; ;) {
      const value = await what();
      if (value !== undefined) return value;
      if (Date.now() > deadline) throw new Error('It did not happen within 30 s');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const dump = () => dumpReadModel(db.pool);

  it('follows the topic, and a query with a position sees the write it names', async () => {
    await until(
      async () => (await kafka.endOffsets(HOUSEHOLD_TOPIC.name).catch(() => [])).length > 0 || undefined,
    );
    const ids = Array.from({ length: 120 }, () => write.household());
    const records = ids.flatMap((id, i) => [
      write.record(id, { on: '2014-05-10' }, registered(3, '01')),
      write.record(id, { on: '2016-11-01' }, surveyed(2016, 400_000n)),
      ...(i % 3 === 0 ? [write.record(id, { on: '2016-12-20' }, exited(3))] : []),
      ...(i % 12 === 0
        ? [write.record(id, { on: '2018-03-02', recordedAt: '2018-05-01T00:00:00Z' }, returned(3, '02'))]
        : []),
    ]);
    await send(records);
    await until(async () =>
      ((await json('/v1/regions/422823/roll-up')) as Figures)['poor']?.['households'] === 90
        ? true
        : undefined,
    );
    expect(await json('/v1/regions/422823/roll-up?asOf=2016-12-31')).toMatchObject({
      registered: { households: 120, persons: 360 },
      exited: { households: 40, persons: 120 },
    });
    const own = write.household();
    const record = write.record(own, { on: '2019-01-01' }, registered(2, '05', 2));
    await send([record]);
    expect((await api.get(`/v1/households/${own}`, {}, seen(record))).status).toBe(200);
  });

  it('stops the partition of a message it cannot read until an operator skips it, while the others go on', async () => {
    expect((await fetch(`${api.service.url}/health/ready`)).status).toBe(200);
    const [bad, other] = [inPartition(2), inPartition(3)];
    const lost = write.record(bad, { on: '2019-02-01' }, registered(4));
    const behindIt = write.record(inPartition(2), { on: '2019-02-02' }, registered(5));
    const elsewhere = write.record(other, { on: '2019-02-03' }, registered(6));
    await send([lost], Buffer.from('no event at all'));
    await send([behindIt, elsewhere]);
    expect((await api.get(`/v1/households/${other}`, {}, seen(elsewhere))).status).toBe(200);

    const stopped = await until(async () => {
      const { partitions } = (await json('/v1/projector')) as unknown as {
        partitions: { partition: number; stopped?: { offset: number; position: number } }[];
      };
      return partitions.find((p) => p.stopped);
    });
    expect([stopped.partition, stopped.stopped?.position]).toEqual([2, lost.position]);
    const ready = await fetch(`${api.service.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(JSON.stringify(await ready.json())).toContain(`${HOUSEHOLD_TOPIC.name}/2 stopped at offset`);
    expect(await (await fetch(`${api.service.url}/metrics`)).text()).toMatch(
      /fupin_projector_stopped\{[^}]*partition="2"[^}]*\} 1/,
    );
    expect((await api.get('/v1/ledger', {}, seen(behindIt))).status).toBe(503);

    const skip = {
      topic: HOUSEHOLD_TOPIC.name,
      partition: 2,
      offset: stopped.stopped?.offset,
      reason: 'A test sent it',
    };
    expect((await api.send('POST', '/v1/projector/skips', skip)).status).toBe(403);
    expect((await api.send('POST', '/v1/projector/skips', { ...skip, offset: 1 }, OPERATOR)).status).toBe(
      409,
    );
    expect((await api.send('POST', '/v1/projector/skips', skip, OPERATOR)).status).toBe(202);
    await until(async () =>
      (await api.get('/v1/ledger', {}, seen(behindIt))).status === 200 ? true : undefined,
    );
    expect((await fetch(`${api.service.url}/health/ready`)).status).toBe(200);
    const { rows } = await db.pool.query(
      'SELECT partition, skipped_by, reason FROM read_model.skipped_messages',
    );
    expect(rows).toEqual([
      { partition: 2, skipped_by: 'province development-province', reason: 'A test sent it' },
    ]);

    // Of the household whose first event was skipped the next one can be applied: the gap is known.
    const next = write.record(bad, { on: '2019-03-01' }, surveyed(2018, 300_000n));
    await send([next]);
    expect((await api.get('/v1/ledger', {}, seen(next))).status).toBe(200);
  }, 90_000);

  it('stops the partition when an event of a stream is missing', async () => {
    const id = inPartition(4);
    const first = write.record(id, { on: '2019-02-01' }, registered(4));
    const missing = write.record(id, { on: '2019-02-02' }, surveyed(2018, 300_000n));
    const third = write.record(id, { on: '2019-02-03' }, surveyed(2018, 310_000n));
    await send([first, third]);
    const reason = await until(async () => {
      const { partitions } = (await json('/v1/projector')) as unknown as {
        partitions: { partition: number; stopped?: { reason: string; offset: number } }[];
      };
      return partitions.find((p) => p.partition === 4 && p.stopped)?.stopped;
    });
    expect(reason.reason).toContain(`Events of household ${id} before version 3 are missing`);
    const skip = {
      topic: HOUSEHOLD_TOPIC.name,
      partition: 4,
      offset: reason.offset,
      reason: `lost ${missing.version}`,
    };
    expect((await api.send('POST', '/v1/projector/skips', skip, OPERATOR)).status).toBe(202);
    await until(async () =>
      (await api.get('/v1/ledger', {}, seen(third))).status === 200 ? true : undefined,
    );
  }, 90_000);

  it('follows the topic of closed years beside that of households, and skips in it too', async () => {
    const poison = yearClosed('422823', 2015, '2016-01-20', 1);
    const closing = yearClosed('422823', 2016, '2019-06-01', 2);
    await until(
      async () => (await kafka.endOffsets(YEAR_TOPIC.name).catch(() => [])).length > 0 || undefined,
    );
    await send([poison], Buffer.from('no event at all'), YEAR_TOPIC);
    await send([closing], undefined, YEAR_TOPIC);
    const stopped = await until(async () => {
      const { partitions } = (await json('/v1/projector')) as unknown as {
        partitions: { topic: string; stopped?: { offset: number } }[];
      };
      return partitions.find((p) => p.topic === YEAR_TOPIC.name)?.stopped;
    });
    // Households go on meanwhile.
    const id = write.household();
    const record = write.record(id, { on: '2019-04-01' }, registered(2));
    await send([record]);
    expect((await api.get(`/v1/households/${id}`, {}, seen(record))).status).toBe(200);

    const closings = '/v1/regions/422823/year-closings';
    const position = { 'fupin-position': `${YEAR_TOPIC.name}:0:${closing.position}` };
    expect((await api.get(closings, {}, position)).status).toBe(503);
    const skip = { topic: YEAR_TOPIC.name, partition: 0, offset: stopped.offset, reason: 'A test sent it' };
    expect((await api.send('POST', '/v1/projector/skips', skip, OPERATOR)).status).toBe(202);
    await until(async () => ((await api.get(closings, {}, position)).status === 200 ? true : undefined));
    expect((await json(closings))['items']).toMatchObject([{ year: 2016, knownOn: '2019-06-01' }]);

    // What comes after the closing shows beside what was published.
    const late = write.record(id, { on: '2019-08-01' }, moved(VILLAGE, OTHER_VILLAGE));
    const right = write.record(
      id,
      { on: '2019-09-01', village: OTHER_VILLAGE },
      corrected(`${id}:1`, '2016-06-01', registered(4)),
    );
    await send([late, right]);
    expect((await api.get(`/v1/households/${id}`, {}, seen(right))).status).toBe(200);
    const { published, registered: now } = (await json(
      '/v1/regions/422823/roll-up?asOf=2016-12-31',
    )) as unknown as Record<string, Record<string, never>>;
    expect(Number(now!['persons']) - Number(published!['registered']!['persons'])).toBe(4);
  }, 90_000);

  it('rebuilds to the same digit while the old read models serve, and goes on afterwards', async () => {
    const question = '/v1/regions/422823/years';
    const answer = await json(question);
    const before = await dump();
    const started = (await (await api.send('POST', '/v1/projector/rebuilds', {}, OPERATOR)).json()) as {
      id: number;
    };
    const finished = await until(async () => {
      expect(await json(question)).toEqual(answer);
      const { items } = (await json('/v1/projector/rebuilds')) as unknown as {
        items: { id: number; outcome: string }[];
      };
      const mine = items.find((r) => r.id === started.id);
      return mine?.outcome === 'running' ? undefined : mine;
    });
    expect(finished).toMatchObject({
      outcome: 'swapped',
      requestedBy: 'province development-province',
      failure: null,
    });
    expect(await dump()).toEqual(before);
    expect(await json(question)).toEqual(answer);
    expect(
      (await db.pool.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'read_model%'")).rows,
    ).toEqual([{ nspname: 'read_model' }]);

    const id = write.household();
    const record = write.record(id, { on: '2020-01-01' }, registered(2));
    await send([record]);
    await until(async () =>
      (await api.get(`/v1/households/${id}`, {}, seen(record))).status === 200 ? true : undefined,
    );
    expect((await json(`/v1/ledger?region=${VILLAGE}&from=2020-01-01`))['items']).toHaveLength(1);
  }, 90_000);

  it('rebuilds by itself when its tables are of another version, and is not ready before', async () => {
    const question = '/v1/regions/422823/years';
    const answer = await json(question);
    const before = await dump();
    await api.stop();
    // As an older version would have left it: another shape, and rows that mean something else.
    await db.pool.query(`COMMENT ON SCHEMA read_model IS 'shape of an older version';
      ALTER TABLE read_model.region_day DROP COLUMN policy_ended_households;
      UPDATE read_model.household SET persons = 99; TRUNCATE read_model.year_closing`);
    api = await testService(db.url, kafkaServer.brokers);
    const states = new Set<number>();
    await until(async () => {
      const { status } = await fetch(`${api.service.url}/health/ready`);
      states.add(status);
      return status === 200 ? true : undefined;
    });
    expect([...states]).toEqual([503, 200]);
    expect(await json(question)).toEqual(answer);
    expect(await dump()).toEqual(before);
    const { items } = (await json('/v1/projector/rebuilds')) as unknown as {
      items: { requestedBy: string }[];
    };
    expect(items[0]).toMatchObject({ requestedBy: 'version', outcome: 'swapped' });

    // It follows both topics from where the rebuild ended.
    const id = write.household();
    const record = write.record(id, { on: '2020-03-01' }, registered(2));
    await send([record]);
    await until(async () =>
      (await api.get(`/v1/households/${id}`, {}, seen(record))).status === 200 ? true : undefined,
    );
  }, 120_000);
});
