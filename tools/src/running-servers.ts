import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Addresses of the servers that a running `npm start` uses, under the names of the variables that override them. */
export interface RunningServers {
  readonly DATABASE_URL: string;
  readonly KAFKA_BROKERS: string;
}

const fileIn = (dataDir: string): string => join(dataDir, 'servers.json');

/** Leaves the addresses for the other tools; only the owner may read them, for the URL holds a password. */
export function rememberServers(dataDir: string, servers: RunningServers): void {
  writeFileSync(fileIn(dataDir), JSON.stringify(servers), { mode: 0o600 });
}

export function forgetServers(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

/** The servers that the environment names, else those of a running `npm start`. Throws when there are neither. */
export function runningServers(dataDir: string): RunningServers {
  const { DATABASE_URL, KAFKA_BROKERS } = process.env;
  const file = fileIn(dataDir);
  const remembered = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as RunningServers)
    : undefined;
  const databaseUrl = DATABASE_URL ?? remembered?.DATABASE_URL;
  const brokers = KAFKA_BROKERS ?? remembered?.KAFKA_BROKERS;
  if (databaseUrl === undefined || brokers === undefined)
    throw new Error('npm start is not running here; set DATABASE_URL and KAFKA_BROKERS');
  return { DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers };
}
