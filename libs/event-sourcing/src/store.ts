import type { Pool, PoolClient } from 'pg';
import { prepareAppend, requestKey, type AppendOutcome, type AppendRequest, type PreparedAppend } from './append.js';
import { coalescer, type Coalescer } from './coalescer.js';
import { flushAppends } from './flush.js';
import { uuidArray, uuidBytes } from './pg-arrays.js';
import { AS_TEXT, bytesOf, EVENT_COLUMNS, isConnectionLoss, storedEvent, type EventColumns, type StoredEvent } from './stored-event.js';

/** What became of a request with an idempotency key. */
export type SeenRequest = Extract<AppendOutcome, { outcome: 'replayed' | 'keyReused' }>;

/**
 * The database cannot be reached, or was lost while an append was under way: whether it was done is unknown. Safe to
 * repeat with the same idempotency key.
 */
export class StoreUnavailable extends Error {}

export interface EventStoreOptions {
  readonly pool: Pool;
  /** Connections that append, 1 or 2; they come from the pool while there is something to append. */
  readonly connections?: number;
  /** Cap of events in one flush. */
  readonly maxEvents?: number;
  /** Cap of bytes in one flush. */
  readonly maxBytes?: number;
  /** Appends that may wait before further ones are refused with {@link StoreUnavailable}. */
  readonly maxPending?: number;
  /** How long waiting appends outlast a database that is away, in ms. */
  readonly patience?: number;
}

/** The event store of a service: see README.md for its guarantees. */
export class EventStore {
  readonly pool: Pool;
  readonly #coalescer: Coalescer<PreparedAppend, AppendOutcome>;
  readonly #listeners = new Set<(lastPosition: number) => void>();
  readonly #patience: number;
  #awaySince: number | undefined;

  constructor(options: EventStoreOptions) {
    this.pool = options.pool;
    this.#patience = options.patience ?? 5_000;
    this.#coalescer = coalescer({
      flush: (batch) => this.#flush(batch),
      keysOf: ({ keys }) => keys,
      sizeOf: ({ events, bytes }) => ({ events: events.length, bytes }),
      separate: (error) => !(error instanceof StoreUnavailable),
      refuse: (reason) =>
        new StoreUnavailable(reason === 'full' ? 'too many appends are waiting' : 'the store is closed'),
      lanes: options.connections ?? 1,
      maxEvents: options.maxEvents ?? 2_000,
      maxBytes: options.maxBytes ?? 4 << 20,
      maxPending: options.maxPending ?? 10_000,
    });
  }

  /**
   * Appends all events of a request or none; resolves when they are durable. Goes into one flush with concurrent
   * callers. Throws {@link StoreUnavailable}, or the database's own error for an attachment that it refuses.
   */
  async append(request: AppendRequest): Promise<AppendOutcome> {
    const missing = request.streams.some((stream) => stream.expectedVersion > 0 && !stream.previousHash);
    const complete = missing ? await this.#withHashes(request) : request;
    if ('outcome' in complete) return complete;
    return this.#coalescer.submit(prepareAppend(complete));
  }

  /** The events of a stream in order, from the one after `afterVersion`; none for an unknown stream. */
  async load(streamId: string, afterVersion = 0): Promise<StoredEvent[]> {
    const rows = await this.#query<EventColumns>(
      'load_stream',
      `select ${EVENT_COLUMNS} from events e where e.stream_id = $1 and e.version > $2 order by e.version`,
      [streamId, afterVersion],
    );
    return rows.map(storedEvent);
  }

  /** The events of many streams in one query, by stream id; a stream without events is absent. */
  async loadMany(streamIds: readonly string[]): Promise<Map<string, StoredEvent[]>> {
    const rows = await this.#query<EventColumns>(
      'load_streams',
      `select ${EVENT_COLUMNS} from events e where e.stream_id = any($1) order by e.stream_id, e.version`,
      [uuidArray(streamIds.map(uuidBytes))],
    );
    const streams = new Map<string, StoredEvent[]>();
    for (const row of rows) {
      const event = storedEvent(row);
      const events = streams.get(event.streamId);
      if (events) events.push(event);
      else streams.set(event.streamId, [event]);
    }
    return streams;
  }

  /** Looks whether a request was seen before, without appending anything. */
  async seen(idempotency: { key: string; fingerprint: Uint8Array }): Promise<SeenRequest | undefined> {
    const [row] = await this.#query<[string, string, string, string, string]>(
      'seen_request',
      'select owner, fingerprint = $2, first_version, last_version, last_position from keys where key = $1',
      [requestKey(idempotency.key), Buffer.from(idempotency.fingerprint)],
    );
    if (!row) return undefined;
    const [streamId, same, first, last, lastPosition] = row;
    if (same !== 't') return { outcome: 'keyReused' };
    const [firstVersion, lastVersion] = [Number(first), Number(last)];
    return { outcome: 'replayed', streamId, firstVersion, lastVersion, lastPosition: Number(lastPosition) };
  }

  /** Calls the listener after each flush that appended something, with the last position; gives an unsubscribe. */
  onFlush(listener: (lastPosition: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Refuses new appends and resolves when those under way are done. Leaves the pool open. */
  close(): Promise<void> {
    return this.#coalescer.close();
  }

  async #flush(batch: readonly PreparedAppend[]): Promise<AppendOutcome[]> {
    const client = await this.#connect();
    let outcomes: AppendOutcome[];
    try {
      outcomes = await flushAppends(client, batch);
    } catch (error) {
      const lost = isConnectionLoss(error);
      client.release(lost);
      throw lost ? new StoreUnavailable('the database was lost during an append', { cause: error }) : error;
    }
    client.release();
    let last = 0;
    for (const outcome of outcomes) if (outcome.outcome === 'appended') last = outcome.lastPosition;
    if (last > 0) for (const listener of this.#listeners) listener(last);
    return outcomes;
  }

  /** A connection; waits for a database that is away, but no longer than `patience` from the start of the outage. */
  async #connect(): Promise<PoolClient> {
    for (;;) {
      try {
        const client = await this.pool.connect();
        this.#awaySince = undefined;
        return client;
      } catch (error) {
        this.#awaySince ??= Date.now();
        if (Date.now() - this.#awaySince > this.#patience) {
          throw new StoreUnavailable('the database cannot be reached', { cause: error });
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async #withHashes(request: AppendRequest): Promise<AppendRequest | AppendOutcome> {
    const streams = [];
    for (const stream of request.streams) {
      if (stream.expectedVersion === 0 || stream.previousHash) {
        streams.push(stream);
        continue;
      }
      const rows = await this.#query<[string | null, string | null]>(
        'hash_at',
        `select (select hash from events where stream_id = $1 and version = $2),
           (select max(version) from events where stream_id = $1)`,
        [stream.streamId, stream.expectedVersion],
      );
      const [hash, actual] = rows[0]!;
      if (hash === null) {
        const seen = request.idempotency && (await this.seen(request.idempotency));
        return seen ?? { outcome: 'versionConflict', streamId: stream.streamId, actual: Number(actual) };
      }
      streams.push({ ...stream, previousHash: bytesOf(hash) });
    }
    return { ...request, streams };
  }

  async #query<R extends (string | null)[]>(name: string, text: string, values: unknown[]): Promise<R[]> {
    try {
      const { rows } = await this.pool.query<R>({ name, text, values, rowMode: 'array', types: AS_TEXT });
      return rows;
    } catch (error) {
      if (isConnectionLoss(error)) throw new StoreUnavailable('the database cannot be reached', { cause: error });
      throw error;
    }
  }
}
