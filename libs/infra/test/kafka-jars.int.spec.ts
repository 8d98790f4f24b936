import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findJava, kafkaJars, KafkaUnavailable } from '../src/kafka-jars.js';

let cache: string;
let bin: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'cache-'));
  bin = mkdtempSync(join(tmpdir(), 'bin-'));
});
afterEach(() => {
  for (const folder of [cache, bin]) rmSync(folder, { recursive: true, force: true });
});

/** A program in front of the path; `mvn -v` always works. */
function fake(name: string, script: string): NodeJS.ProcessEnv {
  writeFileSync(join(bin, name), `#!/bin/sh\n[ "$1" = -v ] && exit 0\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
  return { PATH: `${bin}:/usr/bin:/bin`, FUPIN_CACHE: cache };
}

const COPY =
  'for a; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done; echo jar > "$out/kafka.jar"';
const silent = (): void => undefined;

describe('the jars of the Kafka broker', () => {
  it('are downloaded once and then found without Maven', async () => {
    const jars = await kafkaJars(silent, fake('mvn', COPY));
    expect(readdirSync(jars).sort()).toEqual(['kafka.jar', 'pom.sha256']);
    expect(readdirSync(cache)).toEqual(['kafka-4.1.0']);
    expect(await kafkaJars(silent, { PATH: '', FUPIN_CACHE: cache })).toBe(jars);
  });

  it('are not half there after a failed download, and the message shows why', async () => {
    const env = fake('mvn', `${COPY}; echo 'no route to the registry'; exit 1`);
    await expect(kafkaJars(silent, env)).rejects.toThrow(/no route to the registry/);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('are downloaded anew when the folder is not whole', async () => {
    mkdirSync(join(cache, 'kafka-4.1.0'));
    writeFileSync(join(cache, 'kafka-4.1.0', 'half.jar'), '');
    const jars = await kafkaJars(silent, fake('mvn', COPY));
    expect(existsSync(join(jars, 'half.jar'))).toBe(false);
  });

  it('may be asked for by several at once', async () => {
    const env = fake('mvn', `sleep 0.3; ${COPY}`);
    const all = await Promise.all([kafkaJars(silent, env), kafkaJars(silent, env), kafkaJars(silent, env)]);
    expect(new Set(all).size).toBe(1);
    expect(readdirSync(cache)).toEqual(['kafka-4.1.0']);
  });

  it('need Maven the first time, and the message says how to get it', async () => {
    const failure = await kafkaJars(silent, { PATH: '', FUPIN_CACHE: cache }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(KafkaUnavailable);
    expect((failure as Error).message).toMatch(/Maven is needed.*apt-get install.*maven.*KAFKA_BROKERS/s);
  });
});

describe('Java', () => {
  it('is asked for when there is none', () => {
    expect(() => findJava({ PATH: bin })).toThrow(/needs Java 17 or newer \(none was found\).*openjdk-17/s);
  });

  it('is refused when it is too old', () => {
    expect(() => findJava(fake('java', `echo 'openjdk version "1.8.0_402"' >&2`))).toThrow(/found: Java 8/);
  });

  it('is taken from JAVA_HOME first', () => {
    mkdirSync(join(bin, 'bin'));
    fake('bin/java', `echo 'openjdk version "21.0.2"' >&2`);
    expect(findJava({ PATH: '', JAVA_HOME: bin }).file).toBe(join(bin, 'bin', 'java'));
  });
});
