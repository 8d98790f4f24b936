import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { claim, formerOwnerGone, logFile, serverFolder, type ServerFolder } from './folder.js';
import { claimPort, LOOPBACK } from './ports.js';
import { postgresBinaries } from './postgres-binaries.js';
import { bringUp, type RunningServer, type ServerKind } from './server.js';
import { asUser, serverUser } from './server-user.js';
import { Supervised, type Command } from './supervised.js';

const NAME = 'PostgreSQL';
export const POSTGRES_ADVICE =
  'Set POSTGRES_PORT to another port, or DATABASE_URL to use the server that is there.';
const PASSWORD = 'password';

export interface PostgresOptions {
  /** Folder that keeps the data over restarts; default: a temporary one that is deleted at the end. */
  readonly dataDir?: string;
  /** Default: a free port. A port that is taken is an error, `PortInUse`. */
  readonly port?: number;
  /** Whether commits reach the disk (fsync). Default: true with a `dataDir`, false in a temporary folder. */
  readonly durable?: boolean;
  /** Further server settings, for example `{ shared_buffers: '512MB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PostgresServer extends RunningServer {
  /** URL of the administrator's database, with the password. */
  readonly adminUrl: string;
}

/** Starts the embedded PostgreSQL 18, as root under another user's id. Ends with this process, however that ends. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  await formerOwnerGone(NAME, options.dataDir);
  await claimPort(options.port, NAME, POSTGRES_ADVICE);
  const binaries = postgresBinaries();
  const folder = await serverFolder('postgres', options.dataDir);
  const home = join(folder.path, 'pgdata');
  const user = serverUser(existsSync(home) ? statSync(home).uid : undefined);
  const mine = user?.uid ?? process.getuid?.();
  if (existsSync(home) && statSync(home).uid !== mine) {
    throw new Error(
      `The data folder ${home} belongs to another user (uid ${statSync(home).uid}); run as that user or remove it.`,
    );
  }
  dropStalePid(home);
  const password = passwordOf(folder);
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: folder.path, LC_ALL: 'C', TZ: 'UTC' };
  const log = logFile(folder, 'postgres.log');
  const run = (file: string, args: string[], cwd: string): Command =>
    asUser({ file, args, cwd, env }, user, [dirname(file), folder.path]);
  const adminUrl = (port: number): string => `postgres://postgres:${password}@${LOOPBACK}:${port}/postgres`;

  const kind: ServerKind = {
    name: NAME,
    portAdvice: POSTGRES_ADVICE,
    lostPort: (text) =>
      text.includes('could not bind') || text.includes('could not create any TCP/IP sockets'),
    async launch(port) {
      const prepare = existsSync(home)
        ? []
        : initialise(folder, home, user, (fresh) => run(binaries.initdb, fresh, folder.path));
      const settings = { ...serverSettings(options, folder), port: String(port) };
      const args = [
        '-D',
        home,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ];
      const supervised = new Supervised({
        prepare,
        server: run(binaries.postgres, args, folder.path),
        log,
        // Fast shutdown where data is kept; at once where it is thrown away.
        stopSignal: folder.temporary ? 'SIGQUIT' : 'SIGINT',
        graceMs: folder.temporary ? 5_000 : 30_000,
        home,
        remove: folder.temporary ? [folder.path] : [],
      });
      claim(folder, supervised.supervisorPid);
      return supervised;
    },
    probe: (port) => answers(adminUrl(port), home),
  };
  const server = await bringUp(kind, folder.path, options.port);
  return Object.defineProperty(server, 'adminUrl', {
    value: adminUrl(server.port),
    enumerable: true,
  }) as PostgresServer;
}

/** The steps that make a new cluster: beside its final place, so that a half-made one is never taken for whole. */
function initialise(
  folder: ServerFolder,
  home: string,
  user: { uid: number; gid: number } | undefined,
  initdb: (args: string[]) => Command,
) {
  const fresh = `${home}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  const password = join(folder.path, PASSWORD);
  if (user !== undefined) for (const path of [fresh, password]) chownSync(path, user.uid, user.gid);
  const args = [
    '-D',
    fresh,
    '-U',
    'postgres',
    '--pwfile',
    password,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
  ];
  args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  if (folder.temporary) args.push('--no-sync');
  return [initdb(args), { rename: [fresh, home] as const }];
}

function serverSettings(options: PostgresOptions, folder: ServerFolder): Record<string, string> {
  const durable = options.durable ?? !folder.temporary;
  return {
    listen_addresses: LOOPBACK,
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: folder.temporary ? '128MB' : '256MB',
    max_wal_size: '2GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // In a temporary folder the shared memory lies there, too, so that nothing of it stays behind in /dev/shm.
    ...(folder.temporary ? { dynamic_shared_memory_type: 'mmap' } : {}),
    // Without fsync a commit still survives the server's death, not the machine's.
    ...(durable ? {} : { fsync: 'off' }),
    ...options.settings,
  };
}

/** A password of its own for each data folder; that the server knows it proves, too, that it is ours. */
function passwordOf(folder: ServerFolder): string {
  const file = join(folder.path, PASSWORD);
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/**
 * Removes postmaster.pid when the process it names is none of this cluster: after a restart of the machine (or of a
 * container, where numbers come back soon) it may be any program, and PostgreSQL would refuse to start.
 */
function dropStalePid(home: string): void {
  const file = join(home, 'postmaster.pid');
  if (process.platform !== 'linux' || !existsSync(file)) return;
  const pid = readFileSync(file, 'utf8').split('\n')[0]?.trim() ?? '';
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) === home) return;
  } catch {
    // no such process
  }
  rmSync(file, { force: true });
}

/** Whether the server that answers is ours: it knows the password (SCRAM proves it both ways) and works in our folder. */
async function answers(url: string, home: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === home;
  } catch {
    return false; // not yet; if our process has ended, the caller sees that
  } finally {
    await client.end().catch(() => undefined);
  }
}
