import type { BusinessDate, RegionCode } from '@fupin/domain';
import { shanghaiDate, yearOf } from '@fupin/domain';
import type { PastEvent } from '../event.js';
import type { HouseholdAt } from '../figure-events/places.js';
import { diffHistories } from '../roll-up/diff.js';
import { applyToFacts, isCounted } from '../roll-up/facts.js';
import type { Fact } from '../roll-up/history.js';
import { historyOf } from '../roll-up/history.js';
import type { Metric } from '../roll-up/metrics.js';
import { METRICS, slotOf, STOCKS } from '../roll-up/metrics.js';
import type { Closing } from './year.queries.js';

/** By how much an event has changed one metric of a closed year. */
export interface MetricChange {
  readonly metric: Metric;
  readonly households: number;
  readonly persons: number;
}

/** An event recorded after a closing that changed the closed year's figures in a region. */
export interface LateChange {
  readonly version: number;
  readonly on: BusinessDate;
  readonly changes: readonly MetricChange[];
}

const isStock = (metric: Metric) => (STOCKS as readonly Metric[]).includes(metric);

/**
 * What a household's late events have changed: the stocks at the end of the year and the flows within it. All of them add up to
 * the differences between the published figures and the current ones. An event that touches several villages of the region is
 * listed once, at the first of them.
 */
export function lateChanges(
  { year, knownOn }: Pick<Closing, 'year' | 'knownOn'>,
  region: RegionCode,
  { village, events }: HouseholdAt,
): readonly LateChange[] {
  const changes: LateChange[] = [];
  let facts: readonly Fact[] = [];
  for (const event of events) {
    const late = shanghaiDate(event.recordedAt) > knownOn;
    const touched = new Set<RegionCode>();
    const sums = new Map<Metric, [households: number, persons: number]>();
    const add = (at: RegionCode, on: BusinessDate, metric: Metric, households: number, persons: number) => {
      if (!at.startsWith(region) || yearOf(on) > year || (!isStock(metric) && yearOf(on) < year)) return;
      touched.add(at);
      const sum = sums.get(metric) ?? [0, 0];
      sums.set(metric, [sum[0] + households, sum[1] + persons]);
    };
    if (isCounted(event)) {
      const before = facts;
      facts = applyToFacts(facts, event);
      if (late)
        for (const delta of diffHistories(historyOf(before), historyOf(facts)))
          for (const metric of METRICS) {
            const slot = slotOf[metric];
            const [households = 0, persons = 0] = delta.figures.slice(slot, slot + 2);
            if (delta.inside < region.length && (households !== 0 || persons !== 0))
              add(delta.region, delta.on, metric, households, persons);
          }
    }
    if (late && event.envelope.backdated) add(event.region, event.occurredOn, 'backdated', 1, 0);
    const net = [...sums].flatMap(([metric, [households, persons]]) =>
      households === 0 && persons === 0 ? [] : [{ metric, households, persons }],
    );
    if (net.length > 0 && firstOf(touched) === village)
      changes.push({ version: event.version, on: countedOn(event), changes: net });
  }
  return changes;
}

const firstOf = (villages: ReadonlySet<RegionCode>) => [...villages].sort()[0];

/** A correction is shown at the date it puts in the place of the wrong one. */
const countedOn = ({ event, occurredOn }: PastEvent): BusinessDate =>
  event.case === 'eventCorrected' && !event.value.annulled ? event.value.correctedOccurredOn : occurredOn;
