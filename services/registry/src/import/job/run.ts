import { setImmediate } from 'node:timers/promises';
import { shanghaiDate } from '@fupin/domain';
import type { Divisions } from '@fupin/domain/divisions';
import type { FormContext } from '../../form/household.js';
import type { RawHousehold } from '../../form/raw.js';
import type { ByteSource } from '../readers/byte-source.js';
import { openFile } from '../readers/open.js';
import { runBatch, type ImportTools } from './batch.js';
import { saveCheckpoint, type ImportRecord, type Sums } from './import-record.js';
import { pieceKey, spooled } from './spool.js';

/** Households decided in one go: small enough that requests are served in between. */
const BATCH = 250;
/** Batches under way at once, so that the store's next flush is ready when one has left. */
const AHEAD = 6;

export interface RunOptions extends ImportTools {
  readonly divisions: Divisions;
  readonly now?: () => Date;
  readonly batch?: number;
  /** Asked before each batch: true ends the run after the batches under way, to be resumed. */
  readonly stopping?: () => boolean;
  /** Called after each checkpoint. */
  readonly onCheckpoint?: (householdsDone: number, added: Sums) => void;
}

/**
 * Runs an import from its last checkpoint to the end of its file. Gives false when it was stopped before the end.
 * @throws FileProblem when the file cannot be read further; CheckpointLost when another instance runs it
 */
export async function runImport(options: RunOptions, record: ImportRecord): Promise<boolean> {
  const { pool, keys } = options;
  const source = counted(spooled(pool, pieceKey(keys, record.keyId, record.id), record.id, record.bytes));
  const file = await openFile(record.format, source, record.encoding);
  source.restart();
  const size = options.batch ?? BATCH;
  let skip = record.householdsDone;
  let done = record.householdsDone;
  let waiting: RawHousehold[] = [];
  let stopped = false;
  const running: Promise<void>[] = [];
  /** Checkpoints are written in the order of the file, whatever batch ends first. */
  let lastSaved: Promise<void> = Promise.resolve();

  const start = (households: RawHousehold[]) => {
    const from = done;
    done += households.length;
    const to = done;
    const { bytesRead } = source;
    const before = lastSaved;
    const work = runBatch(options, record, contextOf(options, record), households);
    const saved = before.then(async () => {
      const result = await work;
      await saveCheckpoint(pool, record, { from, to, bytesRead, ...result });
      options.onCheckpoint?.(to, result.add);
    });
    // Both are awaited later; a failure meanwhile must not end the process.
    work.catch(() => undefined);
    saved.catch(() => undefined);
    lastSaved = saved;
    running.push(saved);
  };

  try {
    for await (const batch of file.households()) {
      for (const household of batch) {
        if (skip > 0) {
          skip -= 1;
          continue;
        }
        waiting.push(household);
        if (waiting.length < size) continue;
        if (running.length >= AHEAD) await running.shift();
        stopped = options.stopping?.() ?? false;
        if (stopped) break;
        start(waiting);
        waiting = [];
        await setImmediate();
      }
      if (stopped) break;
    }
    if (!stopped && waiting.length > 0) start(waiting);
  } finally {
    await Promise.allSettled(running);
  }
  await lastSaved;
  return !stopped;
}

function contextOf({ divisions, now }: RunOptions, record: ImportRecord): FormContext {
  return {
    today: shanghaiDate(now?.() ?? new Date()),
    ...(record.registeredOn !== null && { registeredOn: record.registeredOn }),
    region: record.region,
    callerRegion: record.callerRegion,
    village: (code) => divisions.currentCode(code),
  };
}

/** Counts what is read of a file, for showing progress. */
function counted(source: ByteSource) {
  let bytesRead = 0;
  return {
    size: source.size,
    get bytesRead() {
      return bytesRead;
    },
    restart() {
      bytesRead = 0;
    },
    async *read(start?: number, end?: number) {
      for await (const bytes of source.read(start, end)) {
        bytesRead += bytes.length;
        yield bytes;
      }
    },
  };
}
