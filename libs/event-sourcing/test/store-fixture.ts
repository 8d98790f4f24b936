import { freshDatabase } from '@fupin/infra';
import pg from 'pg';
import { EventStore, eventStoreSql, type EventStoreOptions } from '../src/index.js';

/** A store over a database of its own, with a table for attachments. */
export async function storeFixture(options: Partial<EventStoreOptions> = {}) {
  const url = await freshDatabase(process.env['TEST_DATABASE_URL']!, 'store');
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => undefined); // a test may end the sessions
  await pool.query(eventStoreSql());
  await pool.query('create table notes (id uuid primary key, stream uuid not null, text text)');
  const stores: EventStore[] = [];
  const another = () => {
    const store = new EventStore({ pool, ...options });
    stores.push(store);
    return store;
  };
  return {
    url,
    pool,
    store: another(),
    /** Another instance over the same database. */
    another,
    rows: async (sql: string, values?: unknown[]) =>
      (await pool.query<Record<string, unknown>>(sql, values)).rows,
    stop: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await pool.end();
    },
  };
}

export type StoreFixture = Awaited<ReturnType<typeof storeFixture>>;
