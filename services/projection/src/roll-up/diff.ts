import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { History, Segment } from './history.js';
import { SLOTS, slotOf } from './metrics.js';
import type { Metric } from './metrics.js';

/** Signed changes of all metrics at one village, main cause and business date. */
export interface Delta {
  readonly region: RegionCode;
  readonly cause: string;
  readonly on: BusinessDate;
  /** Digits of the narrowest region in which nothing changed (see FlowEntry), 0 when it counts at every level. */
  readonly inside: number;
  /** By slot (see metrics.ts): households and persons of each metric. */
  readonly figures: number[];
}

/** Deltas by their key; adding up all of them up to a date gives the figures of that date. */
export class Deltas {
  private readonly byKey = new Map<string, Delta>();

  add(
    region: RegionCode,
    cause: string,
    on: BusinessDate,
    metric: Metric,
    households: number,
    persons: number,
    inside = 0,
  ): void {
    const slot = slotOf[metric];
    const figures = this.at(region, cause, on, inside).figures;
    figures[slot] = (figures[slot] ?? 0) + households;
    figures[slot + 1] = (figures[slot + 1] ?? 0) + persons;
  }

  /** Leaves out what cancelled itself. */
  *entries(): Generator<Delta> {
    for (const delta of this.byKey.values()) if (delta.figures.some((n) => n !== 0)) yield delta;
  }

  private at(region: RegionCode, cause: string, on: BusinessDate, inside: number): Delta {
    const key = `${region}|${cause}|${on}|${inside}`;
    let delta = this.byKey.get(key);
    if (!delta)
      this.byKey.set(key, (delta = { region, cause, on, inside, figures: new Array<number>(SLOTS).fill(0) }));
    return delta;
  }
}

/**
 * What has to be added to the roll-up when a household's history changes from `before` to `after`: the changes of the
 * new one less the changes of the old one, per village, cause and business date. Since it is a difference of sums, the
 * deltas of all changes ever made add up to exactly the final history, in whatever order the facts arrived.
 */
export function diffHistories(before: History, after: History): readonly Delta[] {
  const deltas = new Deltas();
  addChanges(deltas, before, -1);
  addChanges(deltas, after, 1);
  return [...deltas.entries()];
}

function addChanges(deltas: Deltas, history: History, sign: 1 | -1): void {
  let previous: Segment | undefined;
  for (const segment of history.segments) {
    if (previous) addStocks(deltas, previous, segment.from, negated(sign));
    addStocks(deltas, segment, segment.from, sign);
    previous = segment;
  }
  for (const { village, cause, on, flow, households, persons, inside } of history.flows)
    deltas.add(village, cause, on, flow, sign * households, sign * persons, inside);
}

function addStocks(deltas: Deltas, segment: Segment, on: BusinessDate, sign: 1 | -1): void {
  for (const metric of stocksOf(segment))
    deltas.add(segment.village, segment.cause, on, metric, sign, sign * segment.persons);
}

/** The stocks in which a household stands. */
export function stocksOf({ status, policyEnded }: Segment): readonly Metric[] {
  if (status === 'outside') return [];
  return policyEnded ? [status, 'policyEnded'] : [status];
}

const negated = (sign: 1 | -1): 1 | -1 => (sign === 1 ? -1 : 1);
