import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { cacheFolder } from '../src/cache.js';
import { startPostgres } from '../src/index.js';
import { postgresBinaries } from '../src/postgres-binaries.js';
import { asUser, serverUser } from '../src/server-user.js';
import { leftOvers, startOwner } from './run.js';

const asRoot = process.getuid?.() === 0 && process.platform === 'linux';
const NOBODY = 65534;
/** The user as whom a process runs. */
const ownerOf = (pid: number): number =>
  process.platform === 'linux' ? statSync(`/proc/${pid}`).uid : NOBODY;

/** Starting servers takes long on a machine that does much else. */
const SLOW = 180_000;

describe('who may run it', () => {
  it(
    'a plain user',
    async () => {
      const home = mkdtempSync(join(tmpdir(), 'plain-user-'));
      try {
        // A copy of the jars that this user has, so that they need not be downloaded again.
        const cache = join(home, 'cache');
        if (existsSync(cacheFolder()))
          cpSync(cacheFolder(), cache, { recursive: true, preserveTimestamps: true });
        if (asRoot)
          for (const name of ['', ...readdirSync(home, { recursive: true })])
            chownSync(join(home, String(name)), NOBODY, NOBODY);
        const wrapper = asRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
        const { child, servers, ended } = await startOwner({
          ending: 'wait',
          servers: ['postgres', 'kafka'],
          wrapper,
          env: { HOME: home, FUPIN_CACHE: cache },
        });
        for (const { pid } of servers) expect(ownerOf(pid)).not.toBe(0);
        child.kill('SIGKILL');
        await ended;
        expect(await leftOvers(servers)).toEqual([]);
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    },
    SLOW,
  );

  (asRoot ? it : it.skip)(
    'root, in a folder that no other user may enter',
    async () => {
      const closed = mkdtempSync(join(tmpdir(), 'closed-'));
      const dataDir = join(closed, 'deep', 'data');
      mkdirSync(dataDir, { recursive: true });
      try {
        const server = await startPostgres({ dataDir });
        expect(ownerOf(server.pid ?? 0)).not.toBe(0);
        const client = new pg.Client({ connectionString: server.adminUrl });
        await client.connect();
        await client.query('create table t as select 1 as x');
        await client.end();
        await server.stop();
      } finally {
        rmSync(closed, { recursive: true, force: true });
      }
    },
    SLOW,
  );

  (asRoot ? it : it.skip)(
    'root, with programs in a folder that no other user may enter',
    () => {
      const closed = mkdtempSync(join(tmpdir(), 'closed-'));
      try {
        const native = join(dirname(postgresBinaries().initdb), '..');
        cpSync(native, join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
        const bin = join(closed, 'native', 'bin');
        const user = serverUser();
        mkdirSync(join(closed, 'cluster'));
        chownSync(join(closed, 'cluster'), user?.uid ?? 0, user?.gid ?? 0);
        const args = ['-D', join(closed, 'cluster'), '--no-sync'];
        const command = asUser({ file: join(bin, 'initdb'), args, env: {} }, user, [bin]);
        const { status, stderr } = spawnSync(command.file, [...command.args], { encoding: 'utf8', cwd: '/' });
        expect(stderr.replace(/^initdb: (warning|hint):.*$/gm, '').trim()).toBe('');
        expect(status).toBe(0);
      } finally {
        rmSync(closed, { recursive: true, force: true });
      }
    },
    SLOW,
  );
});
