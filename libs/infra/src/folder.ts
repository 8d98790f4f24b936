import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endServersIn } from './processes.js';

/** The folder one server lives in. */
export interface ServerFolder {
  readonly path: string;
  /** A temporary folder is deleted with its server. */
  readonly temporary: boolean;
}

const PREFIX = 'fupin-run-';
const OWNER = 'owner';

/**
 * The folder for a server: `dataDir`, which is kept, or a temporary one. Whatever an earlier run left there (a server
 * without its supervisor, temporary folders of ended runs) is ended and removed first; see `formerOwnerGone`.
 */
export async function serverFolder(server: string, dataDir?: string): Promise<ServerFolder> {
  if (dataDir === undefined) {
    await sweep();
    const path = realpathSync(mkdtempSync(join(tmpdir(), `${PREFIX}${server}-`)));
    chmodSync(path, 0o755);
    return { path, temporary: true };
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  const path = realpathSync(dataDir);
  await endServersIn(path);
  return { path, temporary: false };
}

/**
 * Waits until the server that used `dataDir` last has ended: after a crash or Ctrl-C of its owner it takes some seconds
 * to close its files. Throws at once when its owner is alive.
 */
export async function formerOwnerGone(server: string, dataDir: string | undefined): Promise<void> {
  if (dataDir === undefined || !existsSync(dataDir)) return;
  for (let turn = 0; turn < 450; turn++) {
    const owner = ownerOf(dataDir);
    if (owner === undefined || !isSupervisor(owner.supervisor)) return;
    if (isAlive(owner.pid))
      throw new Error(`The data folder ${dataDir} is in use: process ${owner.pid} runs ${server} in it.`);
    await sleep(100);
  }
  throw new Error(`The data folder ${dataDir} is still in use by the ${server} of a program that has ended.`);
}

/** Notes which supervisor uses the folder, and for whom. */
export function claim(folder: ServerFolder, supervisorPid: number | undefined): void {
  writeFileSync(join(folder.path, OWNER), `${hostname()} ${supervisorPid ?? 0} ${process.pid}\n`);
}

/** The log's path; a long log of earlier runs is moved aside. */
export function logFile(folder: ServerFolder, name: string): string {
  const path = join(folder.path, name);
  if (existsSync(path) && statSync(path).size > 1_000_000) renameSync(path, `${path}.old`);
  return path;
}

/** Removes temporary folders (of this user) whose supervisor has ended without doing so. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      const path = realpathSync(join(tmpdir(), name));
      const { uid, mtimeMs } = statSync(path);
      if (uid !== process.getuid?.()) continue;
      const owner = ownerOf(path);
      const abandoned =
        owner === undefined ? Date.now() - mtimeMs > 3_600_000 : !isSupervisor(owner.supervisor);
      if (!abandoned) continue;
      await endServersIn(path);
      rmSync(path, { recursive: true, force: true });
    } catch {
      // someone else is removing it
    }
  }
}

/** The supervisor and the program noted in a folder of this machine; undefined when there is none or another machine's. */
function ownerOf(path: string): { supervisor: number; pid: number } | undefined {
  const file = join(path, OWNER);
  if (!existsSync(file)) return undefined;
  const [host, supervisor, pid] = readFileSync(file, 'utf8').trim().split(' ');
  return host === hostname() ? { supervisor: Number(supervisor), pid: Number(pid) } : undefined;
}

function isSupervisor(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return (
      process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('supervisor.mjs')
    );
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
