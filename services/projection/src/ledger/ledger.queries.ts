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
  persons: number;
  cause: string;
}

/** Sort key of a row: business date, household, version. */
export type LedgerKey = readonly [occurredOn: string, householdId: string, version: number];

/** The ledger's rows in the order asked for, after a sort key, `limit` at most. */
export function ledgerQuery(
  filter: LedgerFilter,
  after?: LedgerKey,
  limit?: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const where = [villageWithin(filter.region, $)];
  if (filter.from !== undefined) where.push(`occurred_on >= ${$(filter.from)}`);
  if (filter.to !== undefined) where.push(`occurred_on <= ${$(filter.to)}`);
  if (filter.kind !== undefined) where.push(`kind = ANY (${$(filter.kind)})`);
  if (filter.cause !== undefined) where.push(`cause = ${$(filter.cause)}`);
  if (filter.household !== undefined) where.push(`household_id = ${$(filter.household)}`);
  const [direction, beyond] = filter.order === 'newest' ? ['DESC', '<'] : ['ASC', '>'];
  if (after)
    where.push(
      `(occurred_on, household_id, version) ${beyond} (${$(after[0])}, ${$(after[1])}, ${$(after[2])})`,
    );
  const text = `SELECT household_id, version, kind, occurred_on::text, recorded_at, village, persons, cause
    FROM read_model.ledger WHERE ${where.join(' AND ')}
    ORDER BY ledger.occurred_on ${direction}, household_id ${direction}, version ${direction}
    ${limit === undefined ? '' : `LIMIT ${$(limit)}`}`;
  return { text, values };
}
