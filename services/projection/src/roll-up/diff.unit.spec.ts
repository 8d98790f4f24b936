import fc from 'fast-check';
import { ancestorsOf, parentOf } from '@fupin/domain';
import { diffHistories } from './diff.js';
import type { Delta } from './diff.js';
import { EMPTY_HISTORY, historyOf, stateOn, withFact } from './history.js';
import type { Fact, History } from './history.js';
import { BALANCE, METRICS, slotOf } from './metrics.js';
import type { Metric } from './metrics.js';

const VILLAGE = '422823100201';
const entered = (on: string, version: number, persons = 3, cause = '01'): Fact => ({
  kind: 'entered',
  on,
  version,
  village: VILLAGE,
  persons,
  cause,
  flow: 'identified',
});

/** Figures of one day by adding up deltas, as the roll-up does. */
function sumUpTo(deltas: readonly Delta[], on: string, metric: Metric, cause?: string) {
  const slot = slotOf[metric];
  let households = 0;
  let persons = 0;
  for (const delta of deltas) {
    if (delta.on > on || (cause !== undefined && delta.cause !== cause)) continue;
    households += delta.figures[slot] ?? 0;
    persons += delta.figures[slot + 1] ?? 0;
  }
  return { households, persons };
}

const day = fc
  .integer({ min: 0, max: 2500 })
  .map((n) => new Date(Date.UTC(2014, 0, 1 + n)).toISOString().slice(0, 10));
const persons = fc.integer({ min: 1, max: 9 });
const cause = fc.constantFrom('01', '02', '-');
/** The same village, another one of the township, of the county, of the province, of another province. */
const VILLAGES = [VILLAGE, '422823100202', '422823101204', '420102001001', '510104017001'];
const village = fc.constantFrom(...VILLAGES);
const anyFact = fc.oneof(
  fc.record({
    kind: fc.constant('entered' as const),
    on: day,
    persons,
    cause,
    village,
    flow: fc.constantFrom('identified' as const, 'newlyPoor' as const, 'missed' as const),
  }),
  fc.record({
    kind: fc.constant('splitOff' as const),
    on: day,
    persons,
    cause,
    village,
    exited: fc.boolean(),
    returned: fc.boolean(),
    policyEnded: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('cause' as const), on: day, cause }),
  fc.record({ kind: fc.constant('exited' as const), on: day }),
  fc.record({ kind: fc.constant('returned' as const), on: day, cause }),
  fc.record({ kind: fc.constant('reversed' as const), on: day, exit: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    kind: fc.constant('members' as const),
    on: day,
    by: fc.integer({ min: -3, max: 3 }),
    why: fc.constantFrom('natural' as const, 'split' as const, 'merge' as const),
  }),
  fc.record({ kind: fc.constant('moved' as const), on: day, to: village }),
  fc.record({ kind: fc.constant('policy' as const), on: day, ended: fc.boolean() }),
  fc.record({
    kind: fc.constant('left' as const),
    on: day,
    flow: fc.constantFrom('removed' as const, 'extinguished' as const, 'mergedAway' as const),
  }),
);
/** Facts of one household in the order in which they were recorded; their business dates are in any order. */
const anyFacts = fc
  .array(anyFact, { maxLength: 12 })
  .map((facts) => facts.map((fact, i): Fact => ({ ...fact, version: i + 1 })));
/** As most lives are: it enters first. */
const anyLife = fc
  .tuple(anyFacts, persons, village)
  .map(([facts, n, at]): Fact[] => [
    { ...entered('2014-01-01', 1, n), village: at } as Fact,
    ...facts.map((fact) => ({ ...fact, version: fact.version + 1 })),
  ]);
const REGIONS = [...new Set(VILLAGES.flatMap(ancestorsOf))];

