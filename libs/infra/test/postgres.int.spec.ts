import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PortInUse, startPostgres } from '../src/index.js';
import { isAlive, untilNone } from './run.js';

/** Starting servers takes long on a machine that does much else. */
const SLOW = 180_000;

let dataDir: string;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'kept-'))));
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 1_000,
    query_timeout: 1_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

describe('the embedded PostgreSQL', () => {
  it(
    'keeps its data over a restart and a kill -9, on the same port',
    async () => {
      const first = await startPostgres({ dataDir });
      await query(first.adminUrl, 'create table household as select 1 as id');
      await first.stop();
      expect(first.pid).toBeUndefined();

      const second = await startPostgres({ dataDir, port: first.port });
      expect(second.adminUrl).toBe(first.adminUrl);
      const before = second.pid;
      await query(second.adminUrl, 'insert into household values (2)');
      await second.kill('SIGKILL');
      expect(second.pid).toBeUndefined();
      await expect(query(second.adminUrl, 'select 1')).rejects.toThrow();
      await second.restart();
      expect(second.pid).not.toBe(before);
      expect(await query(second.adminUrl, 'select id from household order by id')).toEqual([
        { id: 1 },
        { id: 2 },
      ]);
      await second.stop();
      expect(existsSync(dataDir)).toBe(true);
    },
    SLOW,
  );

  it(
    'is paused with all its sessions and goes on',
    async () => {
      const server = await startPostgres();
      const client = new pg.Client({ connectionString: server.adminUrl });
      await client.connect();
      await server.kill('SIGSTOP');
      let answered = false;
      const answer = client.query('select 1').then(() => (answered = true));
      await expect(query(server.adminUrl, 'select 1')).rejects.toThrow();
      expect(answered).toBe(false);
      await server.kill('SIGCONT');
      await answer;
      await client.end();
      await server.stop();
      expect(existsSync(server.dataDir)).toBe(false);
    },
    SLOW,
  );

  it(
    'names the port that is taken and leaves nothing behind',
    async () => {
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
      const { port } = squatter.address() as { port: number };
      const before = readdirSync(tmpdir()).filter((name) => name.startsWith('fupin-run-postgres'));
      const failure = await startPostgres({ port }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(PortInUse);
      expect((failure as Error).message).toContain(`Port ${port} for PostgreSQL is in use`);
      expect((failure as Error).message).toContain('POSTGRES_PORT');
      expect(
        readdirSync(tmpdir()).filter(
          (name) => name.startsWith('fupin-run-postgres') && !before.includes(name),
        ),
      ).toEqual([]);
      squatter.close();
    },
    SLOW,
  );

  it(
    'refuses a data folder that a live server uses',
    async () => {
      const server = await startPostgres({ dataDir });
      await expect(startPostgres({ dataDir })).rejects.toThrow(
        `in use: process ${process.pid} runs PostgreSQL in it`,
      );
      expect(await query(server.adminUrl, 'select 1 as x')).toEqual([{ x: 1 }]);
      await server.stop();
    },
    SLOW,
  );

  it(
    'gets over a stale pid file that names a living process of somebody else',
    async () => {
      const first = await startPostgres({ dataDir });
      await first.stop();
      // Of the server's own user: PostgreSQL itself gets over one that it may not signal.
      const { uid } = statSync(join(dataDir, 'pgdata'));
      const stranger = spawn('sleep', ['600'], process.getuid?.() === 0 ? { uid } : {});
      const file = `${stranger.pid ?? 0}\n${dataDir}/pgdata\n0\n5432\n\n127.0.0.1\n  1 2\nready\n`;
      writeFileSync(join(dataDir, 'pgdata', 'postmaster.pid'), file);
      try {
        const second = await startPostgres({ dataDir });
        await second.stop();
        expect(stranger.exitCode).toBeNull();
      } finally {
        stranger.kill();
      }
    },
    SLOW,
  );

  it(
    'gets over a half-made cluster',
    async () => {
      mkdirSync(join(dataDir, 'pgdata.new', 'base'), { recursive: true });
      const server = await startPostgres({ dataDir });
      expect(await query(server.adminUrl, 'show fsync')).toEqual([{ fsync: 'on' }]);
      await server.stop();
    },
    SLOW,
  );

  it(
    'ends a server that lost its supervisor, and takes over its data',
    async () => {
      const first = await startPostgres({ dataDir });
      await query(first.adminUrl, 'create table household as select 1 as id');
      const orphan = first.pid ?? 0;
      const supervisor = Number(readFileSync(join(dataDir, 'owner'), 'utf8').split(' ')[1]);
      process.kill(supervisor, 'SIGKILL');
      expect(await untilNone(() => (isAlive(supervisor) ? ['supervisor'] : []))).toEqual([]);
      expect(isAlive(orphan)).toBe(true);
      const second = await startPostgres({ dataDir });
      expect(isAlive(orphan)).toBe(false);
      expect(await query(second.adminUrl, 'select id from household')).toEqual([{ id: 1 }]);
      await second.stop();
    },
    SLOW,
  );
});
