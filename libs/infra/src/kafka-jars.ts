import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache.js';
import { Supervised } from './supervised.js';

/** The broker's version; kafka/pom.xml names it, too. */
export const KAFKA_VERSION = '4.1.0';
const POM = join(import.meta.dirname, '..', 'kafka', 'pom.xml');
const OLDEST_JAVA = 17;
const STAMP = 'pom.sha256';
const DOWNLOAD_MS = 600_000;

const INSTALL =
  'Install Java 17 (or newer) and Maven: `apt-get install openjdk-17-jre-headless maven` on Debian and Ubuntu, ' +
  '`brew install openjdk@17 maven` on macOS. Or start Docker, or set KAFKA_BROKERS to a broker that you have.';

/** The broker cannot run here; the message says what to install. */
export class KafkaUnavailable extends Error {
  override readonly name = 'KafkaUnavailable';
}

/** A `java` program and its exact version. */
export interface Java {
  readonly file: string;
  readonly version: string;
}

/** The `java` program of JAVA_HOME or of the path, 17 or newer. Throws `KafkaUnavailable` with what to install. */
export function findJava(env: NodeJS.ProcessEnv = process.env): Java {
  const home = env['JAVA_HOME'];
  const candidates = [...(home ? [join(home, 'bin', 'java')] : []), 'java'];
  let found = 'none was found';
  for (const java of candidates) {
    const { stderr, status } = spawnSync(java, ['-version'], { encoding: 'utf8', env });
    if (status !== 0) continue;
    const version = /version "(\d+)(?:\.(\d+))?/.exec(stderr);
    const major = version?.[1] === '1' ? Number(version[2]) : Number(version?.[1]);
    if (major >= OLDEST_JAVA) return { file: java, version: stderr.trim() };
    found = `found: Java ${major}`;
  }
  throw new KafkaUnavailable(
    `The embedded Kafka broker needs Java ${OLDEST_JAVA} or newer (${found}). ${INSTALL}`,
  );
}

/**
 * The folder with the broker's jars: from the cache, or downloaded once with Maven (54 MB) and offline from then on. The
 * cache is `$FUPIN_CACHE`, or fupin in the user's cache folder. A broken-off download leaves nothing that looks whole.
 */
export async function kafkaJars(
  log: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const root = cacheFolder(env);
  const jars = join(root, `kafka-${KAFKA_VERSION}`);
  const stamp = createHash('sha256').update(readFileSync(POM)).digest('hex');
  if (isWhole(jars, stamp)) return jars;
  if (spawnSync('mvn', ['-v'], { stdio: 'ignore', env }).status !== 0) {
    throw new KafkaUnavailable(
      `Maven is needed to download the embedded Kafka broker the first time. ${INSTALL}`,
    );
  }
  log(`Downloading Apache Kafka ${KAFKA_VERSION} with Maven into ${jars} (54 MB, once)`);
  sweepPartial(root);
  await download(root, jars, stamp, env);
  return jars;
}

const isWhole = (jars: string, stamp: string): boolean =>
  existsSync(join(jars, STAMP)) && readFileSync(join(jars, STAMP), 'utf8') === stamp;

async function download(root: string, jars: string, stamp: string, env: NodeJS.ProcessEnv): Promise<void> {
  const partial = join(root, `partial-${process.pid}-${Date.now()}`);
  const fresh = join(partial, 'jars');
  mkdirSync(fresh, { recursive: true });
  const args = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${fresh}`];
  // Java goes by /etc/passwd, not by $HOME: a user without a home there (nobody) has no place for Maven's repository.
  if (!isWritable(userInfo().homedir)) args.push(`-Dmaven.repo.local=${join(partial, 'repository')}`);
  const job = new Supervised({
    prepare: [{ file: 'mvn', args, cwd: partial, env: definedOnly(env) }],
    log: join(partial, 'maven.log'),
    stopSignal: 'SIGTERM',
    graceMs: 1_000,
    remove: [partial],
  });
  const timer = setTimeout(() => void job.stop(), DOWNLOAD_MS);
  try {
    await job.done();
    writeFileSync(join(fresh, STAMP), stamp);
    // Another process may have been faster, or the cache is of an older pom.xml: what is whole stays.
    if (!isWhole(jars, stamp)) {
      rmSync(jars, { recursive: true, force: true });
      renameSync(fresh, jars);
    }
  } catch (error) {
    if (isWhole(jars, stamp)) return;
    const cause = error instanceof Error ? error.message : String(error);
    throw new KafkaUnavailable(`Maven could not download Apache Kafka ${KAFKA_VERSION}: ${cause}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    await job.stop();
  }
}

/** Half downloads of processes that ended in a way that not even their supervisor survived. */
function sweepPartial(root: string): void {
  if (!existsSync(root)) return;
  for (const name of readdirSync(root).filter((each) => each.startsWith('partial-'))) {
    const path = join(root, name);
    const old = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 2 * DOWNLOAD_MS;
    if (old) rmSync(path, { recursive: true, force: true });
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