/** Figures of a region on a day from deltas, counted as RollUpBatch does. */
function figuresIn(deltas: readonly Delta[], region: string, on: string): Record<Metric, Figure> {
  const within = deltas.filter((d) => d.region.startsWith(region) && d.inside < region.length);
  return Object.fromEntries(METRICS.map((metric) => [metric, sumUpTo(within, on, metric)])) as never;
}
type Figure = { households: number; persons: number };
const registeredOf = (f: Record<Metric, Figure>): Figure =>
  plus(f.stillPoor, 1, plus(f.returnedPoor, 1, f.exited));
const plus = (a: Figure, sign: number, b: Figure): Figure => ({
  households: a.households + sign * b.households,
  persons: a.persons + sign * b.persons,
});
const NONE: Figure = { households: 0, persons: 0 };
const balanceOf = (f: Record<Metric, Figure>): Figure =>
  METRICS.reduce((sum, metric) => plus(sum, BALANCE[metric] ?? 0, f[metric]), NONE);

function replay(facts: readonly Fact[]): { deltas: Delta[]; history: History } {
  let kept: readonly Fact[] = [];
  let history = EMPTY_HISTORY;
  const deltas: Delta[] = [];
  for (const fact of facts) {
    kept = withFact(kept, fact);
    const next = historyOf(kept);
    deltas.push(...diffHistories(history, next));
    history = next;
  }
  return { deltas, history };
}

