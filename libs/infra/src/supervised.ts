import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';

/** One program to run: `env` is all of its environment, `uid`/`gid` another user (only root may). */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

/** What the supervisor does: the steps in order, then the server, if there is one. */
export interface Plan {
  readonly prepare: readonly (Command | { readonly rename: readonly [string, string] })[];
  readonly server?: Command;
  /** File that gets the output of everything. */
  readonly log: string;
  readonly stopSignal: NodeJS.Signals;
  /** Milliseconds from `stopSignal` to SIGKILL. */
  readonly graceMs: number;
  /** Folder in which the server's processes work; on Linux whatever still works there at the end is ended. */
  readonly home?: string;
  /** A file that the server leaves when it ends properly, and where it is copied to. */
  readonly keep?: readonly [from: string, to: string];
  /** Folders that are deleted at the end. */
  readonly remove: readonly string[];
}

interface SupervisorEvent {
  readonly event: 'started' | 'exited' | 'failed' | 'done';
  readonly pid?: number;
  readonly file?: string;
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly error?: string;
}

const SUPERVISOR = join(import.meta.dirname, '..', 'supervisor.mjs');

/** A server (or a single job) under its supervisor; it ends with this process, whatever ends this process. */
export class Supervised {
  readonly #process: ChildProcess;
  readonly #stdin: Writable;
  readonly #waiting = new Set<() => void>();
  readonly #log: string;
  readonly #logStart: number;
  #pid: number | undefined;
  #last: SupervisorEvent | undefined;
  #gone = false;

  constructor(plan: Plan) {
    this.#log = plan.log;
    this.#logStart = existsSync(plan.log) ? statSync(plan.log).size : 0;
    const child = spawn(process.execPath, [SUPERVISOR], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {},
    });
    this.#process = child;
    this.#stdin = child.stdin;
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(plan)}\n`);
    createInterface({ input: child.stdout }).on('line', (line) =>
      this.#hear(JSON.parse(line) as SupervisorEvent),
    );
    child.once('error', () => this.#end());
    child.once('exit', () => this.#end());
    // The servers must not keep a finished program alive; whoever waits holds it open itself (see #until).
    child.unref();
    for (const stream of [child.stdin, child.stdout] as (Readable | Writable)[]) {
      (stream as unknown as { unref?(): void }).unref?.();
    }
  }

  /** Process id of the server itself (not the supervisor); undefined while it does not run. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** Process id of the supervisor. */
  get supervisorPid(): number | undefined {
    return this.#process.pid;
  }

  /** Waits until the server's process runs. It may not answer yet. Throws with the log's end when it could not start. */
  async started(): Promise<number> {
    await this.#until(() => this.#pid !== undefined || this.#last !== undefined || this.#gone);
    if (this.#pid === undefined) throw new Error(this.explain());
    return this.#pid;
  }

  /** Waits for the end of a job without a server. Throws with the log's end when a step failed. */
  async done(): Promise<void> {
    await this.#until(() => this.#last !== undefined || this.#gone);
    if (this.#last?.event !== 'done') throw new Error(this.explain());
  }

  /** Waits until the server's process has ended (killed, crashed or stopped). */
  async exited(): Promise<void> {
    await this.#until(() => this.#pid === undefined || this.#gone);
  }

  /** Why there is no server: exit code or signal, and the end of its log. */
  explain(): string {
    const { file, code, signal, error } = this.#last ?? {};
    const cause = error ?? (signal ? `ended by ${signal}` : `ended with code ${code ?? 'unknown'}`);
    return `${file === undefined ? 'the server' : file} ${cause}\n${this.logTail()}`.trimEnd();
  }

  /** Last lines that were logged since this supervision began. */
  logTail(lines = 15): string {
    try {
      return readFileSync(this.#log)
        .subarray(this.#logStart)
        .toString('utf8')
        .trimEnd()
        .split('\n')
        .slice(-lines)
        .join('\n');
    } catch {
      return '';
    }
  }

  /** Starts the server again after it has ended. */
  async start(): Promise<number> {
    await this.exited();
    this.#last = undefined;
    this.#stdin.write('start\n');
    return this.started();
  }

  /** Stops the server, deletes the folders and waits for both. */
  async stop(): Promise<void> {
    await this.#finish('stop\n');
  }

  /** Ends the supervision of a finished job without deleting anything. */
  async release(): Promise<void> {
    await this.#finish('release\n');
  }

  async #finish(word: string): Promise<void> {
    if (!this.#gone) this.#stdin.write(word);
    await this.#until(() => this.#gone);
  }

  #hear(event: SupervisorEvent): void {
    if (event.event === 'started') this.#pid = event.pid;
    else {
      this.#pid = undefined;
      this.#last = event;
    }
    this.#wake();
  }

  #end(): void {
    this.#gone = true;
    this.#pid = undefined;
    this.#wake();
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }

  #until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const hold = setInterval(() => undefined, 60_000);
      const check = (): void => {
        if (!condition()) return;
        clearInterval(hold);
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
    });
  }
}
