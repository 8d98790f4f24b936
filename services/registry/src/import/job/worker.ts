import type { PoolClient } from 'pg';
import { FileProblem } from '../readers/table.js';
import { CheckpointLost, endImport, findImport, openImports, type ImportRecord } from './import-record.js';
import { discardAbandoned } from './receive.js';
import { runImport, type RunOptions } from './run.js';

/** Class of the advisory locks, one per import: held while an instance runs it and gone with the instance. */
const LOCK_CLASS = 4_711_002;
const POLL_MS = 2_000;
/** Failures in a row without a checkpoint in between, after which an import is given up. */
const MOST_ATTEMPTS = 10;

export interface WorkerOptions extends Omit<RunOptions, 'stopping'> {
  readonly pollMs?: number;
  /** What runs an import; `runImport`, in this thread, when left out. */
  readonly run?: (options: RunOptions, record: ImportRecord) => Promise<boolean>;
  readonly log?: (level: 'info' | 'error', fields: Record<string, unknown>, message: string) => void;
}

type Stoppable = WorkerOptions & Pick<RunOptions, 'stopping'>;

export interface ImportWorker {
  /** Looks for work now. */
  wake(): void;
  /** Ends after the batches under way; what is left is resumed later, here or by another instance. */
  stop(): Promise<void>;
}

/** Runs the imports that wait, one at a time per instance, oldest first; also those another instance has left behind. */
export function startWorker(options: WorkerOptions): ImportWorker {
  let stopping = false;
  let wakeUp: () => void = () => undefined;
  const idle = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.pollMs ?? POLL_MS);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const work = async () => {
    while (!stopping) {
      const found = await runNext({ ...options, stopping: () => stopping }, options.log).catch(
        (error: unknown) => {
          options.log?.('error', { err: error }, 'imports cannot be looked for');
          return false;
        },
      );
      if (!found && !stopping) await idle();
    }
  };
  const ended = work();
  return {
    wake: () => wakeUp(),
    async stop() {
      stopping = true;
      wakeUp();
      await ended;
    },
  };
}

/** Runs the oldest import that nobody runs; false when there is none or it has to wait. */
async function runNext(options: Stoppable, log: WorkerOptions['log']): Promise<boolean> {
  const { pool } = options;
  await discardAbandoned(pool);
  for (const id of await openImports(pool)) {
    const client = await pool.connect();
    let broken = false;
    const onError = () => {
      broken = true;
    };
    client.on('error', onError);
    try {
      if (!(await tryLock(client, id))) continue;
      const record = await begin(client, id);
      if (!record) continue;
      // The lock is the claim to this import: without its connection another instance may run it.
      return await runOne(
        { ...options, stopping: () => broken || (options.stopping?.() ?? false) },
        record,
        log,
      );
    } finally {
      client.off('error', onError);
      // Ending the session is what surely gives the lock back.
      client.release(true);
    }
  }
  return false;
}

async function tryLock(client: PoolClient, id: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock($1, hashtext($2)) locked',
    [LOCK_CLASS, id],
  );
  return rows[0]?.locked ?? false;
}

/** Marks an import as running and counts the attempt; undefined when it has ended meanwhile. */
async function begin(client: PoolClient, id: string): Promise<ImportRecord | undefined> {
  const { rowCount } = await client.query(
    `update imports set state = 'running', started_at = coalesce(started_at, now()), attempts = attempts + 1
     where id = $1 and state in ('waiting', 'running')`,
    [id],
  );
  return rowCount === 1 ? findImport(client, id) : undefined;
}

async function runOne(options: Stoppable, record: ImportRecord, log: WorkerOptions['log']): Promise<boolean> {
  const { id } = record;
  try {
    if (await (options.run ?? runImport)(options, record)) {
      await endImport(options.pool, id, 'completed');
      log?.('info', { importId: id }, 'import completed');
    }
    return true;
  } catch (error) {
    if (error instanceof CheckpointLost) return true;
    if (error instanceof FileProblem) {
      await endImport(options.pool, id, 'failed', {
        code: error.code,
        message: error.message,
        messageZh: error.messageZh,
      });
      log?.('info', { importId: id, problem: error.code }, 'import failed');
      return true;
    }
    log?.('error', { err: error, importId: id }, 'import interrupted');
    if (record.attempts >= MOST_ATTEMPTS) {
      await endImport(options.pool, id, 'failed', {
        code: 'internal-error',
        message: 'the import could not be carried on',
        messageZh: '导入无法继续',
      });
    }
    return false;
  }
}
