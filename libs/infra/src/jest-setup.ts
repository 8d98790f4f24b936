// Jest's globalSetup of the projects `int` and `e2e`: one PostgreSQL and one Kafka for the whole run. Jest compiles this
// file to CommonJS and knows neither our `.js` imports nor the source condition here, so the servers live in a process
// of their own (src/serve.ts), which ends when this one does. Hence no imports from this library.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the teardown needs, kept where both find it; jest may call the setup once for each project. */
export interface SharedServers {
  users: number;
  readonly child: ChildProcess;
  readonly ready: Promise<{ databaseUrl: string; kafkaBrokers: string }>;
}

declare global {
  var fupinTestServers: SharedServers | undefined;
}

/** Starts the servers (once a run) and sets TEST_DATABASE_URL (administrator) and TEST_KAFKA_BROKERS. */
export default async function setup(): Promise<void> {
  const servers = (globalThis.fupinTestServers ??= start());
  servers.users += 1;
  const { databaseUrl, kafkaBrokers } = await servers.ready;
  process.env['TEST_DATABASE_URL'] = databaseUrl;
  process.env['TEST_KAFKA_BROKERS'] = kafkaBrokers;
}

function start(): SharedServers {
  const root = join(import.meta.dirname, '..', '..', '..');
  const child = spawn(
    process.execPath,
    [
      '-C',
      '@fupin/source',
      '--import',
      '@swc-node/register/esm-register',
      join(import.meta.dirname, 'serve.ts'),
    ],
    {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  const ready = new Promise<{ databaseUrl: string; kafkaBrokers: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => {
      resolve(JSON.parse(line) as { databaseUrl: string; kafkaBrokers: string });
    });
    child.once('exit', (code) =>
      reject(new Error(`PostgreSQL and Kafka for the tests did not start (code ${code ?? 'none'})`)),
    );
  });
  return { users: 0, child, ready };
}
