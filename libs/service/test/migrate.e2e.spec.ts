import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { endAll, portOf, start as startScript, type Started } from './processes.js';

afterEach(endAll);

const start = (env: Record<string, string>, ...words: string[]): Started =>
  startScript('migrating.ts', env, ...words);
const service = { OIDC_ISSUER: 'http://127.0.0.1:9', MIGRATING_PORT: '0' };

const admin = process.env['TEST_DATABASE_URL'] ?? '';
const made: string[] = [];

async function asAdmin(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

let url: string;
beforeEach(async () => {
  const name = `migrating_${randomBytes(5).toString('hex')}`;
  made.push(name);
  await asAdmin(`CREATE DATABASE ${name}`);
  url = Object.assign(new URL(admin), { pathname: `/${name}` }).href;
});
afterAll(() => asAdmin(...made.map((name) => `DROP DATABASE ${name} WITH (FORCE)`)));

async function column(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.map(([value]: unknown[]) => value);
  } finally {
    await client.end();
  }
}
const rows = (): Promise<unknown[]> => column('SELECT id FROM one ORDER BY id');

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('migrations of a service', () => {
  it('given an empty database, when three replicas and a migration job start at once, then each migration runs once and all come up', async () => {
    const env = { ...service, MIGRATING_DATABASE_URL: url };
    const replicas = [start(env), start(env), start(env)];
    const job = start({ MIGRATING_DATABASE_URL: url }, 'migrate');
    for (const replica of replicas) expect(await portOf(replica)).toBeGreaterThan(0);
    expect(await job.exit).toBe(0);
    expect(await rows()).toEqual([1, 2]);
    const migrated = [...replicas, job].filter(({ out }) => out().includes('database migrated'));
    expect(migrated).toHaveLength(1);
  });

  it('given only the address of the database, when asked to migrate, then it migrates, serves nothing and exits with 0', async () => {
    const job = start({ MIGRATING_DATABASE_URL: url }, 'migrate');
    expect(await job.exit).toBe(0);
    expect(job.out()).toContain('"ran":["First1700000000001","Second1700000000002"]');
    expect(job.out()).not.toContain('listens');
    const again = start({ MIGRATING_DATABASE_URL: url }, 'migrate');
    expect(await again.exit).toBe(0);
    expect(again.out()).toContain('up to date');
  });

  it('given a migration that fails, when asked to migrate, then it says why, exits with 1 and leaves nothing of it', async () => {
    const job = start({ MIGRATING_DATABASE_URL: url, BREAK: '1' }, 'migrate');
    expect(await job.exit).toBe(1);
    expect(job.out()).toContain('relation "nothing" does not exist');
    expect(await rows()).toEqual([1]);
  });

  it('given no address, when asked to migrate, then it names the variable and exits with 1', async () => {
    const job = start({}, 'migrate');
    expect(await job.exit).toBe(1);
    expect(job.out()).toContain('MIGRATING_DATABASE_URL');
    expect(job.out()).not.toContain('    at ');
  });

  it('given a word that it does not know, then it says so and exits with 1', async () => {
    const job = start({ ...service, MIGRATING_DATABASE_URL: url }, 'migrates');
    expect(await job.exit).toBe(1);
    expect(job.out()).toContain("unknown argument migrates: only 'migrate' is known");
  });

  it('given a migration under way, when SIGTERM comes, then the process ends and nothing is left of it', async () => {
    const job = start({ MIGRATING_DATABASE_URL: url }, 'migrate');
    await until(async () => (await column(SLEEPING)).length > 0);
    job.child.kill('SIGTERM');
    expect(await job.exit).toBe(143);
    await until(async () => (await column(SLEEPING)).length === 0);
    expect(await column("SELECT to_regclass('one')::text")).toEqual([null]);
  });
});

const SLEEPING = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep%'`;
