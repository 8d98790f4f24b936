import { eventHash, NO_HASH } from './hash.js';
import { dayNumber, uuidBytes } from './pg-arrays.js';

/** An event to append; its bytes are stored and sent to Kafka as they are. */
export interface EventToAppend {
  /** PascalCase, for example `HouseholdExited`. */
  readonly type: string;
  /** Business date `YYYY-MM-DD`. */
  readonly occurredOn: string;
  readonly recordedAt: Date;
  readonly payload: Uint8Array;
}

/** Events for one stream. */
export interface StreamAppend {
  readonly streamId: string;
  readonly streamType: string;
  /** The version the stream must have, 0 for a new one. */
  readonly expectedVersion: number;
  readonly events: readonly EventToAppend[];
  /** Hash of the event at `expectedVersion`, which must match as well; looked up when left out. */
  readonly previousHash?: Uint8Array;
  /** Claims that this stream takes, as {@link AppendExtras.take} does for the first one. */
  readonly take?: readonly string[];
}

/** A row written in the append's own transaction, only when it is accepted. */
export interface Attachment {
  readonly table: string;
  /** By column name; bytea as `\x…` hex text. */
  readonly row: Readonly<Record<string, unknown>>;
  /**
   * Columns of `row` that say which rows are meant: they are changed to have the row's other columns, instead of a new
   * one being written. A key without any row fails the append ({@link AttachmentMissed}). No row may be meant twice in
   * one append.
   */
  readonly key?: readonly string[];
}

/** What else an append does, all or nothing with its events. Claims belong to the first stream of the request. */
export interface AppendExtras {
  /** Claims to take, for example `person:<keyed hash>`; held by one stream at a time. */
  readonly take?: readonly string[];
  /** Claims to give up, whichever stream of this request holds them: with a `take` of another one they go over to it. */
  readonly release?: readonly string[];
  /** Gives up every claim of the request's first stream. */
  readonly releaseAll?: boolean;
  readonly attachments?: readonly Attachment[];
}

/** Makes a request repeatable: the same key and body are answered as the first time. */
export interface IdempotencyKey {
  readonly key: string;
  /** SHA-256 of the body. */
  readonly fingerprint: Uint8Array;
}

/** One append: all or nothing, over one or several streams. */
export interface AppendRequest {
  readonly streams: readonly StreamAppend[];
  readonly extras?: AppendExtras;
  readonly idempotency?: IdempotencyKey;
}

/** Where a stream stands after an append. */
export interface AppendedStream {
  readonly streamId: string;
  readonly firstVersion: number;
  readonly lastVersion: number;
  /** Hash of its last event. */
  readonly lastHash: Uint8Array;
}

export type AppendOutcome =
  | {
      readonly outcome: 'appended';
      readonly lastPosition: number;
      readonly streams: readonly AppendedStream[];
    }
  | { readonly outcome: 'versionConflict'; readonly streamId: string; readonly actual: number }
  | { readonly outcome: 'claimTaken'; readonly key: string; readonly owner: string }
  | {
      readonly outcome: 'replayed';
      /** First stream of the original request. */
      readonly streamId: string;
      readonly firstVersion: number;
      readonly lastVersion: number;
      readonly lastPosition: number;
    }
  | { readonly outcome: 'keyReused' };

/** An event ready for its row. */
export interface EventRow extends EventToAppend {
  /** The stream id's 16 bytes. */
  readonly stream: Uint8Array;
  readonly streamType: string;
  readonly version: number;
  readonly hash: Uint8Array;
  /** For the first of a known stream: hash of the event that must stand before it. */
  readonly previous: Uint8Array | undefined;
}

/** A request ready for a flush. */
export interface PreparedAppend {
  readonly request: AppendRequest;
  readonly events: readonly EventRow[];
  readonly streams: readonly AppendedStream[];
  readonly bytes: number;
  /** What it touches: no two in a flush may share one. */
  readonly keys: readonly string[];
}

/** Name of a claim in the table `keys`. */
export const claimKey = (claim: string): string => `claim:${claim}`;
/** Name of an idempotency key in the table `keys`. */
export const requestKey = (key: string): string => `request:${key}`;

/** An attachment was to change rows that are not there, or the same row as another one of its append. */
export class AttachmentMissed extends Error {
  constructor(
    readonly table: string,
    /** The values that no row has, by column. */
    readonly key: Readonly<Record<string, unknown>>,
  ) {
    super(`no row of ${table} to change for ${JSON.stringify(key)}`);
  }
}

/** Throws `RangeError` for a request that makes no sense. */
export function checkAppend({ streams, extras }: AppendRequest): void {
  if (streams.length === 0) throw new RangeError('an append needs a stream');
  const seen = new Set<string>();
  for (const { streamId, expectedVersion, events } of streams) {
    if (seen.has(streamId)) throw new RangeError(`stream ${streamId} is twice in one append`);
    seen.add(streamId);
    if (!Number.isInteger(expectedVersion) || expectedVersion < 0) {
      throw new RangeError(`not a version: ${expectedVersion}`);
    }
    if (events.length === 0) throw new RangeError(`nothing to append to ${streamId}`);
    for (const { occurredOn } of events) dayNumber(occurredOn);
  }
  for (const { table, row, key } of extras?.attachments ?? []) {
    if (key && (key.length === 0 || !key.every((column) => column in row))) {
      throw new RangeError(`a key of ${table} must name columns of its row`);
    }
    if (key && key.length === Object.keys(row).length) throw new RangeError(`nothing to change in ${table}`);
  }
}

/** Numbers and hashes the events of a request that {@link checkAppend} has passed. */
export function prepareAppend(request: AppendRequest): PreparedAppend {
  const events: EventRow[] = [];
  const streams: AppendedStream[] = [];
  const keys: string[] = [];
  let bytes = 0;
  for (const { streamId, streamType, expectedVersion, events: added, ...chain } of request.streams) {
    const previousHash = expectedVersion === 0 ? undefined : chain.previousHash;
    const stream = uuidBytes(streamId);
    let version = expectedVersion;
    let last = previousHash ?? NO_HASH;
    for (const { type, occurredOn, recordedAt, payload } of added) {
      version++;
      last = eventHash(last, { stream, streamType, version, type, occurredOn, recordedAt, payload });
      const previous = version === expectedVersion + 1 ? previousHash : undefined;
      events.push({
        stream,
        streamType,
        version,
        type,
        occurredOn,
        recordedAt,
        payload,
        hash: last,
        previous,
      });
      bytes += payload.length + 200;
    }
    streams.push({ streamId, firstVersion: expectedVersion + 1, lastVersion: version, lastHash: last });
    keys.push(streamId);
  }
  const { take = [], release = [], attachments = [] } = request.extras ?? {};
  const claims = [take, release, ...request.streams.map((stream) => stream.take ?? [])].flat();
  for (const claim of new Set(claims)) keys.push(claimKey(claim));
  if (request.idempotency) keys.push(requestKey(request.idempotency.key));
  // One statement changes a row once at most, and two appends may mean the same row by different columns.
  const changed = attachments.flatMap(({ table, key }) => (key ? [table] : []));
  for (const table of new Set(changed)) keys.push(`change:${table}`);
  return { request, events, streams, bytes, keys };
}
