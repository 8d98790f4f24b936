import { freePort, freshDatabase, startKafka } from '@fupin/infra';
import { startDevelopmentIssuer } from '@fupin/service/development-issuer';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** The whole system in processes of its own, as `npm start` runs it, on databases and a broker of this test alone. */
export interface System {
  readonly urls: { readonly registry: string; readonly projection: string };
  readonly databases: { readonly registry: string; readonly projection: string };
  readonly brokers: string;
  readonly token: (
    claims: { role: string; region: string; scope?: string },
    ttlSeconds?: number,
  ) => Promise<string>;
  /** Everything that the services have printed so far. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

async function untilReady(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null)
      throw new Error(`a service ended with ${child.exitCode}:\n${log().slice(-4000)}`);
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} is not ready:\n${log().slice(-4000)}`);
}

/** Starts registry and projection from source. Needs TEST_DATABASE_URL; brings its own broker, because topic names are fixed. */
export async function startSystem(): Promise<System> {
  const admin = process.env['TEST_DATABASE_URL'];
  if (admin === undefined)
    throw new Error('TEST_DATABASE_URL is not set: run through jest, whose setup starts the servers');
  const kafka = await startKafka();
  const issuer = await startDevelopmentIssuer();
  const databases = {
    registry: await freshDatabase(admin, 'journey_registry'),
    projection: await freshDatabase(admin, 'journey_projection'),
  };
  const ports = { registry: await freePort(), projection: await freePort() };
  const urls = {
    registry: `http://127.0.0.1:${ports.registry}`,
    projection: `http://127.0.0.1:${ports.projection}`,
  };
  let printed = '';
  const children = (['registry', 'projection'] as const).map((name) => {
    const upper = name.toUpperCase();
    const child = spawn(
      process.execPath,
      [
        '-C',
        '@fupin/source',
        '--import',
        '@swc-node/register/esm-register',
        join(root, 'services', name, 'src', 'main.ts'),
      ],
      {
        cwd: root,
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          [`${upper}_PORT`]: String(ports[name]),
          [`${upper}_DATABASE_URL`]: databases[name],
          KAFKA_BROKERS: kafka.brokers,
          OIDC_ISSUER: issuer.issuer,
          OIDC_JWKS_URI: issuer.jwksUri,
          VAULT_KEYS: `k1:${randomBytes(32).toString('base64')}`,
          VAULT_HASH_KEY: randomBytes(32).toString('base64'),
          LOG_LEVEL: 'debug',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    return { name, child };
  });
  const stop = async (): Promise<void> => {
    await Promise.all(
      children.map(
        ({ child }) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) return resolve();
            child.once('exit', () => resolve());
            child.kill('SIGTERM');
          }),
      ),
    );
    await issuer.stop();
    await kafka.stop();
  };
  try {
    await Promise.all(children.map(({ name, child }) => untilReady(urls[name], child, () => printed)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    urls,
    databases,
    brokers: kafka.brokers,
    token: (claims, ttl) => issuer.token(claims, ttl),
    log: () => printed,
    stop,
  };
}
