import pg from 'pg';

/** A database of its own for one spec; TEST_DATABASE_URL is the server's, set by the suite. */
export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  drop(): Promise<void>;
}

/** Creates it; `drop` closes its pool and removes it. */
export async function testDatabase(prefix: string): Promise<TestDatabase> {
  const admin = process.env['TEST_DATABASE_URL'];
  if (!admin) throw new Error('TEST_DATABASE_URL is not set; run the suite by npm test');
  const name = `${prefix}_${process.pid}_${Date.now().toString(36)}`;
  await once(admin, `CREATE DATABASE ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.toString(), max: 4 });
  return {
    url: url.toString(),
    pool,
    drop: async () => {
      await pool.end();
      // Sessions take a moment to end; to cut them off would be an error in the middle of their goodbye.
      for (let attempt = 1; ; attempt++) {
        const gone = await once(admin, `DROP DATABASE ${name}`).then(
          () => true,
          () => false,
        );
        if (gone || attempt === 30) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

async function once(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
