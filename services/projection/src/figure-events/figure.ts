import type { BusinessDate, RegionCode } from '@fupin/domain';
import { shanghaiDate } from '@fupin/domain';
import type { PastEvent } from '../event.js';
import { applyToFacts, isCounted } from '../roll-up/facts.js';
import type { Fact, Flow, History, Segment } from '../roll-up/history.js';
import { historyOf } from '../roll-up/history.js';
import type { Metric } from '../roll-up/metrics.js';
import { FLOWS } from '../roll-up/metrics.js';

/** Stocks by their names in the answers: which households stand in each. */
const STOCK_FIGURES = {
  registered: (s) => s.status !== 'outside',
  poor: (s) => s.status === 'stillPoor' || s.status === 'returnedPoor',
  stillPoor: (s) => s.status === 'stillPoor',
  returnedPoor: (s) => s.status === 'returnedPoor',
  exited: (s) => s.status === 'exited',
  policyRetained: (s) => s.status === 'exited' && !s.policyEnded,
  policyEnded: (s) => s.status === 'exited' && s.policyEnded,
} as const satisfies Record<string, (segment: Segment) => boolean>;

type StockFigure = keyof typeof STOCK_FIGURES;

/** Every figure that can be asked for its events, by its name in the answers. */
export const FIGURES = [...(Object.keys(STOCK_FIGURES) as StockFigure[]), 'entries', ...FLOWS] as const;
export type FigureName = (typeof FIGURES)[number];

export const isStock = (figure: FigureName): figure is StockFigure => figure in STOCK_FIGURES;

/** The metrics without which a figure is nought: where none of them is anything, no event is behind it. */
export function metricsOf(figure: FigureName): readonly Metric[] {
  switch (figure) {
    case 'registered':
      return ['stillPoor', 'returnedPoor', 'exited'];
    case 'poor':
      return ['stillPoor', 'returnedPoor'];
    case 'policyRetained':
      return ['exited'];
    case 'entries':
      return ['identified', 'newlyPoor', 'missed'];
    default:
      return [figure];
  }
}

/** Which number is asked about: a figure of a region on a day or over a period, as known on a day. */
export interface Question {
  readonly figure: FigureName;
  readonly region: RegionCode;
  /** First day, of flows only; from the beginning when left out. */
  readonly from?: BusinessDate | undefined;
  readonly to: BusinessDate;
  readonly knownAt?: BusinessDate | undefined;
}

/** One event's share in a figure. */
export interface Share {
  readonly version: number;
  /** The day it counts from, corrections taken into account. */
  readonly on: BusinessDate;
  readonly households: number;
  readonly persons: number;
}

/**
 * The events of a household that make up its share in a figure at one of its villages, worked out from all its events: of a
 * flow the happenings, of a stock the event that put the household there.
 */
export function sharesOf(
  question: Question,
  village: RegionCode,
  events: readonly PastEvent[],
): readonly Share[] {
  const { figure, knownAt } = question;
  const known = knownAt === undefined ? events : events.filter((e) => shanghaiDate(e.recordedAt) <= knownAt);
  if (figure === 'backdated') return backdatedSteps(question, village, known);
  const facts = known.filter(isCounted).reduce<readonly Fact[]>(applyToFacts, []);
  const history = historyOf(facts);
  return isStock(figure)
    ? standing(question, STOCK_FIGURES[figure], village, history, facts)
    : happenings(question, village, history);
}

function happenings({ figure, region, from, to }: Question, village: RegionCode, history: History): Share[] {
  const wanted: readonly Flow[] = metricsOf(figure) as readonly Flow[];
  return history.flows.filter(
    (flow) =>
      wanted.includes(flow.flow) &&
      flow.village === village &&
      flow.inside < region.length &&
      flow.on <= to &&
      (from === undefined || flow.on >= from),
  );
}

function standing(
  { region, to }: Question,
  counts: (segment: Segment) => boolean,
  village: RegionCode,
  { segments }: History,
  facts: readonly Fact[],
): Share[] {
  let at = segments.findLastIndex((segment) => segment.from <= to);
  const now = segments[at];
  if (!now || now.village !== village || !counts(now)) return [];
  const here = (segment: Segment | undefined) =>
    segment !== undefined && segment.village.startsWith(region) && counts(segment);
  while (here(segments[at - 1])) at--;
  const since = segments[at]!;
  const on = facts.find((fact) => fact.version === since.by)?.on ?? since.from;
  return [{ version: since.by, on, households: 1, persons: now.persons }];
}

function backdatedSteps({ from, to }: Question, village: RegionCode, events: readonly PastEvent[]): Share[] {
  return events
    .filter(
      (e) =>
        e.envelope.backdated &&
        e.region === village &&
        e.occurredOn <= to &&
        (from === undefined || e.occurredOn >= from),
    )
    .map((e) => ({ version: e.version, on: e.occurredOn, households: 1, persons: 0 }));
}