describe('diffHistories', () => {
  it('turns a registration into one more poor household from its day on', () => {
    expect(diffHistories(EMPTY_HISTORY, historyOf([entered('2014-05-01', 1)]))).toEqual([
      expect.objectContaining({ region: VILLAGE, cause: '01', on: '2014-05-01' }),
    ]);
    const { deltas } = replay([entered('2014-05-01', 1)]);
    expect(sumUpTo(deltas, '2014-04-30', 'stillPoor')).toEqual({ households: 0, persons: 0 });
    expect(sumUpTo(deltas, '2014-05-01', 'stillPoor')).toEqual({ households: 1, persons: 3 });
  });

  it('lets an exit and a return shift the household between the stocks and counts both as flows', () => {
    const { deltas } = replay([
      entered('2014-05-01', 1),
      { kind: 'exited', on: '2016-12-20', version: 2 },
      { kind: 'returned', on: '2018-03-02', version: 3, cause: '02' },
    ]);
    expect(sumUpTo(deltas, '2017-01-01', 'stillPoor')).toEqual({ households: 0, persons: 0 });
    expect(sumUpTo(deltas, '2017-01-01', 'exited')).toEqual({ households: 1, persons: 3 });
    expect(sumUpTo(deltas, '2018-03-02', 'exited')).toEqual({ households: 0, persons: 0 });
    expect(sumUpTo(deltas, '2018-03-02', 'returnedPoor', '02')).toEqual({ households: 1, persons: 3 });
    expect(sumUpTo(deltas, '2020-12-31', 'exits')).toEqual({ households: 1, persons: 3 });
    expect(sumUpTo(deltas, '2020-12-31', 'returns')).toEqual({ households: 1, persons: 3 });
  });

  it('lets a cause recorded late with an earlier date correct every later day until the next one', () => {
    const { deltas } = replay([
      entered('2014-05-01', 1),
      { kind: 'exited', on: '2018-03-01', version: 2 },
      { kind: 'returned', on: '2018-03-02', version: 3, cause: '05' },
      { kind: 'cause', on: '2015-01-01', version: 4, cause: '02' },
    ]);
    expect(sumUpTo(deltas, '2014-12-31', 'stillPoor', '01').households).toBe(1);
    expect(sumUpTo(deltas, '2015-01-01', 'stillPoor', '01').households).toBe(0);
    expect(sumUpTo(deltas, '2017-12-31', 'stillPoor', '02').households).toBe(1);
    expect(sumUpTo(deltas, '2018-03-02', 'returnedPoor', '05').households).toBe(1);
    expect(sumUpTo(deltas, '2018-03-02', 'stillPoor', '02').households).toBe(0);
  });

  it('gives nothing when nothing counted changed', () => {
    const history = historyOf([entered('2014-05-01', 1)]);
    expect(diffHistories(history, historyOf([entered('2014-05-01', 7)]))).toEqual([]);
  });

  it('counts no exit of a household whose registration is missing', () => {
    expect(replay([{ kind: 'exited', on: '2016-12-20', version: 2 }]).deltas).toEqual([]);
  });

  it('adds up, over any facts in any order, to exactly the final history on every day', () => {
    fc.assert(
      fc.property(anyLife, day, (facts, on) => {
        const { deltas, history } = replay(facts);
        const now = stateOn(history, on);
        for (const metric of ['stillPoor', 'exited', 'returnedPoor'] as const) {
          const here = now?.status === metric ? { households: 1, persons: now.persons } : NONE;
          expect(sumUpTo(deltas, on, metric)).toEqual(here);
          if (now?.status === metric) expect(sumUpTo(deltas, on, metric, now.cause)).toEqual(here);
        }
        for (const flow of history.flows.map((f) => f.flow))
          expect(sumUpTo(deltas, on, flow).households).toBe(
            history.flows.filter((f) => f.flow === flow && f.on <= on).reduce((n, f) => n + f.households, 0),
          );
      }),
      { numRuns: 150 },
    );
  });

  it('REG-36 keeps stock(t) = stock(t0) + flows, in households and in persons, in every region of every level', () => {
    fc.assert(
      fc.property(anyLife, anyLife, day, day, (one, other, from, to) => {
        const deltas = [...replay(one).deltas, ...replay(other).deltas];
        for (const region of REGIONS) {
          const [before, after] = [figuresIn(deltas, region, from), figuresIn(deltas, region, to)];
          const flows = plus(balanceOf(after), -1, balanceOf(before));
          expect(registeredOf(after)).toEqual(plus(registeredOf(before), 1, flows));
          expect(after.policyEnded.households).toBeLessThanOrEqual(after.exited.households);
          expect(
            Math.min(...[after.stillPoor, after.exited, after.returnedPoor].map((f) => f.persons)),
          ).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('lets children add up to their parent; of moves only what crosses its border is left', () => {
    fc.assert(
      fc.property(anyLife, anyLife, day, (one, other, on) => {
        const deltas = [...replay(one).deltas, ...replay(other).deltas];
        for (const parent of REGIONS.filter((region) => region.length < 12)) {
          const whole = figuresIn(deltas, parent, on);
          const parts = REGIONS.filter((region) => parentOf(region) === parent).map((child) =>
            figuresIn(deltas, child, on),
          );
          const added = (metric: Metric) => parts.reduce((sum, part) => plus(sum, 1, part[metric]), NONE);
          for (const metric of METRICS)
            if (metric !== 'movedIn' && metric !== 'movedOut') expect(added(metric)).toEqual(whole[metric]);
          expect(plus(added('movedIn'), -1, added('movedOut'))).toEqual(
            plus(whole.movedIn, -1, whole.movedOut),
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('ends in the same history whatever the order in which the facts were recorded', () => {
    fc.assert(
      fc.property(
        anyLife.chain((facts) =>
          fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
        ),
        ([facts, shuffled]) => {
          expect(replay(shuffled).history).toEqual(replay(facts).history);
        },
      ),
    );
  });

  it('puts a fact in the place of the one of the same version, wherever that stood', () => {
    fc.assert(
      fc.property(anyLife, fc.nat(), anyFact, ([first, ...rest], at, right) => {
        const facts = [first!, ...rest];
        const version = 2 + (at % Math.max(1, rest.length));
        const corrected = { ...right, version } as Fact;
        const wrongFirst = [...facts, corrected];
        const rightFromTheStart = facts.map((fact) => (fact.version === version ? corrected : fact));
        if (rest.length === 0) return;
        expect(replay(wrongFirst).history).toEqual(replay(rightFromTheStart).history);
      }),
    );
  });
});
