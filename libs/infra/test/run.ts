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

interface OwnerOptions {
  /** How it ends; `wait`: not by itself. */
  readonly ending: 'wait' | 'exit' | 'throw' | 'stop';
  readonly servers: readonly ('postgres' | 'kafka')[];
  /** A program before it, to run as another user. */
  readonly wrapper?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts test/fixtures/owner.ts. */
export function spawnOwner(options: OwnerOptions): ChildProcess & { readonly ended: Promise<void> } {
  const node = [process.execPath, '-C', '@fupin/source', '--import', '@swc-node/register/esm-register'];
  const fixture = join(import.meta.dirname, 'fixtures', 'owner.ts');
  const [file = '', ...args] = [
    ...(options.wrapper ?? []),
    ...node,
    fixture,
    options.ending,
    ...options.servers,
  ];
  const child = spawn(file, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
  });
  return Object.assign(child, { ended: new Promise<void>((resolve) => child.once('exit', () => resolve())) });
}

/** Starts test/fixtures/owner.ts and waits until its servers run. */
export async function startOwner(
  options: OwnerOptions,
): Promise<{ child: ChildProcess; servers: Owned[]; ended: Promise<void> }> {
  const child = spawnOwner(options);
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const servers = await new Promise<Owned[]>((resolve, reject) => {
    if (child.stdout)
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Owned[]));
    child.once('close', () => reject(new Error(complaint)));
  });
  return { child, servers, ended: child.ended };
}

/** Whether a process of that number runs. */
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

/** Waits (half a minute at most) until `left` gives nothing, and gives what it gave last. */
export async function untilNone(left: () => string[]): Promise<string[]> {
  for (let turn = 0; turn < 600 && left().length > 0; turn++) await sleep(50);
  return left();
}

/** What is still there of the servers after they had time to go; empty when nothing is. */
export function leftOvers(servers: readonly Owned[]): Promise<string[]> {
  return untilNone(() =>
    servers.flatMap(({ pid, dataDir }) => [
      ...(isAlive(pid) ? [`process ${pid}`] : []),
      ...(existsSync(dataDir) ? [dataDir] : []),
    ]),
  );
}
