import fc from 'fast-check';
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
  OTHER_VILLAGE,
  policyEnded,
  policyRetained,
  registered,
  removed,
  returned,
  reversed,
  split,
  splitOff,
  surveyed,
  VILLAGE,
} from '../../test/events.js';
import type { EventInit } from '../../test/events.js';
import type { HouseholdRecord } from '../event.js';
import { refold, takeHistory } from '../household/household.fold.js';
import { applyToFacts, isCounted } from './facts.js';
import type { Fact, History } from './history.js';
import { historyOf, stateOn } from './history.js';

type Dated = readonly [on: string, event: EventInit | ((id: string) => EventInit), village?: string];

function recordsOf(...events: readonly Dated[]): HouseholdRecord[] {
  const write = new EventWriter();
  const id = write.household();
  return events.map(([on, event, village]) =>
    write.record(
      id,
      { on, ...(village === undefined ? {} : { village }) },
      typeof event === 'function' ? event(id) : event,
    ),
  );
}
const historyOfRecords = (records: readonly HouseholdRecord[]): History =>
  historyOf(records.filter(isCounted).reduce<readonly Fact[]>(applyToFacts, []));
const lived = (...events: readonly Dated[]) => historyOfRecords(recordsOf(...events));
const flowsOf = (history: History) =>
  history.flows.map(({ on, flow, households, persons }) => [on, flow, households, persons]);
const householdOf = (records: readonly HouseholdRecord[]) => {
  const household = refold(records as [HouseholdRecord]);
  takeHistory(household, historyOfRecords(records));
  return household;
};

