import { freshDatabase } from '@fupin/infra';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { storeFixture, type StoreFixture } from '../test/store-fixture.js';
import { appended, kinds, request, stream, to } from '../test/things.js';
import { EventStore, eventStoreSql, StoreUnavailable, verify } from './index.js';

describe('event store in trouble', () => {
  let t: StoreFixture;
  beforeEach(async () => {
    t = await storeFixture({ maxEvents: 4 });
  });
  afterEach(() => t.stop());

  /** Holds the append lock in a session of its own, so that flushes wait in the database. */
  const holdFlushes = async () => {
    const client = new pg.Client({ connectionString: t.url });
    await client.connect();
    await client.query('begin; lock table events in access exclusive mode');
    return () => client.end();
  };
  const endSessions = () =>
    t.rows(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query like '%append_event%' and pid <> pg_backend_pid()`);
  /** Until so many appends wait for a lock; gives what they wait for. */
  const waiting = async (count: number) => {
    for (const end = Date.now() + 5_000; Date.now() < end;) {
      const rows = await t.rows(`select wait_event from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%append_event%'`);
      if (rows.length >= count) return rows.map((row) => row['wait_event']);
    }
    throw new Error('nobody waits');
  };

  it('tells the callers of a lost flush, and goes on with those who waited', async () => {
    await stream(t.store);
    const release = await holdFlushes();
    const key = randomUUID();
    const lost = t.store.append(to(randomUUID(), 0, 1, undefined, request(key)));
    await waiting(1);
    const next = Array.from({ length: 10 }, () => t.store.append(to(randomUUID(), 0)));
    const outcome = expect(lost).rejects.toThrow(StoreUnavailable);
    await endSessions();
    await outcome;
    await release();
    expect(kinds(await Promise.all(next))).toEqual(Array.from({ length: 10 }, () => 'appended'));
    expect(await t.store.append(to(randomUUID(), 0, 1, undefined, request(key)))).toMatchObject({
      outcome: 'appended',
    });
    expect(await verify(t.pool)).toMatchObject({ events: 12, first: undefined });
  });

  it('takes a new connection when its idle one was ended', async () => {
    await stream(t.store);
    await endSessions();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stream(t.store);
  });

  it.each([
    ['a single event', 1],
    ['a flush', 2],
  ])('lets %s wait for a flush under way, so that commit order is position order', async (_, count) => {
    const other = new pg.Client({ connectionString: t.url });
    await other.connect();
    try {
      await other.query('begin');
      const { rows } = await other.query<{ position: string }>(
        `select append_event($1, 1, 'test.thing', 'ThingHappened', '2018-06-30', now(), '', sha256(''), null) as position`,
        [randomUUID()],
      );
      let done = false;
      const append = appended(t.store, to(randomUUID(), 0, count)).finally(() => (done = true));
      expect(await waiting(1)).toEqual(['advisory']);
      expect(done).toBe(false);
      await other.query('commit');
      expect((await append).lastPosition).toBe(Number(rows[0]!.position) + count);
    } finally {
      await other.end();
    }
  });

  it('says that the database is away once its patience is over', async () => {
    const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
    const store = new EventStore({ pool, patience: 150 });
    const started = Date.now();
    const outcomes = await Promise.allSettled([
      store.append(to(randomUUID(), 0)),
      store.append(to(randomUUID(), 0)),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    }
    expect(Date.now() - started).toBeGreaterThan(150);
    await expect(store.load(randomUUID())).rejects.toThrow(StoreUnavailable);
    await store.close();
    await pool.end();
  });

  it('refuses when too many wait, and drains when it closes', async () => {
    const store = new EventStore({ pool: t.pool, maxPending: 3 });
    const appends = Array.from({ length: 5 }, () => store.append(to(randomUUID(), 0)));
    const settled = Promise.allSettled(appends);
    await store.close();
    expect((await settled).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
    ]);
    await expect(store.append(to(randomUUID(), 0))).rejects.toThrow(StoreUnavailable);
  });

  it('carries on where it was after the tables were copied into another database', async () => {
    const claim = `person:${randomUUID()}`;
    const key = randomUUID();
    const streamId = await stream(t.store, 3, { take: [claim] });
    const { lastPosition } = await appended(t.store, to(streamId, 3, 1, undefined, request(key)));

    const pool = new pg.Pool({
      connectionString: await freshDatabase(process.env['TEST_DATABASE_URL']!, 'copy'),
    });
    await pool.query(eventStoreSql());
    for (const table of ['events', 'keys']) {
      const [row] = await t.rows(`select coalesce(json_agg(t), '[]')::text as rows from ${table} t`);
      await pool.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
        row?.['rows'],
      ]);
    }
    const copy = new EventStore({ pool });
    expect(await copy.load(streamId)).toEqual(await t.store.load(streamId));
    expect(await copy.append(to(randomUUID(), 0, 1, undefined, request(key)))).toMatchObject({
      outcome: 'replayed',
      lastPosition,
    });
    expect(await copy.append(to(randomUUID(), 0, 1, { take: [claim] }))).toMatchObject({
      outcome: 'claimTaken',
    });
    expect(await appended(copy, to(streamId, 4))).toMatchObject({ lastPosition: lastPosition + 1 });
    expect(await verify(pool)).toMatchObject({ events: lastPosition + 1, first: undefined });
    await copy.close();
    await pool.end();
  });

  it('stays exact when the planner has statistics of an empty table', async () => {
    await t.pool.query('vacuum analyze events');
    const ids = await Promise.all(Array.from({ length: 200 }, () => stream(t.store)));
    await t.pool.query('vacuum analyze events');
    const outcomes = await Promise.all(ids.map((id, i) => t.store.append(to(id, i % 2 ? 1 : 2))));
    expect(kinds(outcomes).filter((kind) => kind === 'appended')).toHaveLength(100);
    expect(await verify(t.pool)).toMatchObject({ events: 300, first: undefined });
  });
});
