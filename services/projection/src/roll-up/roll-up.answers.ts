import type { BusinessDate, RegionCode } from '@fupin/domain';
import { levelOf, yearOf } from '@fupin/domain';
import { today } from '../http/dates.js';
import { nameOf } from '../http/region-access.js';
import { causeLabel, METRIC_LABELS } from '../labels.js';
import type { RuralPopulation } from '../rural-population/rural-population.js';
import { povertyIncidence } from '../rural-population/rural-population.js';
import type { Closing } from '../year/year.queries.js';
import { STOCKS } from './metrics.js';
import type {
  CauseAnswer,
  DifferenceAnswer,
  FlowsAnswer,
  PublishedAnswer,
  PublishedYearAnswer,
  RatesAnswer,
  RollUpAnswer,
  StocksAnswer,
  YearAnswer,
} from './roll-up.dto.js';
import type { AsOf, Figure, Figures } from './roll-up.queries.js';
import { addFigures, NO_FIGURES } from './roll-up.queries.js';

const sum = (...figures: readonly Figure[]): Figure => ({
  households: figures.reduce((total, f) => total + f.households, 0),
  persons: figures.reduce((total, f) => total + f.persons, 0),
});
const less = (a: Figure, b: Figure): Figure => ({
  households: a.households - b.households,
  persons: a.persons - b.persons,
});

function stocks(f: Figures): StocksAnswer {
  return {
    registered: sum(f.stillPoor, f.returnedPoor, f.exited),
    poor: sum(f.stillPoor, f.returnedPoor),
    stillPoor: f.stillPoor,
    returnedPoor: f.returnedPoor,
    exited: f.exited,
    policyRetained: less(f.exited, f.policyEnded),
    policyEnded: f.policyEnded,
  };
}

function flows(f: Figures): FlowsAnswer {
  const { identified, newlyPoor, missed, splitOff, movedIn, movedOut, mergedAway, extinguished, removed } = f;
  const { exits, returns, exitReversals, membersAdded, membersLeft } = f;
  return {
    entries: sum(identified, newlyPoor, missed),
    identified,
    newlyPoor,
    missed,
    splitOff,
    movedIn,
    movedOut,
    mergedAway,
    extinguished,
    removed,
    exits,
    returns,
    exitReversals,
    membersAdded,
    membersLeft,
  };
}

/** Metric by metric, what differs between the published figures and the current ones; empty when nothing does. */
function differences(published: Figures, current: Figures): DifferenceAnswer[] {
  const before = { ...stocks(published), ...flows(published) };
  const after = { ...stocks(current), ...flows(current) };
  return Object.entries(before).flatMap(([name, was]: [string, Figure]) => {
    const metric = name as keyof typeof before;
    const is = after[metric];
    const difference = less(is, was);
    if (difference.households === 0 && difference.persons === 0) return [];
    return [{ metric, labelZh: METRIC_LABELS[metric].zh, published: was, current: is, difference }];
  });
}

/** What is shown of a closing wherever its figures stand. */
const closingAnswer = ({ region, year, knownOn }: Closing) => ({
  closedRegion: region,
  closedYear: year,
  knownOn,
});

/** Beside the roll-up of a day in a closed year: the figures of that day as they were published. */
export function publishedAnswer(closing: Closing, published: Figures, current: Figures): PublishedAnswer {
  return {
    ...closingAnswer(closing),
    ...stocks(published),
    cumulative: flows(published),
    differences: differences(published, current),
  };
}

/** Rates of a region in households, six decimals; null where there is nothing to divide by. */
export function ratesOf({ exited, registered, cumulative }: RollUpAnswer): RatesAnswer {
  return {
    exitedShare: ratio(exited.households, registered.households),
    returnRate: ratio(cumulative.returns.households, cumulative.exits.households),
    exitReversalRate: ratio(
      cumulative.exitReversals.households,
      cumulative.exits.households + cumulative.exitReversals.households,
    ),
  };
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : Math.round((part / whole) * 1e6) / 1e6);

/** The roll-up of one region; `population` is that of the year of `asOf`, where it is known. */
export function rollUpAnswer(
  region: RegionCode,
  { asOf, knownAt }: AsOf,
  figures: Figures,
  population: RuralPopulation | undefined,
): RollUpAnswer {
  const answer = stocks(figures);
  return {
    region,
    name: nameOf(region),
    level: levelOf(region),
    asOf,
    ...(knownAt === undefined ? {} : { knownAt }),
    ...answer,
    cumulative: flows(figures),
    backdatedSteps: figures.backdated.households,
    povertyIncidence: povertyIncidence(answer.poor.persons, population),
    ruralPopulation: population
      ? { year: population.year, persons: population.persons, source: population.source }
      : null,
  };
}

export function causeAnswer(cause: string, figures: Figures): CauseAnswer {
  const { zh, en } = causeLabel(cause);
  return { cause, labelZh: zh, labelEn: en, ...stocks(figures) };
}

/** A closed year as it was published: what happened in it and how things stood at its end. */
export interface PublishedYear {
  readonly closing: Closing;
  readonly during: Figures;
  readonly atYearEnd: Figures;
}

/**
 * The year table: what happened in each year and how things stood at its end. Without `from` and `to` it covers the years
 * in which something changed. Closed years show what was published beside what is known now.
 */
export function yearAnswers(
  changes: ReadonlyMap<number, Figures>,
  range: { from?: number | undefined; to?: number | undefined },
  populations: readonly RuralPopulation[],
  published: readonly PublishedYear[] = [],
): YearAnswer[] {
  const changed = [...changes.keys()];
  const first = Math.min(...changed);
  const from = range.from ?? first;
  const to = range.to ?? Math.max(...changed);
  const answers: YearAnswer[] = [];
  let standing = NO_FIGURES;
  for (let year = Math.min(first, from); year <= to; year++) {
    const change = changes.get(year) ?? NO_FIGURES;
    standing = addFigures(standing, change);
    if (year < from) continue;
    const atYearEnd = stocks(standing);
    const population = populations.find((p) => p.year === year);
    const closed = published.find(({ closing }) => closing.year === year);
    answers.push({
      year,
      asOf: endOf(year),
      during: flows(change),
      atYearEnd,
      povertyIncidence: povertyIncidence(atYearEnd.poor.persons, population),
      ...(closed && { published: publishedYear(closed, change, standing, population) }),
    });
  }
  return answers;
}

function publishedYear(
  { closing, during, atYearEnd }: PublishedYear,
  change: Figures,
  standing: Figures,
  population: RuralPopulation | undefined,
): PublishedYearAnswer {
  const then = stocks(atYearEnd);
  return {
    ...closingAnswer(closing),
    during: flows(during),
    atYearEnd: then,
    povertyIncidence: povertyIncidence(then.poor.persons, population),
    differences: differences(yearOfFigures(during, atYearEnd), yearOfFigures(change, standing)),
  };
}

/** Flows of the year and stocks at its end in one set of figures. */
const yearOfFigures = (during: Figures, atYearEnd: Figures): Figures => ({
  ...during,
  ...(Object.fromEntries(STOCKS.map((metric) => [metric, atYearEnd[metric]])) as Pick<
    Figures,
    (typeof STOCKS)[number]
  >),
});

function endOf(year: number): BusinessDate {
  const now = today();
  return year === yearOf(now) ? now : `${year}-12-31`;
}
