import type { Pool } from 'pg';
import {
  checkAppend,
  prepareAppend,
  type AppendOutcome,
  type AppendRequest,
  type IdempotencyKey,
  type PreparedAppend,
} from './append.js';
import { coalescer, type Coalescer } from './coalescer.js';
import { flushAppends } from './flush.js';
import { lanes, type Lane } from './lane.js';
import { APPEND_LOCK } from './schema.js';
import {
  hashAt,
  isConnectionLoss,
  loadPositions,
  loadStream,
  loadStreams,
  seenRequests,
  StoreUnavailable,
  type Load,
  type SeenRequest,
} from './store-queries.js';
import type { StoredEvent } from './stored-event.js';

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

/** Events that are worth a flush of their own. */
const ENOUGH_EVENTS = 500;
/** Streams in one query of concurrent callers, and such queries at the same time. */
const LOADS_TOGETHER = 4;
const LOAD_LANES = 4;
/** Streams in one query of a bulk. */
const LOADED_AT_ONCE = 2_000;

/** The event store of a service: see README.md for its guarantees. */
export class EventStore {
  readonly pool: Pool;
  readonly #coalescer: Coalescer<PreparedAppend, AppendOutcome>;
  readonly #listeners = new Set<(lastPosition: number) => void>();
  readonly #loads: Coalescer<Load, StoredEvent[]>;
  readonly #lanes: Lane[];
  readonly #newLane: () => Lane;

