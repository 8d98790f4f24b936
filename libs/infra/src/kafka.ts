import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claim, formerOwnerGone, logFile, serverFolder, type ServerFolder } from './folder.js';
import { clusterIdOf } from './kafka-probe.js';
import { findJava, kafkaJars } from './kafka-jars.js';
import { COMMON_SETTINGS, newClusterId } from './kafka-settings.js';
import { claimPort, freePort, LOOPBACK } from './ports.js';
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

const NAME = 'Kafka';
export const KAFKA_ADVICE =
  'Set KAFKA_PORT to another port, or KAFKA_BROKERS to use the broker that is there.';
const LOG4J = join(import.meta.dirname, '..', 'kafka', 'log4j2.properties');

/** Starts the real Apache Kafka broker as a single KRaft node on Java. Ends with this process, however that ends. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  await formerOwnerGone(NAME, options.dataDir);
  await claimPort(options.port, NAME, KAFKA_ADVICE);
  const java = findJava();
  const jars = await kafkaJars(options.log ?? (() => undefined));
  const folder = await serverFolder('kafka', options.dataDir);
  const data = join(folder.path, 'topics');
  const scratch = join(folder.path, 'tmp');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const archive = join(
    jars,
    `classes-${createHash('sha256').update(java.version).digest('hex').slice(0, 12)}.jsa`,
  );
  const run = (main: string, args: string[], options: readonly string[] = []): Command => ({
    file: java.file,
    args: [
      ...javaOptions(folder, archive),
      ...options,
      `-Djava.io.tmpdir=${scratch}`,
      '-cp',
      join(jars, '*'),
      main,
      ...args,
    ],
    cwd: folder.path,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: folder.path, LC_ALL: 'C' },
  });
  const clusterId = existsSync(data) ? knownClusterId(data) : newClusterId();

  const kind: ServerKind = {
    name: NAME,
    portAdvice: KAFKA_ADVICE,
    lostPort: (text) =>
      text.includes('Address already in use') || text.includes('Socket server failed to bind'),
    async launch(port) {
      const controllerPort = await freePort();
      const settings = { ...brokerSettings(port, controllerPort), ...options.settings };
      const properties = writeProperties(folder, 'server.properties', { ...settings, 'log.dirs': data });
      const classes = makeArchive(folder, archive);
      const supervised = new Supervised({
        prepare: existsSync(data) ? [] : format(folder, data, settings, clusterId, run),
        server: run('kafka.Kafka', [properties], classes.options),
        log: logFile(folder, 'kafka.log'),
        // What is thrown away need not be closed first.
        stopSignal: folder.temporary && classes.keep === undefined ? 'SIGKILL' : 'SIGTERM',
        graceMs: 20_000,
        ...(classes.keep === undefined ? {} : { keep: classes.keep }),
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

/**
 * Java's archive of loaded classes halves the broker's start. The first server writes one at its end (the folder's file
 * `classes.jsa`, which its supervisor puts into the cache); Java ignores one that does not fit.
 */
function makeArchive(folder: ServerFolder, archive: string): { options?: string[]; keep?: [string, string] } {
  if (existsSync(archive)) return {};
  const fresh = join(folder.path, 'classes.jsa');
  return { options: [`-XX:ArchiveClassesAtExit=${fresh}`], keep: [fresh, archive] };
}

function javaOptions(folder: ServerFolder, archive: string): string[] {
  const options = [
    '-Xms128m',
    '-Xmx512m',
    '-XX:-UsePerfData',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${LOG4J}`,
  ];
  if (existsSync(archive)) options.push(`-XX:SharedArchiveFile=${archive}`);
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

function knownClusterId(data: string): string {
  const id = /^cluster\.id=(.+)$/m.exec(readFileSync(join(data, 'meta.properties'), 'utf8'))?.[1];
  if (id === undefined) throw new Error(`${data}/meta.properties names no cluster; the folder is damaged.`);
  return id.trim();
}
