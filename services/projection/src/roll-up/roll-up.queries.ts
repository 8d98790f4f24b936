import { parentOf } from '@fupin/domain';
import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { Pool } from 'pg';
import { METRIC_COLUMNS, METRICS } from './metrics.js';
import type { Metric } from './metrics.js';
import { ALL_CAUSES, NO_PARENT } from './roll-up.table.js';

/** Households and the persons in them. */
export interface Figure {
  readonly households: number;
  readonly persons: number;
}

/** All metrics of one region and cause. */
export type Figures = Readonly<Record<Metric, Figure>>;

/** The figures of a business date; `knownAt` (a recorded date) shows them as they were known on that day. */
export interface AsOf {
  readonly asOf: BusinessDate;
  readonly knownAt?: BusinessDate | undefined;
}

export const NO_FIGURES = toFigures([]);

const sums = METRIC_COLUMNS.map((column) => `sum(${column})::int`).join(', ');
const raw = METRIC_COLUMNS.join(', ');

/**
 * Rows of the roll-up up to a date, to be summed: `where` narrows the place. The current view takes whole months and then
 * the days of the last one; a past view takes all days, without what became known later.
 */
function rowsUpTo({ asOf, knownAt }: AsOf, where: string, params: unknown[]): string {
  if (knownAt !== undefined) {
    params.push(asOf, knownAt);
    return `SELECT cause, region, ${raw} FROM read_model.region_day
      WHERE ${where} AND occurred_on <= $${params.length - 1} AND known_on <= $${params.length}`;
  }
  params.push(`${asOf.slice(0, 7)}-01`, asOf);
  const month = `$${params.length - 1}::date`;
  return `SELECT cause, region, ${raw} FROM read_model.region_month WHERE ${where} AND month < ${month}
    UNION ALL
    SELECT cause, region, ${raw} FROM read_model.region_day
      WHERE ${where} AND occurred_on BETWEEN ${month} AND $${params.length}`;
}

/** Figures of one region. */
export async function figuresOf(pool: Pool, region: RegionCode, at: AsOf): Promise<Figures> {
  const params: unknown[] = [parentOf(region) ?? NO_PARENT, ALL_CAUSES, region];
  const rows = rowsUpTo(at, 'parent = $1 AND cause = $2 AND region = $3', params);
  return one(await grouped(pool, `SELECT '' AS key, ${sums} FROM (${rows}) AS r`, params));
}

/** Figures of several regions of any level, by their code. */
export async function figuresOfRegions(
  pool: Pool,
  regions: readonly RegionCode[],
  at: AsOf,
): Promise<Map<RegionCode, Figures>> {
  const params: unknown[] = [ALL_CAUSES, regions, regions.map((region) => parentOf(region) ?? NO_PARENT)];
  const rows = rowsUpTo(at, 'parent = k.parent AND cause = $1 AND region = k.key', params);
  return grouped(
    pool,
    `SELECT k.key, f.* FROM unnest($2::text[], $3::text[]) AS k (key, parent)
     CROSS JOIN LATERAL (SELECT ${sums} FROM (${rows}) AS r) AS f`,
    params,
  );
}

const negated = METRIC_COLUMNS.map((column) => `-${column}`).join(', ');

/**
 * Figures of one region on several days, each as known on a day of its own, in the order asked for: what is known now less what
 * became known later. Little does where a closing is asked for, so the whole past need not be summed for each.
 */
export async function figuresKnown(
  pool: Pool,
  region: RegionCode,
  ats: readonly Required<AsOf>[],
): Promise<readonly Figures[]> {
  if (ats.length === 0) return [];
  const here = 'parent = $1 AND cause = $2 AND region = $3';
  const byKey = await grouped(
    pool,
    `SELECT k.n::text, f.* FROM (
       SELECT n, as_of, known_at, date_trunc('month', as_of)::date AS month
       FROM unnest($4::date[], $5::date[]) WITH ORDINALITY AS given (as_of, known_at, n)) AS k
     CROSS JOIN LATERAL (SELECT ${sums} FROM (
       SELECT ${raw} FROM read_model.region_month WHERE ${here} AND month < k.month
       UNION ALL
       SELECT ${raw} FROM read_model.region_day WHERE ${here} AND occurred_on BETWEEN k.month AND k.as_of
       UNION ALL
       SELECT ${negated} FROM read_model.region_day
         WHERE ${here} AND occurred_on <= k.as_of AND known_on > k.known_at) AS r (${raw})) AS f`,
    [
      parentOf(region) ?? NO_PARENT,
      ALL_CAUSES,
      region,
      ats.map(({ asOf }) => asOf),
      ats.map(({ knownAt }) => knownAt),
    ],
  );
  return ats.map((_, i) => byKey.get(String(i + 1)) ?? NO_FIGURES);
}

