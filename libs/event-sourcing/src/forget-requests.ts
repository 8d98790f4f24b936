import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** How long a request can be repeated and is answered as the first time, in days. */
export const REQUESTS_KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Forgets old idempotency keys now and once a day; gives what stops it. Several instances may do it at once. A database
 * that is away is told to the logger: the next day will do.
 */
export function forgetRequestsDaily(pool: Pool, logger?: Logger): () => void {
  const run = () =>
    forgetRequests(pool, new Date(Date.now() - REQUESTS_KEPT_DAYS * DAY_MS)).then(
      (forgotten) => forgotten > 0 && logger?.info({ forgotten }, 'old idempotency keys forgotten'),
      (error: unknown) => logger?.warn({ err: error }, 'old idempotency keys could not be forgotten'),
    );
  void run();
  const timer = setInterval(() => void run(), DAY_MS).unref();
  return () => clearInterval(timer);
}

/**
 * Forgets the idempotency keys of requests whose events were recorded before a moment, so that they do not pile up for
 * years; gives how many. Claims stay. A request repeated later than that is taken for a new one.
 */
export async function forgetRequests(pool: Pool, before: Date): Promise<number> {
  const last = await lastPositionBefore(pool, before);
  if (last === 0) return 0;
  // The range is that of the prefix `request:`, so claims are not even looked at.
  const { rowCount } = await pool.query(
    `delete from keys where key >= 'request:' and key < 'request;' and last_position <= $1`,
    [last],
  );
  return rowCount ?? 0;
}

/** Positions are contiguous and follow the time of recording, so a few look-ups by position find the border. */
async function lastPositionBefore(pool: Pool, before: Date): Promise<number> {
  const { rows } = await pool.query<{ max: string | null }>('select max(position) from events');
  let low = 0;
  let high = Number(rows[0]?.max ?? 0);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const { rowCount } = await pool.query('select from events where position = $1 and recorded_at < $2', [
      middle,
      before,
    ]);
    if (rowCount) low = middle;
    else high = middle - 1;
  }
  return low;
}
