import fc from 'fast-check';
import { diffHistories } from './diff.js';
import type { Delta } from './diff.js';
import { EMPTY_HISTORY, historyOf, stateOn, withFact } from './history.js';
import type { Fact, History } from './history.js';
import { slotOf } from './metrics.js';
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
const anyFact = fc.oneof(
  fc.record({
    kind: fc.constant('entered' as const),
    on: day,
    persons,
    cause,
    village: fc.constantFrom(VILLAGE, '422823101204'),
    flow: fc.constantFrom('identified' as const, 'newlyPoor' as const),
  }),
  fc.record({ kind: fc.constant('cause' as const), on: day, cause }),
  fc.record({ kind: fc.constant('exited' as const), on: day, persons }),
  fc.record({ kind: fc.constant('returned' as const), on: day, persons, cause }),
);
/** Facts of one household in the order in which they were recorded; their business dates are in any order. */
const anyFacts = fc
  .array(anyFact, { maxLength: 8 })
  .map((facts) => facts.map((fact, i): Fact => ({ ...fact, version: i + 1 })));

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
      { kind: 'exited', on: '2016-12-20', version: 2, persons: 4 },
      { kind: 'returned', on: '2018-03-02', version: 3, persons: 5, cause: '02' },
    ]);
    expect(sumUpTo(deltas, '2017-01-01', 'stillPoor')).toEqual({ households: 0, persons: 0 });
    expect(sumUpTo(deltas, '2017-01-01', 'exited')).toEqual({ households: 1, persons: 4 });
    expect(sumUpTo(deltas, '2018-03-02', 'exited')).toEqual({ households: 0, persons: 0 });
    expect(sumUpTo(deltas, '2018-03-02', 'returnedPoor', '02')).toEqual({ households: 1, persons: 5 });
    expect(sumUpTo(deltas, '2020-12-31', 'exits')).toEqual({ households: 1, persons: 4 });
    expect(sumUpTo(deltas, '2020-12-31', 'returns')).toEqual({ households: 1, persons: 5 });
  });

  it('lets a cause recorded late with an earlier date correct every later day until the next one', () => {
    const { deltas } = replay([
      entered('2014-05-01', 1),
      { kind: 'returned', on: '2018-03-02', version: 2, persons: 3, cause: '05' },
      { kind: 'cause', on: '2015-01-01', version: 3, cause: '02' },
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
    expect(replay([{ kind: 'exited', on: '2016-12-20', version: 2, persons: 4 }]).deltas).toEqual([]);
  });

  it('adds up, over any facts in any order, to exactly the final history on every day', () => {
    fc.assert(
      fc.property(anyFacts, day, (facts, on) => {
        const { deltas, history } = replay(facts);
        const now = stateOn(history, on);
        for (const metric of ['stillPoor', 'exited', 'returnedPoor'] as const) {
          const here =
            now?.status === metric ? { households: 1, persons: now.persons } : { households: 0, persons: 0 };
          expect(sumUpTo(deltas, on, metric)).toEqual(here);
          if (now?.status === metric) expect(sumUpTo(deltas, on, metric, now.cause)).toEqual(here);
        }
        const exits = history.flows.filter((f) => f.flow === 'exits' && f.on <= on);
        expect(sumUpTo(deltas, on, 'exits').households).toBe(exits.length);
      }),
      { numRuns: 500 },
    );
  });

  it('ends in the same history whatever the order in which the facts were recorded', () => {
    fc.assert(
      fc.property(
        anyFacts.chain((facts) =>
          fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
        ),
        ([facts, shuffled]) => {
          expect(replay(shuffled).history).toEqual(replay(facts).history);
        },
      ),
    );
  });
});
