import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { Flow } from '../roll-up/history.js';
import { villageWithin } from '../sql/region.js';

export interface LedgerFilter {
  readonly region: RegionCode;
  readonly from?: BusinessDate | undefined;
  readonly to?: BusinessDate | undefined;
  readonly kind?: readonly Flow[] | undefined;
  readonly cause?: string | undefined;
  readonly household?: string | undefined;
  readonly order: 'newest' | 'oldest';
}

/** A ledger row as it is selected; dates as text. */
export interface LedgerRow {
  household_id: string;
  version: number;
  kind: Flow;
  occurred_on: string;
  recorded_at: Date;
  village: string;
  households: number;
  persons: number;
  cause: string;
  changed_by: number;
}

/** Sort key of a row: business date, household, version, kind. */
export type LedgerKey = readonly [occurredOn: string, householdId: string, version: number, kind: string];

/** The ledger's rows in the order asked for, after a sort key, `limit` at most. */
export function ledgerQuery(
  filter: LedgerFilter,
  after?: LedgerKey,
  limit?: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const $ = (value: unknown) => `$${values.push(value)}`;
  // A move within the region is neither a way in nor out.
  const where = [villageWithin(filter.region, $), `inside < ${$(filter.region.length)}`];
  if (filter.from !== undefined) where.push(`occurred_on >= ${$(filter.from)}`);
  if (filter.to !== undefined) where.push(`occurred_on <= ${$(filter.to)}`);
  if (filter.kind !== undefined) where.push(`kind = ANY (${$(filter.kind)})`);
  if (filter.cause !== undefined) where.push(`cause = ${$(filter.cause)}`);
  if (filter.household !== undefined) where.push(`household_id = ${$(filter.household)}`);
  const [direction, beyond] = filter.order === 'newest' ? ['DESC', '<'] : ['ASC', '>'];
  if (after)
    where.push(
      `(occurred_on, household_id, version, kind) ${beyond} (${after.map((part) => $(part)).join(', ')})`,
    );
  const text = `SELECT household_id, version, kind, occurred_on::text, recorded_at, village, households, persons, cause, changed_by
    FROM read_model.ledger WHERE ${where.join(' AND ')}
    ORDER BY ledger.occurred_on ${direction}, household_id ${direction}, version ${direction}, kind ${direction}
    ${limit === undefined ? '' : `LIMIT ${$(limit)}`}`;
  return { text, values };
}
