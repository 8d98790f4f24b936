import { Worker } from 'node:worker_threads';
import type { VaultKeys } from '../../vault/vault-keys.js';
import { FileProblem } from '../readers/table.js';
import { CheckpointLost, type ImportRecord } from './import-record.js';
import type { RunOptions } from './run.js';
import type { Failure, RunMessage, ThreadMessage, ThreadStart } from './thread-protocol.js';

/** How often the thread is told that it is to stop, ms. */
const LOOK_MS = 50;
/** How long a thread without work is kept, ms: its start costs as much as some thousand households. */
const IDLE_MS = 60_000;

/** Runs imports in a thread of its own. */
export interface ImportThread {
  /** Lets the thread start, because work is coming: a file on its way is in no hurry yet. */
  prepare(): void;
  /** As `runImport`; one at a time. */
  run(
    options: Pick<RunOptions, 'batch' | 'stopping' | 'onCheckpoint'>,
    record: ImportRecord,
  ): Promise<boolean>;
  /** Ends the thread; a run under way fails. */
  close(): Promise<void>;
}

/** Takes the registry's database and its vault's keys; the thread starts with the first run and ends when idle. */
export function importThread(given: {
  readonly databaseUrl: string;
  readonly keys: VaultKeys;
  readonly idleMs?: number;
}): ImportThread {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  const start = (): Worker => {
    const { databaseUrl, keys } = given;
    const fresh = new Worker(new URL(ENTRY, import.meta.url), {
      workerData: { databaseUrl, keys, stop } satisfies ThreadStart,
      ...(isSource && { execArgv: [...FROM_SOURCE] }),
    });
    fresh.on('exit', () => {
      if (thread === fresh) thread = undefined;
    });
    // A run that is under way hears of it by itself; without one there is nobody to tell.
    fresh.on('error', () => undefined);
    return fresh;
  };
  const close = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = thread;
    // Whoever comes from now on begins another one.
    thread = undefined;
    await ending?.terminate();
  };
  const keepForAWhile = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => void close(), given.idleMs ?? IDLE_MS).unref();
  };
  let running = false;

  return {
    prepare() {
      thread ??= start();
      if (!running) keepForAWhile();
    },
    async run({ batch, stopping, onCheckpoint }, record) {
      running = true;
      clearTimeout(idle);
      Atomics.store(stop, 0, 0);
      const worker = (thread ??= start());
      const look = setInterval(() => {
        if (stopping?.() === true) Atomics.store(stop, 0, 1);
      }, LOOK_MS);
      try {
        return await new Promise<boolean>((resolve, reject) => {
          const onMessage = (message: ThreadMessage): void => {
            if (message.type === 'checkpoint') onCheckpoint?.(message.done, message.added);
            else if (message.type === 'ended') done(() => resolve(message.finished));
            else done(() => reject(errorOf(message.failure)));
          };
          const onError = (error: Error): void => done(() => reject(error));
          const onExit = (): void => done(() => reject(new Error('the thread of the import has ended')));
          const done = (settle: () => void): void => {
            worker.off('message', onMessage).off('error', onError).off('exit', onExit);
            settle();
          };
          worker.on('message', onMessage).on('error', onError).on('exit', onExit);
          worker.postMessage({ record, ...(batch !== undefined && { batch }) } satisfies RunMessage);
        });
      } finally {
        clearInterval(look);
        running = false;
        keepForAWhile();
      }
    },
    close,
  };
}

/** The thread's program lies beside this one; under a test it is its source that runs. */
const isSource = import.meta.url.endsWith('.ts');
const ENTRY = isSource ? './thread.ts' : './thread.js';
const FROM_SOURCE = ['-C', '@fupin/source', '--import', '@swc-node/register/esm-register'];

function errorOf(failure: Failure): Error {
  switch (failure.kind) {
    case 'file':
      return new FileProblem(failure.code, failure.message, failure.messageZh);
    case 'checkpointLost':
      return new CheckpointLost();
    case 'other':
      return failure.error;
  }
}
