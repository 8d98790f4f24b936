import { ancestorsOf, parentOf } from '@fupin/domain';
import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { ClientBase } from 'pg';
import type { Column } from '../sql/upsert.js';
import { bulkAdd } from '../sql/upsert.js';
import type { Delta } from './diff.js';
import { METRIC_COLUMNS, SLOTS } from './metrics.js';

/** In the place of a cause: all causes together. */
export const ALL_CAUSES = '';

/** The parent of a province. */
export const NO_PARENT = '';

const place = ['parent', 'cause', 'region'].map((column) => `${column} text COLLATE "C" NOT NULL`).join(', ');
// Most figures of most days are zero and kept as NULL, which takes no room.
const figures = METRIC_COLUMNS.map((c) => `${c} integer`).join(', ');

/**
 * `region_day` holds the signed changes of a region by business date and the day they became known: the sum up to
 * (asOf, knownAt) is the figure of asOf as it was known then. `region_month` holds the same by month without the known
 * day, so that the current view needs one row per month and the days of the last month only. The parent leads the keys:
 * all children of a region lie side by side.
 */
export const rollUpSql = `
CREATE TABLE region_day (
  ${place}, occurred_on date NOT NULL, known_on date NOT NULL, ${figures},
  PRIMARY KEY (parent, cause, region, occurred_on, known_on)
) WITH (fillfactor = 70);
CREATE TABLE region_month (
  ${place}, month date NOT NULL, ${figures},
  PRIMARY KEY (parent, cause, region, month)
) WITH (fillfactor = 50);
`;

interface Row {
  readonly region: RegionCode;
  readonly cause: string;
  readonly on: BusinessDate;
  readonly knownOn: BusinessDate;
  readonly figures: number[];
}

const figureColumns: Column<Row>[] = METRIC_COLUMNS.map((name, slot) => ({
  name,
  type: 'integer',
  of: (row) => row.figures[slot] || null,
}));
const placeColumns: Column<Row>[] = [
  { name: 'parent', type: 'text', of: (r) => parentOf(r.region) ?? NO_PARENT },
  { name: 'cause', type: 'text', of: (r) => r.cause },
  { name: 'region', type: 'text', of: (r) => r.region },
];

const saveDays = bulkAdd<Row>({
  table: 'region_day',
  key: ['parent', 'cause', 'region', 'occurred_on', 'known_on'],
  columns: [
    ...placeColumns,
    { name: 'occurred_on', type: 'date', of: (r) => r.on },
    { name: 'known_on', type: 'date', of: (r) => r.knownOn },
    ...figureColumns,
  ],
});
const saveMonths = bulkAdd<Row>({
  table: 'region_month',
  key: ['parent', 'cause', 'region', 'month'],
  columns: [...placeColumns, { name: 'month', type: 'date', of: (r) => r.on }, ...figureColumns],
});

/** Gathers the deltas of one batch over village, township, county, city and province, and writes them in two statements. */
export class RollUpBatch {
  private readonly days = new Map<string, Row>();

  add(delta: Delta, knownOn: BusinessDate): void {
    for (const ancestor of ancestorsOf(delta.region)) {
      // A region that holds both villages of a move has neither lost nor gained by it.
      if (ancestor.length <= delta.inside) break;
      addTo(this.days, ancestor, ALL_CAUSES, delta.on, knownOn, delta.figures);
      if (delta.cause !== ALL_CAUSES)
        addTo(this.days, ancestor, delta.cause, delta.on, knownOn, delta.figures);
    }
  }

  /** Writes last in the transaction, narrow regions first: every partition meets in the province's rows, so they are held briefly. */
  async save(tx: ClientBase): Promise<void> {
    // Also days on which everything cancelled: they tell that something happened there (see year/changes.ts).
    const days = sorted(this.days);
    const months = new Map<string, Row>();
    for (const row of days.filter(isChange))
      addTo(months, row.region, row.cause, `${row.on.slice(0, 7)}-01`, '', row.figures);
    await saveDays(tx, days);
    await saveMonths(tx, sorted(months).filter(isChange));
  }
}

const isChange = (row: Row) => row.figures.some((n) => n !== 0);

function addTo(
  rows: Map<string, Row>,
  region: RegionCode,
  cause: string,
  on: string,
  knownOn: string,
  by: readonly number[],
) {
  const key = `${region}|${cause}|${on}|${knownOn}`;
  let row = rows.get(key);
  if (!row) rows.set(key, (row = { region, cause, on, knownOn, figures: new Array<number>(SLOTS).fill(0) }));
  for (let slot = 0; slot < SLOTS; slot++) row.figures[slot] = (row.figures[slot] ?? 0) + (by[slot] ?? 0);
}

/**
 * Narrow regions first, then by key. All writers keep to this order, so they queue for rows and never block each other
 * crosswise.
 */
function sorted(rows: ReadonlyMap<string, Row>): Row[] {
  return [...rows]
    .sort(([a, x], [b, y]) => y.region.length - x.region.length || (a < b ? -1 : 1))
    .map(([, row]) => row);
}
