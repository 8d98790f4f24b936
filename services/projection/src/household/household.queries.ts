import type { RegionCode } from '@fupin/domain';
import type { Pool } from 'pg';
import type { Household, HouseholdStatus } from './household.js';
import type { HouseholdRow } from './household.table.js';
import { toHousehold } from './household.table.js';
import { villageWithin } from '../sql/region.js';

const COLUMNS = 'id, village, status, persons, main_cause, household_no, detail, version, position';

export interface HouseholdFilter {
  readonly region: RegionCode;
  readonly status?: readonly HouseholdStatus[] | undefined;
  readonly cause?: string | undefined;
  readonly householdNo?: string | undefined;
}

/** Sort key of the list: village, household. */
export type HouseholdKey = readonly [village: string, id: string];

/** The households of a region by village, after a sort key, `limit` at most. */
export function householdsQuery(
  filter: HouseholdFilter,
  after?: HouseholdKey,
  limit?: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const where = [villageWithin(filter.region, $)];
  // One status has an index of its own order; several are sifted out of the region's.
  if (filter.status?.length === 1) where.push(`status = ${$(filter.status[0])}`);
  else if (filter.status !== undefined) where.push(`status = ANY (${$(filter.status)})`);
  if (filter.cause !== undefined) where.push(`main_cause = ${$(filter.cause)}`);
  if (filter.householdNo !== undefined) where.push(`household_no = ${$(filter.householdNo)}`);
  if (after) where.push(`(village, id) > (${$(after[0])}, ${$(after[1])})`);
  const text = `SELECT ${COLUMNS} FROM read_model.household WHERE ${where.join(' AND ')} ORDER BY village, id
    ${limit === undefined ? '' : `LIMIT ${$(limit)}`}`;
  return { text, values };
}

/** One household; undefined when there is none (yet). */
export async function householdById(pool: Pool, id: string): Promise<Household | undefined> {
  const { rows } = await pool.query<HouseholdRow>(
    `SELECT ${COLUMNS} FROM read_model.household WHERE id = $1`,
    [id],
  );
  return rows[0] && toHousehold(rows[0]);
}
