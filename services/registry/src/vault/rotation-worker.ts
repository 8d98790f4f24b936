import type { Pool } from 'pg';
import { rotateBatch } from './rotation.js';
import type { VaultKeys } from './vault-keys.js';

/** How often an instance looks whether a rotation is under way that another one began or left behind. */
const POLL_MS = 5_000;

export interface RotationWorkerOptions {
  readonly pool: Pool;
  readonly keys: VaultKeys;
  readonly pollMs?: number;
  readonly batch?: number;
  readonly log?: (level: 'info' | 'error', fields: Record<string, unknown>, message: string) => void;
}

export interface RotationWorker {
  /** Looks for work now. */
  wake(): void;
  /** Ends after the batch under way; the rest goes on here after a restart, or in another instance. */
  stop(): Promise<void>;
}

/** Takes rotations to this instance's key further, batch by batch, whoever began them. */
export function startRotationWorker(options: RotationWorkerOptions): RotationWorker {
  const { pool, keys, batch, log } = options;
  let stopping = false;
  let wakeUp: () => void = () => undefined;
  const idle = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.pollMs ?? POLL_MS);
      timer.unref();
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const work = async () => {
    while (!stopping) {
      const moved = await rotateBatch(pool, keys, batch).catch((error: unknown) => {
        log?.('error', { err: error }, 'rotation of the vault key did not go on');
        return false;
      });
      if (!moved && !stopping) await idle();
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
