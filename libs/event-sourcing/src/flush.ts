import type { ClientBase, QueryArrayConfig } from 'pg';
import { attachmentSql, attachmentMissed } from './attachments.js';
import { claimKey, requestKey, type AppendOutcome, type EventRow, type PreparedAppend } from './append.js';
import {
  byteaArray,
  dateArray,
  intArray,
  textArray,
  timestampArray,
  uuidArray,
  uuidBytes,
} from './pg-arrays.js';

const TYPES = [
  ...['int[]', 'uuid[]', 'int[]', 'text[]', 'text[]', 'date[]', 'timestamptz[]', 'bytea[]', 'bytea[]'],
  'bytea[]',
  ...['int[]', 'text[]', 'uuid[]', 'bytea[]', 'int[]', 'int[]', 'int[]'],
  ...['int[]', 'text[]', 'uuid[]'],
];
const call = (parameters: number) =>
  `append_events(${TYPES.slice(0, parameters)
    .map((type, i) => `$${i + 1}::${type}`)
    .join(', ')})`;
const COLUMNS = 'select first_position, rejected, outcomes from';
const EVENTS_ONLY = { name: 'append_events', text: `${COLUMNS} ${call(10)}` };
const WITH_KEYS = { name: 'append_with_keys', text: `${COLUMNS} ${call(20)}` };
const ONE_EVENT = { name: 'append_event', text: 'select append_event($1, $2, $3, $4, $5, $6, $7, $8, $9)' };

type StoredOutcome =
  Exclude<AppendOutcome, { outcome: 'appended' }> | { outcome: 'appended'; lastPosition: number };

/** Appends a whole flush in one statement, and so in one round trip and one transaction. */
export async function flushAppends(
  client: ClientBase,
  batch: readonly PreparedAppend[],
): Promise<AppendOutcome[]> {
  if (batch.length === 1 && isPlain(batch[0]!)) {
    const outcome = await appendAlone(client, batch[0]!);
    if (outcome) return [outcome];
  }
  const statement = statementFor(batch);
  const { rows } = await client
    .query<[string | null, unknown, StoredOutcome[] | null]>(statement)
    .catch((error: unknown) => {
      throw attachmentMissed(error) ?? error;
    });
  const [firstPosition, , outcomes] = rows[0]!;
  let last = Number(firstPosition) - 1;
  return batch.map((append, i): AppendOutcome => {
    const outcome = outcomes?.[i];
    if (outcome && outcome.outcome !== 'appended') return withoutPrefix(outcome);
    last = outcome ? outcome.lastPosition : last + append.events.length;
    return { outcome: 'appended', lastPosition: last, streams: append.streams };
  });
}

const isPlain = ({ events, request }: PreparedAppend): boolean =>
  events.length === 1 && !request.extras && !request.idempotency && !request.streams[0]!.take;

/** The short way for a single event with nothing beside it; undefined when it meets a conflict. */
async function appendAlone(client: ClientBase, append: PreparedAppend): Promise<AppendOutcome | undefined> {
  const { events, streams } = append;
  const { version, streamType, type, occurredOn, recordedAt, payload, hash, previous } = events[0]!;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const values = [
    streams[0]!.streamId,
    version,
    streamType,
    type,
    occurredOn,
    recordedAt.toISOString(),
    bytes,
    hash,
    previous ?? null,
  ];
  const { rows } = await client.query<[string | null]>({ ...ONE_EVENT, values, rowMode: 'array' });
  const position = rows[0]![0];
  return position === null ? undefined : { outcome: 'appended', lastPosition: Number(position), streams };
}

const withoutPrefix = (outcome: Exclude<StoredOutcome, { outcome: 'appended' }>): AppendOutcome =>
  outcome.outcome === 'claimTaken' ? { ...outcome, key: outcome.key.slice(claimKey('').length) } : outcome;

function statementFor(batch: readonly PreparedAppend[]): QueryArrayConfig {
  const values = eventParameters(batch);
  const keys = keyParameters(batch);
  if (keys) values.push(...keys);
  const attachments = attachmentSql(batch, values, call(values.length));
  if (attachments) return { ...attachments, values, rowMode: 'array' };
  return { ...(keys ? WITH_KEYS : EVENTS_ONLY), values, rowMode: 'array' };
}

function eventParameters(batch: readonly PreparedAppend[]): (Buffer | string | null)[] {
  const rows: EventRow[] = [];
  const appends: number[] = [];
  batch.forEach(({ events }, i) => {
    for (const row of events) {
      appends.push(i + 1);
      rows.push(row);
    }
  });
  return [
    intArray(appends),
    uuidArray(rows.map(({ stream }) => stream)),
    intArray(rows.map(({ version }) => version)),
    textArray(rows.map(({ streamType }) => streamType)),
    textArray(rows.map(({ type }) => type)),
    dateArray(rows.map(({ occurredOn }) => occurredOn)),
    timestampArray(rows.map(({ recordedAt }) => recordedAt)),
    byteaArray(rows.map(({ payload }) => payload)),
    byteaArray(rows.map((row) => row.hash)),
    rows.some(({ previous }) => previous) ? byteaArray(rows.map(({ previous }) => previous)) : null,
  ];
}

interface KeyRow {
  append: number;
  name: string;
  owner: Uint8Array;
  fingerprint?: Uint8Array;
  first?: number;
  last?: number;
  event: number;
}

function keyParameters(batch: readonly PreparedAppend[]): (Buffer | null)[] | undefined {
  const keys: KeyRow[] = [];
  const releases: { append: number; name: string | undefined; owner: Uint8Array }[] = [];
  let event = 0;
  batch.forEach(({ request, streams, events }, i) => {
    event += events.length;
    const { extras, idempotency } = request;
    if (!extras && !idempotency && !request.streams.some(({ take }) => take)) return;
    const append = i + 1;
    const own = streams[0]!;
    const owner = events[0]!.stream;
    for (const claim of new Set(extras?.take)) keys.push({ append, name: claimKey(claim), owner, event });
    for (const { streamId, take } of request.streams) {
      for (const claim of new Set(take))
        keys.push({ append, name: claimKey(claim), owner: uuidBytes(streamId), event });
    }
    if (idempotency) {
      const { key, fingerprint } = idempotency;
      const [first, last] = [own.firstVersion, own.lastVersion];
      keys.push({ append, name: requestKey(key), owner, fingerprint, first, last, event });
    }
    for (const claim of extras?.release ?? []) {
      for (const { streamId } of streams)
        releases.push({ append, name: claimKey(claim), owner: uuidBytes(streamId) });
    }
    if (extras?.releaseAll) releases.push({ append, name: undefined, owner });
  });
  if (keys.length === 0 && releases.length === 0) return undefined;
  return [
    ...(keys.length === 0
      ? [null, null, null, null, null, null, null]
      : [
          intArray(keys.map(({ append }) => append)),
          textArray(keys.map(({ name }) => name)),
          uuidArray(keys.map(({ owner }) => owner)),
          byteaArray(keys.map(({ fingerprint }) => fingerprint)),
          intArray(keys.map(({ first }) => first)),
          intArray(keys.map(({ last }) => last)),
          intArray(keys.map((key) => key.event)),
        ]),
    ...(releases.length === 0
      ? [null, null, null]
      : [
          intArray(releases.map(({ append }) => append)),
          textArray(releases.map(({ name }) => name)),
          uuidArray(releases.map(({ owner }) => owner)),
        ]),
  ];
}