describe('how a household is counted', () => {
  it('counts persons from the members, whatever an exit or a return states', () => {
    const history = lived(
      ['2014-05-01', registered(4)],
      ['2015-02-01', memberAdded()],
      ['2015-03-01', memberLeft()],
      ['2015-04-01', memberLeft()],
      ['2016-12-20', exited(9)],
      ['2018-03-02', returned(9)],
    );
    expect(flowsOf(history)).toEqual([
      ['2014-05-01', 'identified', 1, 4],
      ['2015-02-01', 'membersAdded', 0, 1],
      ['2015-03-01', 'membersLeft', 0, 1],
      ['2015-04-01', 'membersLeft', 0, 1],
      ['2016-12-20', 'exits', 1, 3],
      ['2018-03-02', 'returns', 1, 3],
    ]);
    expect(stateOn(history, '2015-02-28')?.persons).toBe(5);
  });

  it('counts a birth recorded after the registration but dated before it from the registration on', () => {
    const history = lived(['2014-05-01', registered(4)], ['2014-04-20', memberAdded()]);
    expect(flowsOf(history)).toEqual([
      ['2014-05-01', 'identified', 1, 4],
      ['2014-05-01', 'membersAdded', 0, 1],
    ]);
  });

  it('moves a household with all its persons, out of one village and into the other', () => {
    const history = lived(['2014-05-01', registered(4)], ['2015-06-01', moved(VILLAGE, OTHER_VILLAGE)]);
    expect(stateOn(history, '2015-05-31')?.village).toBe(VILLAGE);
    expect(stateOn(history, '2015-06-01')?.village).toBe(OTHER_VILLAGE);
    expect(history.flows.slice(1)).toMatchObject([
      { flow: 'movedOut', village: VILLAGE, persons: 4, inside: 6 },
      { flow: 'movedIn', village: OTHER_VILLAGE, persons: 4, inside: 6 },
    ]);
    expect(
      flowsOf(lived(['2014-05-01', registered(4)], ['2015-06-01', moved(VILLAGE, VILLAGE)])),
    ).toHaveLength(1);
  });

  it('lets a split take persons from the old household and put the new one where the old one stood', () => {
    expect(flowsOf(lived(['2014-05-01', registered(4)], ['2015-06-01', split('x', 3)]))[1]).toEqual([
      '2015-06-01',
      'splitOff',
      0,
      -3,
    ]);
    for (const [standing, status] of [
      [{}, 'stillPoor'],
      [{ returnedOn: '2016-03-01' }, 'returnedPoor'],
      [{ exitedOn: '2016-12-20' }, 'exited'],
    ] as const) {
      const history = lived(['2017-06-01', splitOff('x', 3, standing)]);
      expect(history.segments).toMatchObject([{ status, persons: 3 }]);
      expect(flowsOf(history)).toEqual([['2017-06-01', 'splitOff', 1, 3]]);
    }
  });

  it('lets a merge close one household and take its persons into the other', () => {
    const gone = lived(['2014-05-01', registered(4)], ['2015-06-01', mergedAway('x')]);
    expect(flowsOf(gone)[1]).toEqual(['2015-06-01', 'mergedAway', 1, 4]);
    expect(stateOn(gone, '2015-06-01')).toMatchObject({ status: 'outside', left: 'mergedAway' });
    const other = lived(['2014-05-01', registered(2)], ['2015-06-01', merged('x', 4)]);
    expect(flowsOf(other)[1]).toEqual(['2015-06-01', 'mergedAway', 0, -4]);
    expect(stateOn(other, '2015-06-01')?.persons).toBe(6);
  });

  it('REG-04 REG-05 puts the end of a household on the day of the departure that a correction has put right', () => {
    const records = recordsOf(
      ['2014-05-01', registered(2)],
      ['2016-11-20', memberLeft()],
      ['2016-12-20', memberLeft()],
      ['2016-12-20', extinguished],
      ['2018-02-01', (id) => corrected(`${id}:3`, '2017-01-05', memberLeft())],
      ['2018-02-01', (id) => corrected(`${id}:4`, '2017-01-05', extinguished)],
    );
    const history = historyOfRecords(records);
    expect(stateOn(history, '2017-01-04')).toMatchObject({ status: 'stillPoor', persons: 1 });
    expect(stateOn(history, '2017-01-05')).toMatchObject({
      status: 'outside',
      persons: 0,
      left: 'extinguished',
    });
    expect(flowsOf(history).slice(-2)).toEqual([
      ['2017-01-05', 'membersLeft', 0, 1],
      ['2017-01-05', 'extinguished', 1, 0],
    ]);
    expect(householdOf(records)).toMatchObject({ status: 'extinguished', statusSince: '2017-01-05' });
  });

  it('REG-05 counts a removal as neither exit nor natural decrease, and a later registration as a new entry', () => {
    const history = lived(
      ['2014-05-01', registered(4)],
      ['2015-06-01', removed(4)],
      ['2017-06-01', registered(3, '02', 3)],
    );
    expect(flowsOf(history)).toEqual([
      ['2014-05-01', 'identified', 1, 4],
      ['2015-06-01', 'removed', 1, 4],
      ['2017-06-01', 'missed', 1, 3],
    ]);
    expect(stateOn(history, '2016-01-01')?.status).toBe('outside');
  });

  it('closes a household whose last member left with that day, as neither exit nor removal', () => {
    const history = lived(
      ['2014-05-01', registered(1)],
      ['2015-06-01', memberLeft()],
      ['2015-06-01', extinguished],
    );
    expect(flowsOf(history).slice(1)).toEqual([
      ['2015-06-01', 'membersLeft', 0, 1],
      ['2015-06-01', 'extinguished', 1, 0],
    ]);
  });

  it('lets a reversal void the exit: poor throughout, never a return, counted on its own day', () => {
    const history = lived(
      ['2014-05-01', registered(4)],
      ['2016-12-20', exited(4)],
      ['2017-03-01', policyEnded],
      ['2017-08-01', (id) => reversed(`${id}:2`)],
    );
    expect(flowsOf(history)).toEqual([
      ['2014-05-01', 'identified', 1, 4],
      ['2017-08-01', 'exitReversals', 1, 4],
    ]);
    for (const day of ['2016-12-20', '2017-03-01', '2017-08-01', '2020-01-01'])
      expect(stateOn(history, day)).toMatchObject({ status: 'stillPoor', policyEnded: false });
  });

  it('lets a reversal void the exit that a household brought from the one it was split off', () => {
    const records = recordsOf(
      ['2017-06-01', splitOff('x', 3, { exitedOn: '2016-12-20' })],
      ['2018-06-01', (id) => reversed(`${id}:1`)],
    );
    expect(stateOn(historyOfRecords(records), '2017-06-01')?.status).toBe('stillPoor');
    expect(householdOf(records)).toMatchObject({
      status: 'stillPoor',
      exitedOn: null,
      registeredOn: '2014-05-10',
    });
  });

  it('REG-13 keeps exited households with and without policies apart until the next change', () => {
    const history = lived(
      ['2014-05-01', registered(4)],
      ['2016-12-20', exited(4)],
      ['2021-01-01', policyEnded],
      ['2022-01-01', policyRetained('2023-12-31')],
    );
    const ended = (day: string) => stateOn(history, day)?.policyEnded;
    expect([ended('2020-12-31'), ended('2021-01-01'), ended('2021-12-31'), ended('2022-01-01')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

/** A lawful life, one event a year or so, and one of its events as somebody first typed it. */
const LIFE: readonly Dated[] = [
  ['2014-05-01', registered(4, '01', 1)],
  ['2014-09-01', causesRecorded('05')],
  ['2015-02-01', memberAdded()],
  ['2015-06-01', moved(VILLAGE, OTHER_VILLAGE)],
  ['2016-11-01', surveyed(2016, 410_000n)],
  ['2016-12-20', exited(5)],
  ['2018-03-02', returned(5, '02')],
  ['2018-07-01', memberLeft()],
];
const MISTAKES: readonly Dated[] = [
  ['2014-03-01', registered(2, '03', 2)],
  ['2014-08-01', causesRecorded('09')],
  ['2015-01-15', memberAdded(2)],
  ['2015-04-01', moved(VILLAGE, '422823100202')],
  ['2016-10-01', surveyed(2016, 10_000n)],
  ['2016-12-02', exited(1)],
  ['2018-01-31', returned(1, '04')],
  ['2018-06-01', memberLeft(2)],
];

describe('corrections', () => {
  const write = () => recordsOf(...LIFE);
  /** The life with a mistake in event `at`, corrected `times` times, the last time rightly. */
  const mistaken = (at: number, times: number) => {
    const right = LIFE[at]!;
    const wrong = MISTAKES[at]!;
    const corrections = Array.from({ length: times }, (_, i): Dated => {
      const [on, event] = i === times - 1 ? right : (['2014-06-15', wrong[1]] as const);
      return ['2019-01-01', (id) => corrected(`${id}:${at + 1}`, on, event as EventInit), OTHER_VILLAGE];
    });
    return recordsOf(...LIFE.map((event, i) => (i === at ? wrong : event)), ...corrections);
  };
  const anyMistake = fc.tuple(fc.nat(LIFE.length - 1), fc.integer({ min: 1, max: 3 }));

  it('leave the history of a stream that had been right from the start; of several the last one counts', () => {
    fc.assert(
      fc.property(anyMistake, ([at, times]) => {
        expect(historyOfRecords(mistaken(at, times))).toEqual(historyOfRecords(write()));
      }),
    );
  });

  it('leave the household as if it had been right from the start', () => {
    const told = (records: readonly HouseholdRecord[]) => {
      const { id: _, version: __, position: ___, lastEventOn: ____, ...rest } = householdOf(records);
      return rest;
    };
    fc.assert(
      fc.property(anyMistake, ([at, times]) => {
        expect(told(mistaken(at, times))).toEqual(told(write()));
      }),
    );
  });

  it('change nothing before they are known', () => {
    const records = mistaken(5, 1);
    const before = historyOfRecords(records.slice(0, -1));
    expect(stateOn(before, '2016-12-10')?.status).toBe('exited');
    expect(stateOn(historyOfRecords(records), '2016-12-10')?.status).toBe('stillPoor');
  });

  it('of what is not counted change no history', () => {
    expect(isCounted(mistaken(4, 1).at(-1)!)).toBe(false);
    expect(householdOf(mistaken(4, 1)).income?.perCapitaFen).toBe('410000');
  });

  it('that annul leave the history and the household of a stream without the events they strike out', () => {
    const told = (records: readonly HouseholdRecord[]) => {
      const { version: _, position: __, lastEventOn: ___, ...rest } = householdOf(records);
      return rest;
    };
    const strikable = LIFE.flatMap((_, i) => (i === 0 ? [] : [i + 1]));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...strikable), fc.boolean())), (steps) => {
        const gone = new Set<number>();
        const corrections = steps.map(([version, back]): Dated => {
          if (back) gone.delete(version);
          else gone.add(version);
          const [on, event] = LIFE[version - 1]!;
          return [
            '2019-01-01',
            (id) =>
              back ? corrected(`${id}:${version}`, on, event as EventInit) : annulled(`${id}:${version}`),
          ];
        });
        const records = recordsOf(...LIFE, ...corrections);
        const without = records.filter(({ version }) => version <= LIFE.length && !gone.has(version));
        expect(historyOfRecords(records)).toEqual(historyOfRecords(without));
        expect(told(records)).toEqual(told(without));
      }),
    );
  });

  it('annul an event as if it had never been recorded, until it is corrected again', () => {
    const struck = (id: string): EventInit => annulled(`${id}:2`);
    const twice: readonly Dated[] = [
      ['2014-05-01', registered(4)],
      ['2016-12-20', exited(4)],
    ];
    const without = recordsOf(...twice, ['2017-01-01', struck]);
    expect(historyOfRecords(without)).toEqual(historyOfRecords(recordsOf(twice[0]!)));
    expect(householdOf(without)).toMatchObject({ status: 'stillPoor', policiesRetainedUntil: null });
    const again = recordsOf(
      ...twice,
      ['2017-01-01', struck],
      ['2017-02-01', (id) => corrected(`${id}:2`, '2016-12-21', exited(4))],
    );
    expect(flowsOf(historyOfRecords(again))[1]).toEqual(['2016-12-21', 'exits', 1, 4]);
    expect(householdOf(again).status).toBe('exited');
  });
});
