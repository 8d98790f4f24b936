import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '..', '..', '..');

export interface Owned {
  readonly pid: number;
  readonly dataDir: string;
}

/** Starts test/fixtures/owner.ts, as another user if `wrapper` says so, and waits for what it prints. */
export async function startOwner(
  ending: string,
  options: { wrapper?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<{ child: ChildProcess; servers: Owned[]; ended: Promise<void> }> {
  const node = [process.execPath, '-C', '@fupin/source', '--import', '@swc-node/register/esm-register'];
  const [file = '', ...args] = [
    ...(options.wrapper ?? []),
    ...node,
    join(import.meta.dirname, 'fixtures', 'owner.ts'),
    ending,
  ];
  const child = spawn(file, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const servers = await new Promise<Owned[]>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Owned[]));
    child.once('close', () => reject(new Error(complaint)));
  });
  return { child, servers, ended };
}

/** Whether a process of that number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // An orphan that has ended stays in the table until the machine's first process looks.
    return !(
      process.platform === 'linux' &&
      / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, ''))
    );
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What is still there of the servers after they had time to go; empty when nothing is. */
export async function leftOvers(servers: readonly Owned[]): Promise<string[]> {
  let left: string[] = [];
  for (let turn = 0; turn < 600; turn++) {
    left = servers.flatMap(({ pid, dataDir }) => [
      ...(isAlive(pid) ? [`process ${pid}`] : []),
      ...(existsSync(dataDir) ? [dataDir] : []),
    ]);
    if (left.length === 0) break;
    await sleep(50);
  }
  return left;
}
