import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';

/** A program that `npm start` started; its output goes to its own log file. */
export interface Running<N extends string = string> {
  readonly name: N;
  readonly child: ChildProcess;
  readonly logFile: string;
  /** Settles when the process has ended, with its exit code (null when a signal ended it). */
  readonly ended: Promise<number | null>;
}

/** Starts a Node program with the given environment beside this process's own. */
export function run<N extends string>(
  name: N,
  script: string,
  env: NodeJS.ProcessEnv,
  logFile: string,
): Running<N> {
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', (code) => {
      log.end();
      resolve(code);
    });
  });
  return { name, child, logFile, ended };
}

/** Last lines of a log file, for the message that says why a program did not come up. */
export function tail(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}

/**
 * Waits until the URL answers 2xx. Throws when the process ends first or the time is up, with the end of its log, so that
 * another program's answer on the same port is never taken for ours.
 */
export async function untilReady(running: Running, url: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let ended = false;
  void running.ended.then(() => (ended = true));
  for (;;) {
    if (ended)
      throw new Error(
        `${running.name} did not start. The end of ${running.logFile}:\n${tail(running.logFile)}`,
      );
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (answer.ok && !ended) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline)
      throw new Error(
        `${running.name} is not ready after ${timeoutMs / 1000} s. The end of ${running.logFile}:\n${tail(running.logFile)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Asks a program to end, waits, and ends it by force when it does not. */
export async function end(running: Running, graceMs = 15_000): Promise<void> {
  if (running.child.exitCode === null && running.child.signalCode === null) running.child.kill('SIGTERM');
  const timer = setTimeout(() => running.child.kill('SIGKILL'), graceMs);
  await running.ended;
  clearTimeout(timer);
}
