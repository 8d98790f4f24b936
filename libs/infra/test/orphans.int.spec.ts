import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../src/index.js';
import { isAlive, leftOvers, spawnOwner, startOwner, untilNone } from './run.js';

/** Starting servers takes long on a machine that does much else. */
const SLOW = 180_000;

describe('nothing outlives the program that started it', () => {
  it.each(['SIGKILL', 'SIGINT'] as const)(
    'PostgreSQL and Kafka end with it on %s',
    async (signal) => {
      const { child, servers, ended } = await startOwner({ ending: 'wait', servers: ['postgres', 'kafka'] });
      expect(servers.map(({ pid }) => isAlive(pid))).toEqual([true, true]);
      child.kill(signal);
      await ended;
      expect(await leftOvers(servers)).toEqual([]);
    },
    SLOW,
  );

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'PostgreSQL ends with it on %s',
    async (signal) => {
      const { child, servers, ended } = await startOwner({ ending: 'wait', servers: ['postgres'] });
      child.kill(signal);
      await ended;
      expect(await leftOvers(servers)).toEqual([]);
    },
    SLOW,
  );

  it.each(['exit', 'throw', 'stop'] as const)(
    'PostgreSQL ends with it on %s',
    async (ending) => {
      const { servers, ended } = await startOwner({ ending, servers: ['postgres'] });
      await ended;
      expect(await leftOvers(servers)).toEqual([]);
    },
    SLOW,
  );

  it.each(['SIGSTOP', 'SIGKILL'] as const)(
    'servers that got %s before leave nothing either',
    async (signal) => {
      const { child, servers, ended } = await startOwner({ ending: 'wait', servers: ['postgres', 'kafka'] });
      for (const { pid } of servers) process.kill(pid, signal);
      child.kill('SIGKILL');
      await ended;
      expect(await leftOvers(servers)).toEqual([]);
    },
  );

  it(
    'kept data can be used again at once after a crash',
    async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'kept-'));
      const { child, servers, ended } = await startOwner({
        ending: 'wait',
        servers: ['postgres'],
        env: { OWNER_DATA_DIR: dataDir },
      });
      process.kill(servers[0]?.pid ?? 0, 'SIGSTOP'); // so that it takes its time to end
      child.kill('SIGKILL');
      await ended;
      const again = await startPostgres({ dataDir });
      expect(servers.map(({ pid }) => isAlive(pid))).toEqual([false]);
      await again.stop();
      expect(existsSync(dataDir)).toBe(true);
      rmSync(dataDir, { recursive: true });
    },
    SLOW,
  );

  it(
    'a download that was under way ends and leaves no half cache',
    async () => {
      const cache = mkdtempSync(join(tmpdir(), 'cache-'));
      const bin = mkdtempSync(join(tmpdir(), 'bin-'));
      const note = join(bin, 'pid');
      writeFileSync(
        join(bin, 'mvn'),
        `#!/bin/sh\n[ "$1" = -v ] && exit 0\necho $$ > ${note}.new && mv ${note}.new ${note}\nexec sleep 600\n`,
      );
      chmodSync(join(bin, 'mvn'), 0o755);
      const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, FUPIN_CACHE: cache };
      const child = spawnOwner({ ending: 'wait', servers: ['kafka'], env });
      try {
        while (!existsSync(note)) await sleep(20);
        const download = Number(readFileSync(note, 'utf8'));
        expect(isAlive(download)).toBe(true);
        child.kill('SIGKILL');
        await child.ended;
        expect(await untilNone(() => [...readdirSync(cache), ...(isAlive(download) ? ['mvn'] : [])])).toEqual(
          [],
        );
      } finally {
        child.kill('SIGKILL');
        for (const folder of [cache, bin]) rmSync(folder, { recursive: true });
      }
    },
    SLOW,
  );
});