  constructor(options: EventStoreOptions) {
    this.pool = options.pool;
    this.#newLane = lanes(options.pool, options.patience ?? 5_000);
    this.#lanes = Array.from({ length: options.connections ?? 1 }, this.#newLane);
    this.#coalescer = coalescer({
      flush: (batch, lane) => this.#flush(batch, this.#lanes[lane]!),
      keysOf: ({ keys }) => keys,
      sizeOf: ({ events, bytes }) => ({ events: events.length, bytes }),
      separate: (error) => !(error instanceof StoreUnavailable),
      refuse: (reason) =>
        new StoreUnavailable(reason === 'full' ? 'too many appends are waiting' : 'the store is closed'),
      lanes: this.#lanes.length,
      maxEvents: options.maxEvents ?? 2_000,
      enoughEvents: ENOUGH_EVENTS,
      maxBytes: options.maxBytes ?? 4 << 20,
      maxPending: options.maxPending ?? 10_000,
    });
    this.#loads = coalescer({
      flush: async (batch) =>
        batch.length === 1 ? [await loadStream(this.pool, batch[0]!)] : loadStreams(this.pool, batch),
      keysOf: () => [],
      sizeOf: () => ({ events: 1, bytes: 0 }),
      separate: (error) => !(error instanceof StoreUnavailable),
      refuse: () => new StoreUnavailable('too many loads are waiting'),
      lanes: LOAD_LANES,
      maxEvents: LOADS_TOGETHER,
      enoughEvents: Infinity,
      maxBytes: 1,
      maxPending: options.maxPending ?? 10_000,
    });
  }

  /**
   * Appends all events of a request or none; resolves when they are durable. Goes into one flush with concurrent
   * callers. Throws {@link StoreUnavailable}, or the database's own error for an attachment that it refuses.
   */
  async append(request: AppendRequest): Promise<AppendOutcome> {
    checkAppend(request);
    const missing = request.streams.some((stream) => stream.expectedVersion > 0 && !stream.previousHash);
    const complete = missing ? await this.#withHashes(request) : request;
    if ('outcome' in complete) return complete;
    return this.#coalescer.submit(prepareAppend(complete));
  }

  /**
   * The events of a stream in order, from the one after `afterVersion`; none for an unknown stream. Concurrent callers
   * share a query.
   */
  load(streamId: string, afterVersion = 0): Promise<StoredEvent[]> {
    return this.#loads.submit({ streamId, afterVersion });
  }

  /** The events of many streams, by stream id; a stream without events is absent. */
  async loadMany(streamIds: readonly string[]): Promise<Map<string, StoredEvent[]>> {
    const streams = new Map<string, StoredEvent[]>();
    for (let from = 0; from < streamIds.length; from += LOADED_AT_ONCE) {
      const loads = streamIds
        .slice(from, from + LOADED_AT_ONCE)
        .map((streamId) => ({ streamId, afterVersion: 0 }));
      const loaded = await loadStreams(this.pool, loads);
      loaded.forEach((events, i) => events.length > 0 && streams.set(loads[i]!.streamId, events));
    }
    return streams;
  }

  /** The events from one store position to another, both included: what an append over several streams wrote. */
  loadPositions(first: number, last: number): Promise<StoredEvent[]> {
    return loadPositions(this.pool, first, last);
  }

  /** Looks whether a request was seen before, without appending anything. */
  async seen(idempotency: IdempotencyKey): Promise<SeenRequest | undefined> {
    return (await seenRequests(this.pool, [idempotency]))[0];
  }

  /** The same for many, in one query; an answer for each, in order. */
  seenMany(requests: readonly IdempotencyKey[]): Promise<(SeenRequest | undefined)[]> {
    return seenRequests(this.pool, requests);
  }

  /**
   * Loads and appends with every other append of every instance kept out meanwhile: for a stream so busy that its
   * version is always a step ahead. Slow; what `work` appended stands once this resolves.
   */
  async exclusively<T>(work: (store: Pick<EventStore, 'load' | 'append'>) => Promise<T>): Promise<T> {
    let last = 0;
    const lane = this.#newLane();
    const result = await lane.use(async (client) => {
      await client.query(`begin; select pg_advisory_xact_lock(${APPEND_LOCK})`);
      try {
        const done = await work({
          load: (streamId, afterVersion = 0) => loadStream(client, { streamId, afterVersion }),
          append: async (request) => {
            checkAppend(request);
            const [outcome] = await flushAppends(client, [prepareAppend(request)]);
            if (outcome!.outcome === 'appended') last = outcome!.lastPosition;
            return outcome!;
          },
        });
        await client.query('commit');
        return done;
      } catch (error) {
        if (!isConnectionLoss(error)) await client.query('rollback');
        throw error;
      }
    });
    lane.release();
    this.#announce(last);
    return result;
  }

  /** Calls the listener after each flush that appended something, with the last position; gives an unsubscribe. */
  onFlush(listener: (lastPosition: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Refuses new appends and resolves when those under way are done. Leaves the pool open. */
  async close(): Promise<void> {
    await this.#coalescer.close();
    for (const lane of this.#lanes) lane.release();
  }

  async #flush(batch: readonly PreparedAppend[], lane: Lane): Promise<AppendOutcome[]> {
    const outcomes = await lane.use((client) => flushAppends(client, batch));
    let last = 0;
    for (const outcome of outcomes) {
      if (outcome.outcome === 'appended') last = Math.max(last, outcome.lastPosition);
    }
    this.#announce(last);
    return outcomes;
  }

  #announce(lastPosition: number): void {
    if (lastPosition > 0) for (const listener of this.#listeners) listener(lastPosition);
  }

  async #withHashes(request: AppendRequest): Promise<AppendRequest | AppendOutcome> {
    const streams = [];
    for (const stream of request.streams) {
      const { streamId, expectedVersion } = stream;
      if (expectedVersion === 0 || stream.previousHash) {
        streams.push(stream);
        continue;
      }
      const { hash: previousHash, actual } = await hashAt(this.pool, streamId, expectedVersion);
      if (!previousHash) {
        const seen = request.idempotency && (await this.seen(request.idempotency));
        return seen ?? { outcome: 'versionConflict', streamId, actual };
      }
      streams.push({ ...stream, previousHash });
    }
    return { ...request, streams };
  }
}
