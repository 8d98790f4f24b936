import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { ContainerRuntimeClient } from 'testcontainers';
import { ensureImage, startContainer, type DockerMemory, type RunningContainer } from './docker.js';
import { clusterIdOf } from './kafka-probe.js';
import { KAFKA_VERSION } from './kafka-jars.js';
import { COMMON_SETTINGS, newClusterId } from './kafka-settings.js';
import { claimPort, freePort } from './ports.js';
import { KAFKA_ADVICE } from './kafka.js';
import { POSTGRES_ADVICE } from './postgres.js';

export const POSTGRES_IMAGE = 'postgres:18';
export const KAFKA_IMAGE = `apache/kafka:${KAFKA_VERSION}`;

interface ContainerOptions {
  readonly engine: ContainerRuntimeClient;
  readonly port?: number;
  /** Names the volume that keeps the data; without it the data ends with the container. */
  readonly memory?: DockerMemory;
  readonly log: (line: string) => void;
}

/** What is remembered for a new volume: `id` is also the Kafka cluster's. */
export const newMemory = (): DockerMemory => ({
  id: newClusterId(),
  password: randomBytes(16).toString('hex'),
});

const volumeName = (server: string, id: string): string => `fupin-${server}-${id}`;

/** PostgreSQL in Docker. Gives the administrator's URL. */
export async function dockerPostgres(
  options: ContainerOptions & {
    readonly durable: boolean;
    readonly settings?: Readonly<Record<string, string>>;
  },
): Promise<RunningContainer & { readonly adminUrl: string }> {
  await ensureImage(options.engine, POSTGRES_IMAGE, options.log);
  const { id, password } = options.memory ?? newMemory();
  const settings = {
    max_connections: '200',
    max_wal_size: '2GB',
    timezone: 'UTC',
    ...(options.durable ? {} : { fsync: 'off' }),
    ...options.settings,
  };
  const adminUrl = (host: string, port: number): string =>
    `postgres://postgres:${password}@${host}:${port}/postgres`;
  const container = await startContainer({
    engine: options.engine,
    image: POSTGRES_IMAGE,
    claimPort: () => claimPort(options.port, 'PostgreSQL', POSTGRES_ADVICE),
    port: 5432,
    ...(options.port === undefined ? {} : { hostPort: options.port }),
    environment: {
      POSTGRES_PASSWORD: password,
      POSTGRES_INITDB_ARGS: '--locale=C.UTF-8 --encoding=UTF8',
    },
    command: ['postgres', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    ...(options.memory === undefined
      ? {}
      : { volume: { name: volumeName('postgres', id), path: '/var/lib/postgresql' } }),
    probe: (host, port) => letsIn(adminUrl(host, port)),
  });
  return { ...container, adminUrl: adminUrl(container.host, container.port) };
}

/** Kafka in Docker, a single KRaft node. The clients' address must be known before it starts, hence the fixed port. */
export async function dockerKafka(
  options: ContainerOptions,
): Promise<RunningContainer & { readonly brokers: string }> {
  await ensureImage(options.engine, KAFKA_IMAGE, options.log);
  const { id } = options.memory ?? newMemory();
  const port = options.port ?? (await freePort());
  const host = options.engine.info.containerRuntime.host;
  const settings: Record<string, string> = {
    ...COMMON_SETTINGS,
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': '1@localhost:29093',
    // The broker reaches itself by INTERNAL: the clients' address need not work from inside.
    listeners: 'PLAINTEXT://:9092,INTERNAL://localhost:19092,CONTROLLER://localhost:29093',
    'advertised.listeners': `PLAINTEXT://${host}:${port},INTERNAL://localhost:19092`,
    'inter.broker.listener.name': 'INTERNAL',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': '/var/lib/kafka/data',
  };
  const environment = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]),
  );
  const container = await startContainer({
    engine: options.engine,
    image: KAFKA_IMAGE,
    claimPort: () => claimPort(options.port, 'Kafka', KAFKA_ADVICE),
    port: 9092,
    hostPort: port,
    environment: { ...environment, CLUSTER_ID: id, KAFKA_HEAP_OPTS: '-Xms128m -Xmx512m' },
    ...(options.memory === undefined
      ? {}
      : { volume: { name: volumeName('kafka', id), path: '/var/lib/kafka/data' } }),
    probe: async (at, mapped) => (await clusterIdOf(`${at}:${mapped}`)) === id,
  });
  return { ...container, brokers: `${container.host}:${container.port}` };
}

async function letsIn(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
