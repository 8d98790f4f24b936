import type { BusinessDate, RegionCode } from '@fupin/domain';
import { levelOf, yearOf } from '@fupin/domain';
import { today } from '../http/dates.js';
import { nameOf } from '../http/region-access.js';
import { causeLabel } from '../labels.js';
import type { RuralPopulation } from '../rural-population/rural-population.js';
import { povertyIncidence } from '../rural-population/rural-population.js';
import type { CauseAnswer, FlowsAnswer, RollUpAnswer, StocksAnswer, YearAnswer } from './roll-up.dto.js';
import type { AsOf, Figure, Figures } from './roll-up.queries.js';
import { addFigures, NO_FIGURES } from './roll-up.queries.js';

const sum = (...figures: readonly Figure[]): Figure => ({
  households: figures.reduce((total, f) => total + f.households, 0),
  persons: figures.reduce((total, f) => total + f.persons, 0),
});

function stocks(f: Figures): StocksAnswer {
  return {
    registered: sum(f.stillPoor, f.returnedPoor, f.exited),
    poor: sum(f.stillPoor, f.returnedPoor),
    stillPoor: f.stillPoor,
    returnedPoor: f.returnedPoor,
    exited: f.exited,
  };
}

function flows(f: Figures): FlowsAnswer {
  const { identified, newlyPoor, missed, exits, returns } = f;
  return { entries: sum(identified, newlyPoor, missed), identified, newlyPoor, missed, exits, returns };
}

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

/**
 * The year table: what happened in each year and how things stood at its end. Without `from` and `to` it covers the years
 * in which something changed.
 */
export function yearAnswers(
  changes: ReadonlyMap<number, Figures>,
  range: { from?: number | undefined; to?: number | undefined },
  populations: readonly RuralPopulation[],
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
    answers.push({
      year,
      asOf: endOf(year),
      during: flows(change),
      atYearEnd,
      povertyIncidence: povertyIncidence(
        atYearEnd.poor.persons,
        populations.find((p) => p.year === year),
      ),
    });
  }
  return answers;
}

function endOf(year: number): BusinessDate {
  const now = today();
  return year === yearOf(now) ? now : `${year}-12-31`;
}
