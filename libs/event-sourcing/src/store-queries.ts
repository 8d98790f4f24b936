import type { ClientBase, Pool } from 'pg';
import { claimKey, requestKey, type AppendOutcome, type IdempotencyKey } from './append.js';
import { APPEND_LOCK } from './schema.js';
import { intArray, textArray, uuidArray, uuidBytes } from './pg-arrays.js';
import {
  AS_TEXT,
  bytesOf,
  EVENT_COLUMNS,
  storedEvent,
  type EventColumns,
  type StoredEvent,
} from './stored-event.js';

/**
 * The database cannot be reached, or was lost while an append was under way: whether it was done is unknown. Safe to
 * repeat with the same idempotency key.
 */
export class StoreUnavailable extends Error {}

/** What became of a request with an idempotency key. */
export type SeenRequest = Extract<AppendOutcome, { outcome: 'replayed' | 'keyReused' }>;

type Database = Pool | ClientBase;

/** Keeps the appends of all instances out until the client's transaction ends, for what must not meet a new event. */
export async function keepAppendsOut(client: ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(${APPEND_LOCK})`);
}

/** A stream to load, from the event after `afterVersion`. */
export interface Load {
  readonly streamId: string;
  readonly afterVersion: number;
}

/** The events of a stream in order. */
export async function loadStream(
  database: Database,
  { streamId, afterVersion }: Load,
): Promise<StoredEvent[]> {
  const rows = await queryRows<EventColumns>(
    database,
    'load_stream',
    `select ${EVENT_COLUMNS} from events e where e.stream_id = $1 and e.version > $2 order by e.version`,
    [streamId, afterVersion],
  );
  return rows.map((row) => storedEvent(streamId, row));
}

/** The events of several streams in one query, for each load in order. */
export async function loadStreams(database: Database, loads: readonly Load[]): Promise<StoredEvent[][]> {
  const rows = await queryRows<[string, ...EventColumns]>(
    database,
    'load_streams',
    // The fence (offset 0) makes this a look-up in the index for each stream, whatever the planner knows.
    `select l.n, ${EVENT_COLUMNS} from unnest($1::uuid[], $2::int[]) with ordinality l(stream_id, after, n),
       lateral (select * from events where stream_id = l.stream_id and version > l.after order by version offset 0) e`,
    [
      uuidArray(loads.map(({ streamId }) => uuidBytes(streamId))),
      intArray(loads.map(({ afterVersion }) => afterVersion)),
    ],
  );
  const loaded = loads.map((): StoredEvent[] => []);
  for (const row of rows) {
    const n = Number(row[0]) - 1;
    loaded[n]!.push(storedEvent(loads[n]!.streamId, row, 1));
  }
  return loaded;
}

/** The events from one position to another, both included. */
export async function loadPositions(database: Database, first: number, last: number): Promise<StoredEvent[]> {
  const rows = await queryRows<[string, ...EventColumns]>(
    database,
    'load_positions',
    `select e.stream_id, ${EVENT_COLUMNS} from events e where e.position between $1 and $2 order by e.position`,
    [first, last],
  );
  return rows.map((row) => storedEvent(row[0], row, 1));
}

/** What became of each request, in order; undefined for one never seen. */
export async function seenRequests(
  database: Database,
  requests: readonly IdempotencyKey[],
): Promise<(SeenRequest | undefined)[]> {
  const rows = await queryRows<[string, string, string, string, string, string]>(
    database,
    'seen_requests',
    `select key, owner, fingerprint, first_version, last_version, last_position from keys
     where key = any($1) and fingerprint is not null`,
    [textArray(requests.map(({ key }) => requestKey(key)))],
  );
  const byKey = new Map(rows.map((row) => [row[0], row]));
  return requests.map(({ key, fingerprint }): SeenRequest | undefined => {
    const row = byKey.get(requestKey(key));
    if (!row) return undefined;
    if (!bytesOf(row[2]).equals(fingerprint)) return { outcome: 'keyReused' };
    const [firstVersion, lastVersion, lastPosition] = [Number(row[3]), Number(row[4]), Number(row[5])];
    return { outcome: 'replayed', streamId: row[1], firstVersion, lastVersion, lastPosition };
  });
}

/** The stream that holds a claim; undefined when nobody does. */
export async function claimOwner(database: Database, claim: string): Promise<string | undefined> {
  const rows = await queryRows<[string]>(database, 'claim_owner', 'select owner from keys where key = $1', [
    claimKey(claim),
  ]);
  return rows[0]?.[0];
}

/** The hash of a stream's event at a version (undefined: there is none) and the version that the stream is at. */
export async function hashAt(
  database: Database,
  streamId: string,
  version: number,
): Promise<{ hash: Buffer | undefined; actual: number }> {
  const rows = await queryRows<[string | null, string | null]>(
    database,
    'hash_at',
    `select (select hash from events where stream_id = $1 and version = $2),
       (select max(version) from events where stream_id = $1)`,
    [streamId, version],
  );
  const [hash, actual] = rows[0]!;
  return { hash: hash === null ? undefined : bytesOf(hash), actual: Number(actual) };
}

async function queryRows<R extends (string | null)[]>(
  database: Database,
  name: string,
  text: string,
  values: unknown[],
): Promise<R[]> {
  try {
    const { rows } = await database.query<R>({ name, text, values, rowMode: 'array', types: AS_TEXT });
    return rows;
  } catch (error) {
    if (isConnectionLoss(error))
      throw new StoreUnavailable('the database cannot be reached', { cause: error });
    throw error;
  }
}

/** Whether an error of the driver means that the database is away, rather than that it refused a statement. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return true;
  const { severity, code, syscall, message } = error as Record<string, unknown>;
  // The server's own word: connection exceptions, shutdowns and too many connections.
  if (severity !== undefined) return /^(080|57P0[1-3]|53300)/.test(String(code));
  return syscall !== undefined || DRIVER_LOSS.test(String(message));
}

// What the driver says when there is no server to say it.
const DRIVER_LOSS =
  /connection terminated|connection error|timeout|not queryable|server closed|cannot use a pool/i;
