import { randomUUID } from 'node:crypto';
import { EventStore, eventStoreSql } from '@fupin/event-sourcing';
import { dropDatabase, freshDatabase } from '@fupin/infra';
import pg from 'pg';
import { encode, STREAM_TYPE } from './shared.js';

/**
 * Why appends are serial. A sequence gives positions before the commit, so under concurrent commits a reader that
 * remembers a position passes an event that commits late, and never comes back to it. The same interleaving with this
 * project's store: the second append waits for the first, and the order of commits is the order of positions.
 */
describe('a reader that remembers a position', () => {
  let admin: string;
  let url: string;
  let pool: pg.Pool;
  beforeEach(async () => {
    admin = process.env['TEST_DATABASE_URL'] ?? '';
    url = await freshDatabase(admin, 'naive');
    pool = new pg.Pool({ connectionString: url });
    // The database is dropped at the end, with the sessions that have not quite closed.
    pool.on('error', () => undefined);
  });
  afterEach(async () => {
    await pool.end();
    await dropDatabase(admin, url);
  });

  const after = async (table: string, position: number): Promise<number[]> => {
    const { rows } = await pool.query<{ position: string }>(
      `select position from ${table} where position > $1 order by position`,
      [position],
    );
    return rows.map((row) => Number(row.position));
  };

  it('loses an event when commits are concurrent and positions come from a sequence', async () => {
    await pool.query('create table naive_events (position bigserial primary key, what text)');
    const a = await pool.connect();
    await a.query('begin');
    await a.query(`insert into naive_events (what) values ('from a')`); // takes position 1, stays open
    await pool.query(`insert into naive_events (what) values ('from b')`); // takes position 2, commits

    const seen = await after('naive_events', 0);
    expect(seen).toEqual([2]);
    const cursor = 2;
    await a.query('commit');
    a.release();

    expect(await after('naive_events', cursor)).toEqual([]); // position 1 is committed, and lost to this reader
    expect(await after('naive_events', 0)).toEqual([1, 2]);
  });

  it('misses nothing in the same interleaving with the serial store', async () => {
    await pool.query(eventStoreSql());
    const [one, two] = [new EventStore({ pool }), new EventStore({ pool })];
    const request = () => ({
      streams: [
        {
          streamId: randomUUID(),
          streamType: STREAM_TYPE,
          expectedVersion: 0,
          events: [
            { type: 'ExitPlanned', occurredOn: '2018-06-30', recordedAt: new Date(), payload: encode(1, 1) },
          ],
        },
      ],
    });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let inside = (): void => undefined;
    const opened = new Promise<void>((resolve) => (inside = resolve));
    const a = one.exclusively(async (store) => {
      await store.append(request()); // takes position 1
      inside();
      await held; // and stays open
    });
    await opened;
    let answered = false;
    const b = two.append(request()).then((outcome) => ((answered = true), outcome));
    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(answered).toBe(false); // b waits
    expect(await after('events', 0)).toEqual([]);
    release();
    await Promise.all([a, b]);
    expect(await after('events', 0)).toEqual([1, 2]);
    await Promise.all([one.close(), two.close()]);
  });
});
