import { recompute } from './python.js';

interface Figure {
  readonly households: number;
  readonly persons: number;
}
type Figures = Readonly<Record<string, Figure>>;

interface Recomputed {
  readonly years: readonly Readonly<Record<string, unknown>>[];
  readonly ledger: readonly {
    readonly eventId: string;
    readonly kind: string;
    readonly occurredOn: string;
    readonly village: string;
    readonly persons: number;
    readonly cause: string;
  }[];
  readonly rollUps: Readonly<Record<string, Readonly<Record<string, Figures>>>>;
}

/** What the projection says of a region, in the words of the recomputation: only figures that are not 0. */
export interface Projected {
  get<T>(path: string): Promise<T>;
}

type Flows = Readonly<Record<string, Figure>>;
interface Stocks {
  readonly stillPoor: Figure;
  readonly returnedPoor: Figure;
  readonly exited: Figure;
  readonly policyEnded: Figure;
}

const NOT_RECOMPUTED = new Set(['entries', 'registered', 'poor']);

/** Stocks and flows side by side without sums of others and without what is 0. */
function figuresOf(stocks: Stocks, flows: Flows): Figures {
  const { stillPoor, returnedPoor, exited, policyEnded } = stocks;
  const all = Object.entries({ stillPoor, returnedPoor, exited, policyEnded, ...flows });
  return Object.fromEntries(
    all
      .filter(
        ([name, figure]) => !NOT_RECOMPUTED.has(name) && (figure.households !== 0 || figure.persons !== 0),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Both sides of the comparison: what Python makes of the topic alone, and what the projection answers. */
export async function bothSides(
  brokers: string,
  projection: Projected,
  region: string,
  days: readonly string[],
): Promise<{ python: Recomputed; projected: Recomputed }> {
  const python = await recompute<Recomputed>([
    ...['--brokers', brokers, '--region', region, '--level', '9', '--as-of'],
    ...days,
  ]);

  const { years } = await projection.get<{
    years: { year: number; during: Flows; atYearEnd: Stocks }[];
  }>(`/v1/regions/${region}/years?from=2014&to=2020`);
  const rollUps: Record<string, Record<string, Figures>> = {};
  for (const day of days) {
    const { items } = await projection.get<{ items: (Stocks & { region: string; cumulative: Flows })[] }>(
      `/v1/regions/${region}/children?asOf=${day}`,
    );
    rollUps[day] = Object.fromEntries(
      items.map((item) => [item.region, figuresOf(item, item.cumulative)] as const),
    );
  }
  const ledger: Recomputed['ledger'][number][] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page: { items: Recomputed['ledger']; nextCursor?: string } = await projection.get(
      `/v1/ledger?region=${region}&limit=500${cursor && `&cursor=${cursor}`}`,
    );
    ledger.push(
      ...page.items.map(({ eventId, kind, occurredOn, village, persons, cause }) => ({
        eventId,
        kind,
        occurredOn,
        village,
        persons,
        cause,
      })),
    );
    cursor = page.nextCursor;
  }
  return {
    python: { ...python, ledger: sorted(python.ledger), rollUps: withoutEmpty(python.rollUps) },
    projected: {
      years: years.map(({ year, during, atYearEnd }) => ({
        year,
        ...figuresOf(atYearEnd, during),
      })),
      ledger: sorted(ledger),
      rollUps: withoutEmpty(rollUps),
    },
  };
}

const sorted = (rows: Recomputed['ledger']): Recomputed['ledger'] =>
  [...rows].sort((a, b) => (`${a.eventId} ${a.kind}` < `${b.eventId} ${b.kind}` ? -1 : 1));

const withoutEmpty = (rollUps: Recomputed['rollUps']): Recomputed['rollUps'] =>
  Object.fromEntries(
    Object.entries(rollUps).map(([day, regions]) => [
      day,
      Object.fromEntries(Object.entries(regions).filter(([, figures]) => Object.keys(figures).length > 0)),
    ]),
  );