/** Figures of all children of a region that have any, by their code. */
export async function figuresOfChildren(
  pool: Pool,
  region: RegionCode,
  at: AsOf,
): Promise<Map<RegionCode, Figures>> {
  const params: unknown[] = [region, ALL_CAUSES];
  const children = distinct('region', 'parent = $1 AND cause = $2');
  const rows = rowsUpTo(at, 'parent = $1 AND cause = $2 AND region = k.key', params);
  return grouped(pool, eachKey(children, rows), params);
}

/** Figures of one region by main cause (`-`: none recorded). */
export async function figuresByCause(
  pool: Pool,
  region: RegionCode,
  at: AsOf,
): Promise<Map<string, Figures>> {
  const params: unknown[] = [parentOf(region) ?? NO_PARENT, ALL_CAUSES, region];
  const causes = distinct('cause', 'parent = $1 AND cause > $2');
  const rows = rowsUpTo(at, 'parent = $1 AND cause = k.key AND region = $3', params);
  return grouped(pool, eachKey(causes, rows), params);
}

/**
 * The distinct values of a key column, found by one descent of the index each (`k.key`). Dates come last in the keys, so a
 * range of them is quick only where all before it is given: without this every day of every sibling would be read.
 */
function distinct(column: 'region' | 'cause', where: string): string {
  const next = (beyond: string) =>
    `SELECT ${column} FROM read_model.region_month WHERE ${where} ${beyond} ORDER BY parent, cause, region LIMIT 1`;
  return `WITH RECURSIVE k (key) AS (
    (${next('')}) UNION ALL SELECT (${next(`AND ${column} > k.key`)}) FROM k WHERE k.key IS NOT NULL)`;
}

/** Sums rows that depend on `k.key`, one group for each key that has any. */
const eachKey = (keys: string, rows: string): string => `${keys}
  SELECT k.key, f.* FROM k CROSS JOIN LATERAL (SELECT ${sums} FROM (${rows}) AS r HAVING count(*) > 0) AS f
  WHERE k.key IS NOT NULL ORDER BY k.key`;

/** What changed in each year up to `to`, by year: flows are the year's own, stocks the change over the year. */
export async function changesByYear(
  pool: Pool,
  region: RegionCode,
  to: number,
  knownAt?: BusinessDate,
): Promise<Map<number, Figures>> {
  const params: unknown[] = [parentOf(region) ?? NO_PARENT, ALL_CAUSES, region, `${to}-12-31`];
  const [table, date] = knownAt === undefined ? ['region_month', 'month'] : ['region_day', 'occurred_on'];
  if (knownAt !== undefined) params.push(knownAt);
  const byYear = await grouped(
    pool,
    `SELECT extract(year FROM ${date})::int AS key, ${sums} FROM read_model.${table}
     WHERE parent = $1 AND cause = $2 AND region = $3 AND ${date} <= $4 ${knownAt === undefined ? '' : 'AND known_on <= $5'}
     GROUP BY 1 ORDER BY 1`,
    params,
  );
  return new Map([...byYear].map(([year, figures]) => [Number(year), figures]));
}

/** Adds two sets of figures, metric by metric; with sign −1 takes the second from the first. */
export function addFigures(a: Figures, b: Figures, sign: 1 | -1 = 1): Figures {
  return fromEntries((metric) => ({
    households: a[metric].households + sign * b[metric].households,
    persons: a[metric].persons + sign * b[metric].persons,
  }));
}

async function grouped(pool: Pool, text: string, values: unknown[]): Promise<Map<string, Figures>> {
  const { rows } = await pool.query<[string, ...(number | null)[]]>({ text, values, rowMode: 'array' });
  return new Map(rows.map(([key, ...figures]) => [key, toFigures(figures)]));
}

const one = (groups: ReadonlyMap<string, Figures>): Figures => groups.get('') ?? NO_FIGURES;

function toFigures(slots: readonly (number | null)[]): Figures {
  return fromEntries((_, i) => ({ households: slots[i * 2] ?? 0, persons: slots[i * 2 + 1] ?? 0 }));
}

function fromEntries(figure: (metric: Metric, index: number) => Figure): Figures {
  return Object.fromEntries(METRICS.map((metric, i) => [metric, figure(metric, i)])) as unknown as Figures;
}
