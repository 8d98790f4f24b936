import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** A service as a process of its own, with everything it has printed. */
export interface Started {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly exit: Promise<number | null>;
}

const running: ChildProcess[] = [];

/** Ends what {@link start} has started and what has not ended by itself. */
export function endAll(): void {
  for (const child of running.splice(0)) child.kill('SIGKILL');
}

/** Starts a script of this folder from source, with this environment and nothing else of the present one. */
export function start(script: string, env: Record<string, string>, ...words: string[]): Started {
  const child = spawn(
    process.execPath,
    [
      '-C',
      '@fupin/source',
      '--import',
      '@swc-node/register/esm-register',
      join(import.meta.dirname, script),
      ...words,
    ],
    {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  running.push(child);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return { child, out: () => text, exit };
}

/** Waits until the service listens; gives its port. Throws with what it has printed when it ends instead. */
export async function portOf({ out, exit }: Started): Promise<number> {
  let ended = false;
  void exit.then(() => (ended = true));
  for (;;) {
    const port = /listens on port (\d+)/.exec(out())?.[1];
    if (port) return Number(port);
    if (ended) throw new Error(out());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
