import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { dockerEngine, dockerMemory, ensureImage } from '../src/docker.js';
import { startServers } from '../src/servers.js';

/** Starting servers takes long on a machine that does much else. */
const SLOW = 300_000;

// Runs where a Docker engine answers and has the images; the other specs prove the same of whatever servers there are.
const engine = await dockerEngine();
const silent = (): void => undefined;
const has = async (image: string): Promise<boolean> =>
  engine !== undefined &&
  (await ensureImage(engine, image, silent).then(
    () => true,
    () => false,
  ));
const both = (await has('postgres:18')) && (await has('apache/kafka:4.1.0'));
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !['DATABASE_URL', 'KAFKA_BROKERS'].includes(name)),
);

(both ? describe : describe.skip)('servers in Docker', () => {
  it(
    'keep their data in volumes of the data folder, and leave no container',
    async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'docker-'));
      const count = async (): Promise<number> => (await engine?.container.list())?.length ?? 0;
      const before = await count();
      const first = await startServers({ dataDir, env });
      expect([first.postgres.source, first.kafka.source]).toEqual(['docker', 'docker']);
      expect(await count()).toBe(before + 2);
      await query(first.postgres.adminUrl, 'create table household as select 1 as id');
      await first.stop();
      expect(await count()).toBe(before);

      const second = await startServers({ dataDir, env });
      expect(await query(second.postgres.adminUrl, 'select id from household')).toEqual([{ id: 1 }]);
      await second.stop();

      await expect(startServers({ dataDir, env: { ...env, FUPIN_SERVERS: 'embedded' } })).rejects.toThrow(
        /keeps its data in Docker/,
      );
      for (const server of ['postgres', 'kafka']) {
        const volume = `fupin-${server}-${dockerMemory(dataDir, server)?.id ?? ''}`;
        await engine?.container.dockerode.getVolume(volume).remove();
      }
      rmSync(dataDir, { recursive: true });
    },
    SLOW,
  );
});

it('without an engine, or told so, Docker is left out', async () => {
  expect(
    await dockerEngine({ FUPIN_SERVERS: 'embedded', DOCKER_HOST: 'unix:///var/run/docker.sock' }),
  ).toBeUndefined();
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
