import type { VaultKeys } from '../../vault/vault-keys.js';
import type { ImportRecord, Sums } from './import-record.js';

/** What a thread is started with. */
export interface ThreadStart {
  readonly databaseUrl: string;
  readonly keys: VaultKeys;
  /** One number, shared: 1 tells the thread to end the run after the batches under way. */
  readonly stop: Int32Array;
}

/** Told to the thread: run this import. */
export interface RunMessage {
  readonly record: ImportRecord;
  /** Households in a batch; the usual number when left out. */
  readonly batch?: number;
}

/** Told by the thread. */
export type ThreadMessage =
  | { readonly type: 'checkpoint'; readonly done: number; readonly added: Sums }
  | { readonly type: 'ended'; readonly finished: boolean }
  | { readonly type: 'failed'; readonly failure: Failure };

/** An error in a form that goes from one thread to another. */
export type Failure =
  | { readonly kind: 'file'; readonly code: string; readonly message: string; readonly messageZh: string }
  | { readonly kind: 'checkpointLost' }
  | { readonly kind: 'other'; readonly error: Error };
