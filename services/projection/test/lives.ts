import fc from 'fast-check';
import type { HouseholdRecord } from '../src/event.js';
import type { EventInit } from './events.js';
import {
  annulled,
  causesRecorded,
  corrected,
  EventWriter,
  exited,
  extinguished,
  memberAdded,
  memberLeft,
  merged,
  mergedAway,
  moved,
  policyEnded,
  policyRetained,
  registered,
  removed,
  returned,
  reversed,
  split,
  splitOff,
  surveyed,
} from './events.js';

/** Two villages of one township, one of another township and one of another city of the province. */
export const VILLAGES = ['422823100201', '422823100202', '422823101204', '420102001001'] as const;

const DAYS = 2500;
export const dayOf = (n: number): string => new Date(Date.UTC(2014, 0, 1 + n)).toISOString().slice(0, 10);
export const anyDay = fc.integer({ min: 0, max: DAYS }).map(dayOf);

/** What can happen, by name; a correction names an earlier event of the stream and gives what had been right. */
const STEPS = [
  'exit',
  'exit',
  'return',
  'return',
  'return',
  'cause',
  'added',
  'left',
  'moved',
  'split',
  'merged',
  'removed',
  'register',
  'mergedAway',
  'extinguished',
  'reverse',
  'reverse',
  'policyEnded',
  'policyEnded',
  'policyEnded',
  'policyRetained',
  'survey',
  'correct',
  'correct',
] as const;

interface Step {
  readonly what: (typeof STEPS)[number];
  /** Days since the step before; sometimes it is recorded late. */
  readonly days: number;
  readonly late: number;
  readonly n: number;
  readonly village: string;
}
const anyStep: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...STEPS),
  days: fc.integer({ min: 0, max: 300 }),
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })),
  n: fc.integer({ min: 0, max: 1000 }),
  village: fc.constantFrom(...VILLAGES),
});

export interface Life {
  readonly persons: number;
  readonly begun: number;
  readonly village: string;
  readonly splitOff: boolean;
  readonly steps: readonly Step[];
}
/** What a household may live through, lawful or not: what cannot follow must count nowhere. */
export const anyLife: fc.Arbitrary<Life> = fc.record({
  persons: fc.integer({ min: 1, max: 6 }),
  begun: fc.integer({ min: 0, max: 600 }),
  village: fc.constantFrom(...VILLAGES),
  splitOff: fc.boolean(),
  steps: fc.array(anyStep, { maxLength: 12 }),
});

/** The events of a life as they come from the topic; recorded times only grow. */
export function eventsOf(
  write: EventWriter,
  { persons, begun, village, splitOff: split0, steps }: Life,
): HouseholdRecord[] {
  const id = write.household();
  const records: HouseholdRecord[] = [];
  let [day, recorded, place] = [begun, begun, village];
  const exits: string[] = [];
  const add = (event: EventInit, on = dayOf(day)) =>
    records.push(
      write.record(
        id,
        { on, village: place, recordedAt: `${dayOf(recorded)}T04:00:00Z`, backdated: recorded > day + 90 },
        event,
      ),
    );
  add(
    split0
      ? splitOff(write.household(), persons, begun % 2 ? { exitedOn: '2014-01-01' } : {})
      : registered(persons),
  );
  if (split0) exits.push(`${id}:1`);
  for (const step of steps) {
    day = Math.min(DAYS, day + step.days);
    recorded = Math.max(recorded, day + step.late);
    const on = step.late > 200 ? dayOf(Math.max(0, day - step.late)) : dayOf(day);
    if (step.what === 'correct') {
      const wrong = records[step.n % records.length]!;
      const fact = rightFact(wrong.event.case, step);
      if (fact && step.n % 5 === 0) {
        add(annulled(`${id}:${wrong.version}`));
        continue;
      }
      if (fact) add(corrected(`${id}:${wrong.version}`, dayOf(step.n * 2), fact));
    } else if (step.what === 'reverse') {
      if (exits.length > 0) add(reversed(exits.at(-1)!), on);
    } else add(eventOf(step, place, write), on);
    if (step.what === 'exit') exits.push(`${id}:${records.length}`);
    if (step.what === 'moved') place = step.village;
  }
  return records;
}

function eventOf({ what, n, village }: Step, place: string, write: EventWriter): EventInit {
  switch (what) {
    case 'exit':
      return exited(3);
    case 'return':
      return returned(3, '02');
    case 'cause':
      return causesRecorded(n % 2 ? '05' : '08');
    case 'added':
      return memberAdded();
    case 'left':
      return memberLeft();
    case 'moved':
      return moved(place, village);
    case 'split':
      return split(write.household(), 1 + (n % 2));
    case 'merged':
      return merged(write.household(), 1 + (n % 2));
    case 'removed':
      return removed(3);
    case 'register':
      return registered(1 + (n % 5), '01', 3);
    case 'mergedAway':
      return mergedAway(write.household());
    case 'extinguished':
      return extinguished;
    case 'policyEnded':
      return policyEnded;
    case 'policyRetained':
      return policyRetained('2025-12-31');
    case 'survey':
    case 'reverse':
    case 'correct':
      return surveyed(2016, 400_000n);
  }
}

function rightFact(name: string, { n, village }: Step): EventInit | undefined {
  switch (name) {
    case 'householdRegistered':
      return registered(1 + (n % 5), '07', 1 + (n % 3));
    case 'householdExited':
      return exited(2);
    case 'householdReturned':
      return returned(2, '04');
    case 'povertyCausesRecorded':
      return causesRecorded('06');
    case 'householdMoved':
      return moved('422823100201', village);
    case 'memberAdded':
      return memberAdded(2);
    case 'memberLeft':
      return memberLeft(2);
    case 'incomeSurveyed':
      return surveyed(2016, 390_000n);
    default:
      return undefined;
  }
}
