import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where pgbench is: on the PATH, or beside Debian's PostgreSQL. Undefined when it is not installed. */
export function findPgbench(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  const debian = '/usr/lib/postgresql';
  if (existsSync(debian)) folders.push(...readdirSync(debian).map((version) => join(debian, version, 'bin')));
  return folders.map((folder) => join(folder, 'pgbench')).find((file) => existsSync(file));
}

/** Runs one script for some seconds and gives the transactions per second; `simple` is pgbench's own default protocol. */
export async function pgbench(
  program: string,
  url: string,
  script: string,
  clients: number,
  seconds: number,
  protocol: 'simple' | 'prepared' = 'prepared',
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'fupin-pgbench-'));
  try {
    const file = join(folder, 'script.sql');
    writeFileSync(file, script);
    const args = [
      '-n',
      '-M',
      protocol,
      '-f',
      file,
      '-c',
      String(clients),
      '-j',
      String(Math.min(clients, 2)),
      '-T',
      String(seconds),
      url,
    ];
    const output = await new Promise<string>((resolve, reject) => {
      execFile(program, args, (error, stdout, stderr) =>
        error ? reject(new Error(stderr)) : resolve(stdout),
      );
    });
    const rate = /tps = ([\d.]+) \(without/.exec(output) ?? /tps = ([\d.]+)/.exec(output);
    if (!rate) throw new Error(`pgbench printed no rate:\n${output}`);
    return Number(rate[1]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
