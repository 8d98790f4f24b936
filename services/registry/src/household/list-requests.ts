import { Injectable } from '@nestjs/common';
import { IdempotencyKeyReused, type IdempotencyKey } from '@fupin/event-sourcing';
import { Pool } from 'pg';

/** As long as the event store keeps its own idempotency keys. */
const KEPT_DAYS = 30;

/** Lists that came under an idempotency key: the request as a whole is known again, not only each of its households. */
@Injectable()
export class ListRequests {
  constructor(private readonly pool: Pool) {}

  /**
   * The households that the request was about the first time; undefined when its key was never seen. Throws
   * {@link IdempotencyKeyReused} when the key came with another body.
   */
  async seen({ key, fingerprint }: IdempotencyKey): Promise<readonly string[] | undefined> {
    const { rows } = await this.pool.query<{ fingerprint: Buffer; households: string[] }>(
      'SELECT fingerprint, households FROM list_requests WHERE key = $1',
      [key],
    );
    const row = rows[0];
    if (row && !row.fingerprint.equals(fingerprint)) throw new IdempotencyKeyReused();
    return row?.households;
  }

  /** Remembers the request with its households; gives those of the first time when another one was quicker. */
  async remember(request: IdempotencyKey, households: readonly string[]): Promise<readonly string[]> {
    const { rowCount } = await this.pool.query(
      `WITH old AS (DELETE FROM list_requests WHERE seen_at < now() - make_interval(days => $4))
       INSERT INTO list_requests (key, fingerprint, households) VALUES ($1, $2, $3::uuid[])
       ON CONFLICT (key) DO NOTHING`,
      [request.key, Buffer.from(request.fingerprint), households, KEPT_DAYS],
    );
    return rowCount === 1 ? households : ((await this.seen(request)) ?? households);
  }
}
