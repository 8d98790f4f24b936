import type { Pool, PoolClient } from 'pg';
import { isConnectionLoss, StoreUnavailable } from './store-queries.js';

/** A connection that stays checked out while there is work, so that a flush need not ask the pool each time. */
export interface Lane {
  /** Runs work on the connection; {@link StoreUnavailable} when it cannot be had or is lost meanwhile. */
  use<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
  /** Gives the connection back; call it when nothing is under way. */
  release(): void;
}

/** How long an idle connection is kept, in ms. */
const LINGER = 50;
const RETRY = 100;

/**
 * Lanes over a pool. A database that is away is waited for, but no longer than `patience` ms from the first failure:
 * then everyone is told until it is back.
 */
export function lanes(pool: Pool, patience: number): () => Lane {
  let awaySince: number | undefined;

  const connect = async (): Promise<PoolClient> => {
    for (;;) {
      try {
        const client = await pool.connect();
        awaySince = undefined;
        return client;
      } catch (error) {
        awaySince ??= Date.now();
        if (pool.ended || Date.now() - awaySince > patience) {
          throw new StoreUnavailable('the database cannot be reached', { cause: error });
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
  };

  return () => {
    let client: PoolClient | undefined;
    let timer: NodeJS.Timeout | undefined;
    let busy = false;
    let used = false;

    const release = (lost = false) => {
      clearInterval(timer);
      timer = undefined;
      client?.off('error', lose);
      client?.release(lost);
      client = undefined;
    };
    // Without a listener the process would end. A statement under way rejects as well; an idle connection is let go.
    const lose = () => {
      if (!busy) release(true);
    };
    // One timer for as long as the connection is held, instead of one for every flush.
    const releaseIdle = () => {
      if (!busy && !used) release();
      used = false;
    };

    return {
      async use(work) {
        busy = used = true;
        try {
          if (!client) {
            client = await connect();
            client.on('error', lose);
          }
          timer ??= setInterval(releaseIdle, LINGER);
          return await work(client);
        } catch (error) {
          const lost = isConnectionLoss(error);
          release(lost);
          throw lost && !(error instanceof StoreUnavailable)
            ? new StoreUnavailable('the database was lost during an append', { cause: error })
            : error;
        } finally {
          busy = false;
        }
      },
      release: () => release(),
    };
  };
}
