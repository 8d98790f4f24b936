import type { RegionCode } from '@fupin/domain';
import { villageWithin } from '../sql/region.js';
import type { FINDING_KINDS, FINDING_OUTCOMES } from './finding.table.js';

export interface FindingFilter {
  readonly region: RegionCode;
  readonly status: 'open' | 'closed' | 'all';
}

/** A finding as it is selected; dates as text. */
export interface FindingRow {
  household_id: string;
  version: number;
  village: string;
  household_no: string | null;
  kind: (typeof FINDING_KINDS)[number];
  about_event_id: string;
  correction_event_id: string;
  missing: string[];
  raised_on: string;
  recorded_at: Date;
  closed_by: number | null;
  closed_on: string | null;
  outcome: (typeof FINDING_OUTCOMES)[number] | null;
}

/** Sort key of a row: day, household, version. */
export type FindingKey = readonly [raisedOn: string, householdId: string, version: number];

/** Findings about the households that now live in a region, oldest first, after a sort key, `limit` at most. */
export function findingsQuery(
  filter: FindingFilter,
  after?: FindingKey,
  limit?: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const where = [villageWithin(filter.region, $)];
  if (filter.status !== 'all') where.push(`closed_by IS ${filter.status === 'open' ? '' : 'NOT'} NULL`);
  if (after)
    where.push(`(raised_on, household_id, f.version) > (${after.map((part) => $(part)).join(', ')})`);
  const text = `SELECT f.household_id, f.version, h.village, h.household_no, f.kind, f.about_event_id,
      f.correction_event_id, f.missing, f.raised_on::text, f.recorded_at, f.closed_by, f.closed_on::text, f.outcome
    FROM read_model.register_finding AS f JOIN read_model.household AS h ON h.id = f.household_id
    WHERE ${where.join(' AND ')} ORDER BY f.raised_on, f.household_id, f.version
    ${limit === undefined ? '' : `LIMIT ${$(limit)}`}`;
  return { text, values };
}
