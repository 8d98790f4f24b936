import { HOUSEHOLD_TOPIC } from '@fupin/contracts';
import { connectKafka, type Kafka } from '@fupin/event-sourcing';
import { databaseUrl, freePort, startServers, type Servers } from '@fupin/infra';
import { startDevelopmentIssuer, type DevelopmentIssuer } from '@fupin/service/development-issuer';
import { mkdirSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readVaultKeys, type VaultKeys } from '../../../services/registry/src/vault/vault-keys.js';
import { end, run, untilReady, type Running } from '../../../tools/src/processes.js';
import { developmentSecrets } from '../../../tools/src/secrets.js';
import { PROVINCE } from './scale.js';

const root = join(import.meta.dirname, '..', '..', '..');

/** The whole system as it is deployed: servers, registry with its relay, projection with its queries. */
export interface System {
  readonly registryUrl: string;
  readonly projectionUrl: string;
  readonly token: string;
  /** The vault's keys, as the registry has them. */
  readonly keys: VaultKeys;
  /** The registry's and the projection's databases. */
  readonly store: pg.Pool;
  readonly readModels: pg.Pool;
  readonly kafka: Kafka;
  /** Where this run's Kafka keeps its data, when it is one of ours. */
  readonly kafkaFolder: string;
  readonly processes: { readonly registry: number; readonly projection: number };
  /** Says where the servers came from. */
  readonly sources: string;
  /** Throws when a service has ended by itself. */
  assertAlive(): void;
  stop(): Promise<void>;
}

/**
 * Settings of the PostgreSQL under test. Commits reach the disk (fsync and synchronous_commit stay on); memory and the
 * distance of checkpoints are what a server of such a size is given, not what a laptop's default is.
 */
export function postgresSettings(): Record<string, string> {
  const quarter = Math.floor(totalmem() / 2 ** 20 / 4);
  const shared = Math.min(4096, Math.floor(quarter / 2));
  return {
    shared_buffers: `${shared}MB`,
    effective_cache_size: `${2 * quarter}MB`,
    maintenance_work_mem: '512MB',
    max_wal_size: '8GB',
    checkpoint_timeout: '15min',
    wal_buffers: '64MB',
  };
}

/** Starts everything in `folder` and waits until it is ready; ends what it has started when that fails. */
export async function startSystem(folder: string, signal: AbortSignal): Promise<System> {
  mkdirSync(folder, { recursive: true });
  const running: Running[] = [];
  const pools: pg.Pool[] = [];
  let servers: Servers | undefined;
  let issuer: DevelopmentIssuer | undefined;
  let kafka: Kafka | undefined;
  const stop = async (): Promise<void> => {
    await kafka?.close().catch(() => undefined);
    await Promise.all(pools.map((pool) => pool.end().catch(() => undefined)));
    await Promise.all(running.map((service) => end(service)));
    await issuer?.stop();
    await servers?.stop();
  };
  try {
    const data = join(folder, 'servers');
    servers = await startServers({ dataDir: data, durable: true, postgresSettings: postgresSettings() });
    issuer = await startDevelopmentIssuer();
    const secrets = developmentSecrets(join(folder, 'secrets.json'));
    const { adminUrl } = servers.postgres;
    const { brokers } = servers.kafka;
    const start = async (name: 'registry' | 'projection'): Promise<{ service: Running; url: string }> => {
      const port = await freePort();
      const upper = name.toUpperCase();
      const service = run(
        name,
        join(root, 'services', name, 'dist', 'src', 'main.js'),
        {
          [`${upper}_PORT`]: String(port),
          [`${upper}_DATABASE_URL`]: databaseUrl(adminUrl, `fupin_${name}`),
          KAFKA_BROKERS: brokers,
          OIDC_ISSUER: issuer?.issuer,
          OIDC_JWKS_URI: issuer?.jwksUri,
          LOG_LEVEL: 'warn',
          ...secrets.environment,
        },
        join(folder, `${name}.log`),
      );
      running.push(service);
      return { service, url: `http://127.0.0.1:${port}` };
    };
    const registry = await start('registry');
    const projection = await start('projection');
    for (const { service, url } of [registry, projection]) {
      if (signal.aborted) throw new Error('interrupted');
      await untilReady(service, `${url}/health/ready`, 90_000);
    }
    const open = (name: string, max: number): pg.Pool => {
      const pool = new pg.Pool({ connectionString: databaseUrl(adminUrl, `fupin_${name}`), max });
      pool.on('error', () => undefined);
      pools.push(pool);
      return pool;
    };
    kafka = connectKafka({ brokers });
    const token = await issuer.token(
      { role: 'province', region: PROVINCE, scope: 'history:write projection:operate', sub: 'bench' },
      7 * 24 * 3600,
    );
    let fallen: string | undefined;
    for (const service of running)
      void service.ended.then(
        (code) => (fallen ??= `${service.name} ended (${code}); see ${service.logFile}`),
      );
    return {
      registryUrl: registry.url,
      projectionUrl: projection.url,
      token,
      keys: readVaultKeys(secrets.environment),
      store: open('registry', 10),
      readModels: open('projection', 3),
      kafka,
      kafkaFolder: join(data, 'kafka'),
      processes: {
        registry: registry.service.child.pid ?? 0,
        projection: projection.service.child.pid ?? 0,
      },
      sources: `PostgreSQL ${servers.postgres.source}, Kafka ${servers.kafka.source}`,
      assertAlive: () => {
        if (fallen !== undefined) throw new Error(fallen);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How far each stage is, in events: stored, on Kafka, and in the read models. */
export interface Progress {
  readonly stored: number;
  readonly relayed: number;
  readonly projected: number;
}

/** Asks the store, Kafka and the read models how far they are. Throws when a partition of the projection has stopped. */
export async function progressOf({ store, readModels, kafka }: System): Promise<Progress> {
  const [events, ends, checkpoints] = await Promise.all([
    store.query<{ n: string | null }>('select max(position) as n from events'),
    kafka.endOffsets(HOUSEHOLD_TOPIC.name),
    readModels.query<{ n: string | null; stopped: string | null }>(
      'select sum("offset" + 1) as n, max(stopped_reason) as stopped from read_model.projector_checkpoints where topic = $1',
      [HOUSEHOLD_TOPIC.name],
    ),
  ]);
  const row = checkpoints.rows[0];
  if (typeof row?.stopped === 'string') throw new Error(`the projection has stopped: ${row.stopped}`);
  return {
    stored: Number(events.rows[0]?.n ?? 0),
    relayed: ends.reduce((sum, end) => sum + end, 0),
    projected: Number(row?.n ?? 0),
  };
}
