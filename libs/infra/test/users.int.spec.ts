import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../src/index.js';
import { leftOvers, startOwner } from './run.js';

const asRoot = process.getuid?.() === 0 && process.platform === 'linux';
const NOBODY = 65534;

describe('who may run it', () => {
  it('a plain user', async () => {
    const cache = process.env['FUPIN_CACHE'] ?? join(homedir(), '.cache', 'fupin');
    const home = mkdtempSync(join(tmpdir(), 'plain-user-'));
    if (asRoot) chownSync(home, NOBODY, NOBODY);
    try {
      // The jars of this user's cache, when the other one may read them; its own download otherwise.
      const wrapper = asRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
      const env = asRoot ? { HOME: home, XDG_CACHE_HOME: join(home, '.cache') } : { FUPIN_CACHE: cache };
      const { child, servers, ended } = await startOwner('wait', { wrapper, env });
      child.kill('SIGKILL');
      await ended;
      expect(await leftOvers(servers)).toEqual([]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  (asRoot ? it : it.skip)('root, in a folder that no other user may enter', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'closed-'));
    const dataDir = join(closed, 'deep', 'data');
    mkdirSync(dataDir, { recursive: true });
    try {
      const server = await startPostgres({ dataDir });
      const client = new pg.Client({ connectionString: server.adminUrl });
      await client.connect();
      await client.query('create table t as select 1 as x');
      await client.end();
      await server.stop();
    } finally {
      rmSync(closed, { recursive: true, force: true });
    }
  });
});
