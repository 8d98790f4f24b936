import type { Pool } from 'pg';
import { eventHash, NO_HASH } from './hash.js';
import { uuidBytes } from './pg-arrays.js';
import { AS_TEXT, bytesOf, EVENT_COLUMNS, storedEvent, type StoredEvent } from './stored-event.js';

/** One event as the copy on Kafka has it; duplicates and any order of partitions are fine. */
export interface CopiedEvent {
  readonly position: number;
  readonly streamId: string;
  readonly version: number;
  readonly payload: Uint8Array;
}

/** What does not fit with an event. */
export type Misfit =
  | 'position-missing' // the positions before it are not contiguous: an event was deleted
  | 'version-missing' // its stream has no event with the version before, or has it later
  | 'hash-differs' // it is not what was written, or what came before it is not
  | 'not-in-store' // Kafka has it, the store has not: the tail was cut
  | 'differs-from-copy'; // Kafka has other bytes, stream or version at this position: the chain was rewritten

export interface FirstMisfit {
  readonly position: number;
  readonly streamId: string;
  readonly version: number;
  readonly misfit: Misfit;
}

export interface VerifyReport {
  readonly events: number;
  readonly lastPosition: number;
  /** The first event, by position, that does not fit. */
  readonly first: FirstMisfit | undefined;
  /** The comparison with Kafka; `notCopied` counts events that Kafka has not (yet: the relay may be behind). */
  readonly copy?: {
    readonly compared: number;
    readonly notCopied: number;
    readonly firstNotCopied: number | undefined;
  };
}

const BATCH = 2_000;

/**
 * Recomputes the hash chain of every stream and checks that positions and versions have no gap; with `copy` compares
 * every event that Kafka has. The store is read in batches by position, so memory stays flat.
 */
export async function verify(
  pool: Pool,
  options: { copy?: AsyncIterable<CopiedEvent> } = {},
): Promise<VerifyReport> {
  const chain = await verifyChain(pool);
  if (!options.copy) return chain;
  const { first, ...copy } = await verifyCopy(pool, options.copy, chain.lastPosition);
  const earlier = [chain.first, first].filter((misfit) => misfit !== undefined);
  earlier.sort((a, b) => a.position - b.position);
  return { ...chain, first: earlier[0], copy };
}

async function verifyChain(pool: Pool): Promise<VerifyReport> {
  let events = 0;
  let lastPosition = 0;
  for (;;) {
    const { rows } = await pool.query<string[]>({
      name: 'verify_chain',
      text: `select e.stream_id, ${EVENT_COLUMNS}, p.hash, p.position
        from (select * from events where position > $1 order by position limit ${BATCH}) e
        left join events p on p.stream_id = e.stream_id and p.version = e.version - 1
        order by e.position`,
      values: [lastPosition],
      rowMode: 'array',
      types: AS_TEXT,
    });
    if (rows.length === 0) return { events, lastPosition, first: undefined };
    for (const row of rows) {
      const event = storedEvent(row[0]!, row, 1);
      const misfit = misfitOf(event, lastPosition, row[8] ?? undefined, Number(row[9]));
      lastPosition = event.position;
      events++;
      if (misfit) return { events, lastPosition: await highest(pool), first: { ...whereOf(event), misfit } };
    }
  }
}

function misfitOf(
  event: StoredEvent,
  lastPosition: number,
  previousHash: string | undefined,
  previousPosition: number,
): Misfit | undefined {
  if (event.position !== lastPosition + 1) return 'position-missing';
  if (event.version > 1 && (previousHash === undefined || previousPosition > event.position))
    return 'version-missing';
  const previous = previousHash === undefined ? NO_HASH : bytesOf(previousHash);
  const expected = eventHash(previous, { ...event, stream: uuidBytes(event.streamId) });
  return expected.equals(event.hash) ? undefined : 'hash-differs';
}

async function verifyCopy(pool: Pool, copy: AsyncIterable<CopiedEvent>, lastPosition: number) {
  const copied = new Uint8Array(Math.floor(lastPosition / 8) + 1); // one bit per position
  let compared = 0;
  let first: FirstMisfit | undefined;
  let batch: CopiedEvent[] = [];
  const compare = async () => {
    for (const misfit of await misfitsOf(pool, batch)) {
      if (!first || misfit.position < first.position) first = misfit;
    }
    compared += batch.length;
    batch = [];
  };
  for await (const event of copy) {
    if (event.position <= lastPosition) copied[event.position >> 3]! |= 1 << (event.position & 7);
    batch.push(event);
    if (batch.length === BATCH) await compare();
  }
  if (batch.length > 0) await compare();

  let notCopied = 0;
  let firstNotCopied: number | undefined;
  for (let position = 1; position <= lastPosition; position++) {
    if (copied[position >> 3]! & (1 << (position & 7))) continue;
    notCopied++;
    firstNotCopied ??= position;
  }
  return { first, compared, notCopied, firstNotCopied };
}

async function misfitsOf(pool: Pool, batch: readonly CopiedEvent[]): Promise<FirstMisfit[]> {
  const { rows } = await pool.query<[string, string, string, string]>({
    name: 'verify_copy',
    text: 'select position, stream_id, version, payload from events where position = any($1::bigint[])',
    values: [batch.map(({ position }) => position)],
    rowMode: 'array',
    types: AS_TEXT,
  });
  const stored = new Map(rows.map((row) => [Number(row[0]), row]));
  return batch.flatMap((event): FirstMisfit[] => {
    const row = stored.get(event.position);
    if (!row) return [{ ...whereOf(event), misfit: 'not-in-store' }];
    const [, streamId, version, payload] = row;
    const same =
      streamId === event.streamId &&
      Number(version) === event.version &&
      bytesOf(payload).equals(event.payload);
    return same ? [] : [{ ...whereOf(event), misfit: 'differs-from-copy' }];
  });
}

async function highest(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ position: string | null }>(
    'select max(position) as position from events',
  );
  return Number(rows[0]!.position);
}

const whereOf = ({
  position,
  streamId,
  version,
}: {
  position: number;
  streamId: string;
  version: number;
}) => ({
  position,
  streamId,
  version,
});
