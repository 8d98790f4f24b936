import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { ContainerRuntimeClient } from 'testcontainers';
import { dockerKafka, dockerPostgres, newMemory } from './containers.js';
import { dockerEngine, dockerMemory, rememberDocker, type DockerMemory } from './docker.js';
import { clusterIdOf } from './kafka-probe.js';
import { startKafka } from './kafka.js';
import { PortInUse } from './ports.js';
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
  readonly stop: () => Promise<void>;
}

interface Started {
  /** URL or brokers. */
  readonly address: string;
  readonly source: ServerSource;
  readonly stop: () => Promise<void>;
}

/** How to get one server in each of the three ways. */
interface Ways {
  readonly server: 'postgres' | 'kafka';
  readonly name: string;
  readonly variable: 'DATABASE_URL' | 'KAFKA_BROKERS';
  check(address: string): Promise<void>;
  docker(engine: ContainerRuntimeClient, memory: DockerMemory | undefined): Promise<Omit<Started, 'source'>>;
  embedded(): Promise<Omit<Started, 'source'>>;
}

const NOTHING: Started = { address: '', source: 'environment', stop: () => Promise.resolve() };

/**
 * Gives PostgreSQL and Kafka: those that DATABASE_URL and KAFKA_BROKERS name, or else Docker's, or else embedded ones.
 * Whatever it starts ends with this process, however that ends. Throws with what to install when there is no way.
 */
export async function startServers(options: ServersOptions = {}): Promise<Servers> {
  let engine: Promise<ContainerRuntimeClient | undefined> | undefined;
  const docker = (): Promise<ContainerRuntimeClient | undefined> => (engine ??= dockerEngine(options.env));
  const [postgres, kafka] = await Promise.allSettled([
    options.postgres === false ? NOTHING : provide(postgresWays(options), docker, options),
    options.kafka === false ? NOTHING : provide(kafkaWays(options), docker, options),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all(
      [postgres, kafka].map(async (each) => (each.status === 'fulfilled' ? each.value.stop() : undefined)),
    );
  };
  if (postgres.status === 'fulfilled' && kafka.status === 'fulfilled') {
    return {
      postgres: { adminUrl: postgres.value.address, source: postgres.value.source },
      kafka: { brokers: kafka.value.address, source: kafka.value.source },
      stop,
    };
  }
  await stop();
  const reasons = [postgres, kafka].flatMap((each) =>
    each.status === 'rejected' ? [each.reason as Error] : [],
  );
  if (reasons.length === 1 && reasons[0] !== undefined) throw reasons[0];
  throw new Error(reasons.map((reason) => reason.message).join('\n'), { cause: reasons[0] });
}

async function provide(
  ways: Ways,
  docker: () => Promise<ContainerRuntimeClient | undefined>,
  options: ServersOptions,
): Promise<Started> {
  const { server, name, variable } = ways;
  const log = options.log ?? ((): void => undefined);
  const address = (options.env ?? process.env)[variable];
  if (address) {
    await ways.check(address);
    log(`${name}: as ${variable} says`);
    return { address, source: 'environment', stop: NOTHING.stop };
  }
  // A data folder stays with the way that made it, or a second start would not find the data.
  const memory = options.dataDir === undefined ? undefined : dockerMemory(options.dataDir, server);
  const isEmbedded =
    memory === undefined && options.dataDir !== undefined && existsSync(join(options.dataDir, server));
  const engine = isEmbedded ? undefined : await docker();
  let reason = 'no Docker engine answers';
  if (engine !== undefined) {
    try {
      const kept = memory ?? (options.dataDir === undefined ? undefined : newMemory());
      const started = await ways.docker(engine, kept);
      if (options.dataDir !== undefined && kept !== undefined) rememberDocker(options.dataDir, server, kept);
      log(`${name}: in Docker`);
      return { ...started, source: 'docker' };
    } catch (error) {
      if (error instanceof PortInUse) throw error;
      reason = `Docker cannot run it (${error instanceof Error ? error.message : String(error)})`;
    }
  }
  if (memory !== undefined) {
    throw new Error(
      `The ${name} of ${options.dataDir ?? ''} keeps its data in Docker, and ${reason}. Start Docker, or remove the folder to begin anew.`,
    );
  }
  if (engine !== undefined) log(`${name}: ${reason}; using the embedded one`);
  try {
    return { ...(await ways.embedded()), source: 'embedded' };
  } catch (error) {
    if (error instanceof PortInUse || !(error instanceof Error)) throw error;
    error.message = `No ${name}: ${variable} is not set, ${reason}, and the embedded one does not start.\n${error.message}`;
    throw error;
  }
}

function postgresWays(options: ServersOptions): Ways {
  const log = options.log ?? ((): void => undefined);
  const durable = options.durable ?? options.dataDir !== undefined;
  const port = options.ports?.postgres;
  const settings = options.postgresSettings ?? {};
  return {
    server: 'postgres',
    name: 'PostgreSQL',
    variable: 'DATABASE_URL',
    check: checkPostgres,
    async docker(engine, memory) {
      const server = await dockerPostgres({ engine, durable, settings, log, ...defined({ port, memory }) });
      return { address: server.adminUrl, stop: server.stop };
    },
    async embedded() {
      const server = await startPostgres({
        durable,
        settings,
        ...defined({ port, dataDir: within(options, 'postgres') }),
      });
      return { address: server.adminUrl, stop: () => server.stop() };
    },
  };
}

function kafkaWays(options: ServersOptions): Ways {
  const log = options.log ?? ((): void => undefined);
  const port = options.ports?.kafka;
  return {
    server: 'kafka',
    name: 'Kafka',
    variable: 'KAFKA_BROKERS',
    async check(brokers) {
      if ((await clusterIdOf(brokers, 10_000)) === undefined)
        throw new Error(`KAFKA_BROKERS is set, but no Kafka answers at ${brokers}`);
    },
    async docker(engine, memory) {
      const server = await dockerKafka({ engine, log, ...defined({ port, memory }) });
      return { address: server.brokers, stop: server.stop };
    },
    async embedded() {
      const server = await startKafka({ log, ...defined({ port, dataDir: within(options, 'kafka') }) });
      return { address: server.brokers, stop: () => server.stop() };
    },
  };
}

async function checkPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    // The URL holds a password, so the message must not repeat it.
    const cause =
      error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
    throw new Error(`DATABASE_URL is set, but its server does not let us in: ${cause ?? 'no answer'}`, {
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

const within = (options: ServersOptions, server: string): string | undefined =>
  options.dataDir === undefined ? undefined : join(options.dataDir, server);

/** The object without its undefined fields. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
