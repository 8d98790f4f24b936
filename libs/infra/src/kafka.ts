import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claim, logFile, serverFolder, type ServerFolder } from './folder.js';
import { clusterIdOf } from './kafka-client.js';
import { findJava, kafkaJars } from './kafka-jars.js';
import { freePort, LOOPBACK } from './ports.js';
import { bringUp, type RunningServer, type ServerKind } from './server.js';
import { Supervised, type Command } from './supervised.js';

export interface KafkaOptions {
  /** Folder that keeps the topics over restarts; default: a temporary one that is deleted at the end. */
  readonly dataDir?: string;
  /** Default: a free port. A port that is taken is an error, `PortInUse`. */
  readonly port?: number;
  /** Further broker settings, for example `{ 'message.max.bytes': '4000000' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told when something takes long (the first download). */
  readonly log?: (line: string) => void;
}

export interface KafkaServer extends RunningServer {
  /** `host:port`, as a client wants it. */
  readonly brokers: string;
}

const LOG4J = join(import.meta.dirname, '..', 'kafka', 'log4j2.properties');

/** Starts the real Apache Kafka broker as a single KRaft node on Java. Ends with this process, however that ends. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const java = findJava();
  const jars = await kafkaJars(options.log ?? (() => undefined));
  const folder = serverFolder('kafka', options.dataDir);
  const data = join(folder.path, 'topics');
  const scratch = join(folder.path, 'tmp');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const run = (main: string, args: string[]): Command => ({
    file: java,
    args: [...javaOptions(folder), `-Djava.io.tmpdir=${scratch}`, '-cp', join(jars, '*'), main, ...args],
    cwd: folder.path,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: folder.path, LC_ALL: 'C' },
  });
  const clusterId = existsSync(data) ? knownClusterId(data) : newClusterId();

  const kind: ServerKind = {
    name: 'Kafka',
    portAdvice: 'Set KAFKA_PORT to another port, or KAFKA_BROKERS to use the broker that is there.',
    lostPort: (text) =>
      text.includes('Address already in use') || text.includes('Socket server failed to bind'),
    async launch(port) {
      const controllerPort = await freePort();
      const settings = { ...brokerSettings(port, controllerPort), ...options.settings };
      const properties = writeProperties(folder, 'server.properties', { ...settings, 'log.dirs': data });
      const supervised = new Supervised({
        prepare: existsSync(data) ? [] : format(folder, data, settings, clusterId, run),
        server: run('kafka.Kafka', [properties]),
        log: logFile(folder, 'kafka.log'),
        stopSignal: folder.temporary ? 'SIGKILL' : 'SIGTERM',
        graceMs: 20_000,
        home: folder.path,
        remove: folder.temporary ? [folder.path] : [],
      });
      claim(folder, supervised.supervisorPid);
      return supervised;
    },
    probe: async (port) => (await clusterIdOf(`${LOOPBACK}:${port}`)) === clusterId,
  };
  const server = await bringUp(kind, folder.path, options.port);
  return Object.defineProperty(server, 'brokers', {
    value: `${LOOPBACK}:${server.port}`,
    enumerable: true,
  }) as KafkaServer;
}

/** The steps that format a new data folder: beside its final place, so that a half-made one is never taken for whole. */
function format(
  folder: ServerFolder,
  data: string,
  settings: Record<string, string>,
  clusterId: string,
  run: (main: string, args: string[]) => Command,
) {
  const fresh = `${data}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const properties = writeProperties(folder, 'format.properties', { ...settings, 'log.dirs': fresh });
  return [
    run('kafka.tools.StorageTool', ['format', '-t', clusterId, '-c', properties]),
    { rename: [fresh, data] as const },
  ];
}

function brokerSettings(port: number, controllerPort: number): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${LOOPBACK}:${controllerPort}`,
    listeners: `PLAINTEXT://${LOOPBACK}:${port},CONTROLLER://${LOOPBACK}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    ...COMMON_SETTINGS,
  };
}

/** What holds wherever the broker runs: one node, topics made by hand and kept for ever, no waiting for a group. */
export const COMMON_SETTINGS: Readonly<Record<string, string>> = {
  'auto.create.topics.enable': 'false',
  'log.retention.ms': '-1',
  'log.retention.bytes': '-1',
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '5',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'share.coordinator.state.topic.num.partitions': '1',
  'log.cleaner.dedupe.buffer.size': '16777216',
};

function javaOptions(folder: ServerFolder): string[] {
  const options = [
    '-Xms128m',
    '-Xmx512m',
    '-XX:-UsePerfData',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${LOG4J}`,
  ];
  // For the short life of a test the quick compiler and the small collector are ready sooner.
  return folder.temporary ? [...options, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] : options;
}

function writeProperties(folder: ServerFolder, name: string, properties: Record<string, string>): string {
  const file = join(folder.path, name);
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return file;
}

/** Kafka writes a cluster id as 16 bytes in base64url and refuses one that begins with a dash. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

function knownClusterId(data: string): string {
  const id = /^cluster\.id=(.+)$/m.exec(readFileSync(join(data, 'meta.properties'), 'utf8'))?.[1];
  if (id === undefined) throw new Error(`${data}/meta.properties names no cluster; the folder is damaged.`);
  return id.trim();
}
