import type { RegionCode } from '@fupin/domain';
import type { Pool } from 'pg';
import type { PastEvent } from '../event.js';
import { pastEvent } from '../event.js';

const HOUSEHOLDS_PER_READ = 200;

/** A household at one of the villages where it was ever counted, with all its events. */
export interface HouseholdAt {
  readonly village: RegionCode;
  readonly householdId: string;
  readonly events: readonly [PastEvent, ...PastEvent[]];
}

/**
 * The villages of a region in the order of their codes, from `after` on, down the branches that `childrenOf` gives: where there is
 * nothing to find nobody looks.
 */
export async function* villagesOf(
  region: RegionCode,
  childrenOf: (region: RegionCode) => Promise<readonly RegionCode[]>,
  after = '',
): AsyncGenerator<RegionCode> {
  if (region.length === 12) {
    yield region;
    return;
  }
  for (const child of [...(await childrenOf(region))].sort())
    if (child >= after.slice(0, child.length)) yield* villagesOf(child, childrenOf, after);
}

/** The households that were ever counted in a village, by their ids from `from` on, each with its events in order. */
export async function* householdsAt(
  pool: Pool,
  village: RegionCode,
  from: string = FIRST_ID,
): AsyncGenerator<HouseholdAt> {
  for (let comparison = '>=', next = from; ; comparison = '>') {
    const { rows } = await pool.query<{ household_id: string; version: number; payload: Buffer }>(
      `SELECT t.household_id, t.version, t.payload
       FROM (SELECT household_id FROM read_model.household_place
         WHERE village = $1 AND household_id ${comparison} $2 ORDER BY household_id LIMIT ${HOUSEHOLDS_PER_READ}) AS p
       JOIN read_model.timeline AS t ON t.household_id = p.household_id ORDER BY t.household_id, t.version`,
      [village, next],
    );
    const events = rows.map((row) => pastEvent(row.household_id, row.version, row.payload));
    const byHousehold = Map.groupBy(events, ({ streamId }) => streamId);
    for (const [householdId, [first, ...rest]] of byHousehold)
      if (first) yield { village, householdId, events: [first, ...rest] };
    const last = events.at(-1);
    if (!last || byHousehold.size < HOUSEHOLDS_PER_READ) return;
    next = last.streamId;
  }
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Where a list of what is behind a figure goes on: the last item's village, household and number within the household. */
export type PlaceKey = readonly [village: string, householdId: string, item: number];

/** One item of such a list, with its key. */
export interface Placed<T> {
  readonly key: PlaceKey;
  readonly at: HouseholdAt;
  readonly item: T;
}

/** What `itemsOf` finds in the households of these villages, after a key. */
export async function* itemsIn<T>(
  pool: Pool,
  villages: AsyncIterable<RegionCode>,
  after: PlaceKey | undefined,
  itemsOf: (at: HouseholdAt) => readonly T[],
): AsyncGenerator<Placed<T>> {
  for await (const village of villages) {
    const [from, begun] = after?.[0] === village ? [after[1], after] : [FIRST_ID, undefined];
    for await (const at of householdsAt(pool, village, from)) {
      for (const [n, item] of itemsOf(at).entries()) {
        if (begun?.[1] === at.householdId && n <= begun[2]) continue;
        yield { key: [village, at.householdId, n], at, item };
      }
    }
  }
}

/** The first `limit` of a generator. */
export async function take<T>(items: AsyncIterable<T>, limit: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) if (taken.push(item) >= limit) break;
  return taken;
}

/** In chunks, as an export wants them. */
export async function* chunked<T>(items: AsyncIterable<T>, size = 500): AsyncGenerator<readonly T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
