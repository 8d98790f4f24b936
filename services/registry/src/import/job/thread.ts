import { parentPort, workerData } from 'node:worker_threads';
import { loadDivisions } from '@fupin/domain/divisions';
import { CommandHandler, EventStore } from '@fupin/event-sourcing';
import { loadPolicy } from '@fupin/policy';
import { createPool } from '@fupin/service';
import type { VaultKeys } from '../../vault/vault-keys.js';
import { FileProblem } from '../readers/table.js';
import { CheckpointLost } from './import-record.js';
import { runImport } from './run.js';
import type { Failure, RunMessage, ThreadMessage, ThreadStart } from './thread-protocol.js';

// A thread that does nothing but run imports, one after the other: reading, checking, sealing, deciding and encoding keep it
// busy, while the service's own thread answers requests and relays. It has connections and a store of its own, as another
// instance of the service would.
const { databaseUrl, keys, stop } = workerData as ThreadStart;
const pool = createPool(databaseUrl, { name: 'registry import', max: 10 });
const handler = new CommandHandler(new EventStore({ pool }));
const policy = loadPolicy();
const divisions = loadDivisions();
const own = revived(keys);

const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

parentPort?.on('message', ({ record, batch }: RunMessage) => {
  runImport(
    {
      pool,
      handler,
      keys: own,
      policy,
      divisions,
      ...(batch !== undefined && { batch }),
      stopping: () => Atomics.load(stop, 0) === 1,
      onCheckpoint: (done, added) => tell({ type: 'checkpoint', done, added }),
    },
    // A Buffer arrives as its bytes only.
    {
      ...record,
      source: Buffer.from(record.source),
      fileHash: record.fileHash && Buffer.from(record.fileHash),
    },
  ).then(
    (finished) => tell({ type: 'ended', finished }),
    (error: unknown) => tell({ type: 'failed', failure: failureOf(error) }),
  );
});

function revived(sent: VaultKeys): VaultKeys {
  return {
    ...sent,
    byId: new Map([...sent.byId].map(([id, key]) => [id, Buffer.from(key)])),
    hashKey: Buffer.from(sent.hashKey),
  };
}

function failureOf(error: unknown): Failure {
  if (error instanceof CheckpointLost) return { kind: 'checkpointLost' };
  if (error instanceof FileProblem)
    return { kind: 'file', code: error.code, message: error.message, messageZh: error.messageZh };
  return { kind: 'other', error: error instanceof Error ? error : new Error(String(error)) };
}
