import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPool, migrate } from '../src/index.js';

const admin = process.env['TEST_DATABASE_URL'] ?? '';
const made: string[] = [];

/** The URL of a database that is not there yet. */
function absentDatabase(): string {
  const url = new URL(admin);
  const name = `service-${randomBytes(5).toString('hex')}`;
  made.push(name);
  url.pathname = `/${name}`;
  return url.href;
}

afterAll(async () => {
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  for (const name of made)
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
  await client.end();
});

class First1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE one (id int PRIMARY KEY); INSERT INTO one VALUES (1); SELECT pg_sleep(0.2)',
    );
  }
  async down(): Promise<void> {}
}
class Second1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('INSERT INTO one VALUES (2)');
  }
  async down(): Promise<void> {}
}
class Broken1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('INSERT INTO one VALUES (3)');
    await runner.query('INSERT INTO one VALUES (3)');
  }
  async down(): Promise<void> {}
}

async function rows(url: string): Promise<number[]> {
  const pool = createPool(url, { max: 1 });
  try {
    const { rows: found } = await pool.query<{ id: number }>('SELECT id FROM one ORDER BY id');
    return found.map(({ id }) => id);
  } finally {
    await pool.end();
  }
}

describe('migrate', () => {
  it('creates the database and runs each migration once, also when several instances start at once', async () => {
    const url = absentDatabase();
    const migrations = [First1700000000001, Second1700000000002];
    const ran = await Promise.all([1, 2, 3, 4].map(() => migrate({ url, migrations })));
    expect(ran.flat().sort()).toEqual(['First1700000000001', 'Second1700000000002']);
    expect(await rows(url)).toEqual([1, 2]);
  });

  it('runs only what has not run', async () => {
    const url = absentDatabase();
    expect(await migrate({ url, migrations: [First1700000000001] })).toEqual(['First1700000000001']);
    expect(await migrate({ url, migrations: [First1700000000001, Second1700000000002] })).toEqual([
      'Second1700000000002',
    ]);
    expect(await migrate({ url, migrations: [First1700000000001, Second1700000000002] })).toEqual([]);
  });

  it('leaves nothing of a migration that fails, and can be run again', async () => {
    const url = absentDatabase();
    await expect(migrate({ url, migrations: [First1700000000001, Broken1700000000003] })).rejects.toThrow(
      /duplicate key/,
    );
    expect(await rows(url)).toEqual([1]);
    expect(await migrate({ url, migrations: [First1700000000001, Second1700000000002] })).toEqual([
      'Second1700000000002',
    ]);
  });

  it('says when the server cannot be reached', async () => {
    await expect(migrate({ url: 'postgres://u:p@127.0.0.1:9/none', migrations: [] })).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });
});

describe('createPool', () => {
  it('survives the end of an idle connection', async () => {
    const errors: string[] = [];
    const pool = createPool(admin, {
      max: 1,
      name: 'fupin-pool-test',
      onError: (error) => errors.push(error.message),
    });
    const other = new pg.Client({ connectionString: admin });
    await other.connect();
    const { rows: own } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await other.query('SELECT pg_terminate_backend($1)', [own[0]?.pid]);
    while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await other.end();
    await pool.end();
  });
});
