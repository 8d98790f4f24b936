import { join } from 'node:path';
import pg from 'pg';
import { clusterIdOf } from './kafka-client.js';
import { startKafka } from './kafka.js';
import { startPostgres } from './postgres.js';

/** Where a server comes from, in the order in which they are tried. */
export type ServerSource = 'environment' | 'docker' | 'embedded';

export interface ServersOptions {
  /** Default: both. */
  readonly postgres?: boolean;
  readonly kafka?: boolean;
  /** Folder that keeps the data over restarts (`npm start`: `.data`); default: temporary, fast and thrown away. */
  readonly dataDir?: string;
  /** Ports for servers that are started here; default: free ones. One that is taken is an error, `PortInUse`. */
  readonly ports?: { readonly postgres?: number; readonly kafka?: number };
  /** Whether commits reach the disk. Default: true with a `dataDir`, false without. */
  readonly durable?: boolean;
  /** Further PostgreSQL settings for a server that is started here. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Told in one line what is used and what takes long. */
  readonly log?: (line: string) => void;
  /** Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Servers {
  /** `adminUrl`: a role that may create databases. */
  readonly postgres: { readonly adminUrl: string; readonly source: ServerSource };
  /** `brokers`: `host:port`, several separated by commas. */
  readonly kafka: { readonly brokers: string; readonly source: ServerSource };
  /** Stops what was started here. Servers of the environment stay as they are. */
  stop(): Promise<void>;
}

interface Started<T> {
  readonly value: T;
  readonly source: ServerSource;
  stop(): Promise<void>;
}

/**
 * Gives PostgreSQL and Kafka: those that DATABASE_URL and KAFKA_BROKERS name, or else Docker's, or else embedded ones.
 * Whatever it starts ends with this process, however that ends. Throws with what to install when there is no way.
 */
export async function startServers(options: ServersOptions = {}): Promise<Servers> {
  const starts = [
    options.postgres === false ? undefined : providePostgres(options),
    options.kafka === false ? undefined : provideKafka(options),
  ] as const;
  const results = await Promise.allSettled(starts);
  const failed = results.find((result) => result.status === 'rejected');
  const stop = async (): Promise<void> => {
    await Promise.all(
      results.map((result) => (result.status === 'fulfilled' ? result.value?.stop() : undefined)),
    );
  };
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const [postgres, kafka] = await Promise.all(starts);
  return {
    postgres: { adminUrl: postgres?.value ?? '', source: postgres?.source ?? 'environment' },
    kafka: { brokers: kafka?.value ?? '', source: kafka?.source ?? 'environment' },
    stop,
  };
}

const KEEP = async (): Promise<void> => undefined;

async function providePostgres(options: ServersOptions): Promise<Started<string>> {
  const url = (options.env ?? process.env)['DATABASE_URL'];
  if (url) {
    await checkPostgres(url);
    return { value: url, source: 'environment', stop: KEEP };
  }
  const server = await startPostgres({
    ...(options.dataDir === undefined ? {} : { dataDir: join(options.dataDir, 'postgres') }),
    ...(options.ports?.postgres === undefined ? {} : { port: options.ports.postgres }),
    ...(options.durable === undefined ? {} : { durable: options.durable }),
    ...(options.postgresSettings === undefined ? {} : { settings: options.postgresSettings }),
  });
  return { value: server.adminUrl, source: 'embedded', stop: () => server.stop() };
}

async function provideKafka(options: ServersOptions): Promise<Started<string>> {
  const brokers = (options.env ?? process.env)['KAFKA_BROKERS'];
  if (brokers) {
    if ((await clusterIdOf(brokers)) === undefined)
      throw new Error(`KAFKA_BROKERS is set, but no Kafka answers at ${brokers}`);
    return { value: brokers, source: 'environment', stop: KEEP };
  }
  const server = await startKafka({
    ...(options.dataDir === undefined ? {} : { dataDir: join(options.dataDir, 'kafka') }),
    ...(options.ports?.kafka === undefined ? {} : { port: options.ports.kafka }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  return { value: server.brokers, source: 'embedded', stop: () => server.stop() };
}

async function checkPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    // The URL holds a password, so the message must not repeat it.
    throw new Error(
      `DATABASE_URL is set, but its server does not let us in: ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
