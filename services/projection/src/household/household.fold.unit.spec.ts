import {
  EventWriter,
  causesRecorded,
  exited,
  extinguished,
  findingClosed,
  findingRaised,
  mergedAway,
  policyEnded,
  policyRetained,
  registered,
  removed,
  returned,
  splitOff,
  surveyed,
} from '../../test/events.js';
import type { When } from '../../test/events.js';
import { applyToFacts, isCounted } from '../roll-up/facts.js';
import { historyOf } from '../roll-up/history.js';
import type { Fact } from '../roll-up/history.js';
import { applyToHousehold, takeHistory } from './household.fold.js';
import { newHousehold } from './household.js';

type Event = Parameters<EventWriter['record']>[2];

/** The household after these events, folded as a batch is. */
function after(...events: readonly [When, Event][]) {
  const write = new EventWriter();
  const id = write.household();
  const records = events.map(([when, event]) => write.record(id, when, event));
  const household = newHousehold(id, records[0]!.region, records[0]!.occurredOn);
  let facts: readonly Fact[] = [];
  for (const record of records) {
    applyToHousehold(household, record);
    if (isCounted(record)) facts = applyToFacts(facts, record);
  }
  takeHistory(household, historyOf(facts));
  return household;
}
const on = (date: string): When => ({ on: date });
const step = (name: 'democraticReviewHeld' | 'publicNoticePosted', procedure: number): Event => ({
  case: name,
  value: { procedure },
});
const application: Event = { case: 'applicationFiled', value: { entryKind: 2, members: [{}, {}] } };
const turnedDown = (procedure: number): Event => ({
  case: 'procedureTurnedDown',
  value: { procedure, reason: 1 },
});

describe('the current state of a household', () => {
  it('follows an identification step by step until it is registered', () => {
    expect(
      after([on('2015-03-01'), application], [on('2015-03-10'), step('democraticReviewHeld', 1)]),
    ).toMatchObject({
      status: 'applicant',
      persons: 2,
      procedure: 'identification',
      step: 'democraticReviewHeld',
      stepOn: '2015-03-10',
    });
    expect(after([on('2015-03-01'), application], [on('2015-05-01'), registered(2, '01', 2)])).toMatchObject({
      status: 'stillPoor',
      statusSince: '2015-05-01',
      entryKind: 'newlyPoor',
      procedure: null,
      step: null,
    });
  });

  it('shows an applicant who was turned down, and a new application after that', () => {
    const refused: [When, Event][] = [
      [on('2015-03-01'), application],
      [on('2015-03-10'), turnedDown(1)],
    ];
    expect(after(...refused)).toMatchObject({
      status: 'turnedDown',
      statusSince: '2015-03-10',
      procedure: null,
    });
    expect(after(...refused, [on('2016-01-05'), application])).toMatchObject({
      status: 'applicant',
      statusSince: '2016-01-05',
    });
  });

  it('leaves the status alone when an exit is turned down', () => {
    expect(
      after(
        [on('2014-05-01'), registered(3)],
        [on('2016-11-01'), step('publicNoticePosted', 2)],
        [on('2016-11-09'), turnedDown(2)],
      ),
    ).toMatchObject({ status: 'stillPoor', statusSince: '2014-05-01', procedure: null });
  });

  it('keeps the dates of exit and return, and drops what ended with the return', () => {
    expect(
      after(
        [on('2014-05-01'), registered(3)],
        [on('2016-12-20'), exited(3)],
        [on('2018-03-02'), returned(2, '02')],
      ),
    ).toMatchObject({
      status: 'returnedPoor',
      statusSince: '2018-03-02',
      persons: 3,
      mainCause: '02',
      registeredOn: '2014-05-01',
      exitedOn: '2016-12-20',
      returnedOn: '2018-03-02',
      policiesRetainedUntil: null,
    });
  });

  it('does not let a change of the cause count as a change of the status', () => {
    expect(
      after([on('2014-05-01'), registered(3)], [on('2015-07-01'), causesRecorded('02', '03')]),
    ).toMatchObject({
      statusSince: '2014-05-01',
      mainCause: '02',
      otherCauses: ['03'],
    });
  });

  it('REG-03 REG-35 does not let a late kind or cause of an older day count today', () => {
    const kind = (householdKind: number): Event => ({
      case: 'householdKindChanged',
      value: { householdKind },
    });
    expect(
      after(
        [on('2014-05-01'), registered(3)],
        [on('2014-07-01'), kind(2)],
        [on('2014-06-01'), kind(3)],
        [on('2014-07-01'), causesRecorded('02', '03')],
        [on('2014-06-01'), causesRecorded('04', '05')],
      ),
    ).toMatchObject({ householdKind: 'dibao', mainCause: '02', otherCauses: ['03'] });
    expect(
      after(
        [on('2014-05-01'), registered(3)],
        [on('2014-07-01'), kind(2)],
        [on('2014-07-01'), kind(3)],
        [on('2014-07-01'), causesRecorded('02')],
        [on('2014-07-01'), causesRecorded('04', '05')],
      ),
    ).toMatchObject({ householdKind: 'tekun', mainCause: '04', otherCauses: ['05'] });
  });

  it('REG-03 takes late causes of the days between application and registration, the newest of them', () => {
    expect(
      after(
        [on('2014-04-01'), { case: 'applicationFiled', value: { entryKind: 1, members: [{}, {}, {}] } }],
        [on('2014-05-01'), registered(3)],
        [on('2014-04-20'), causesRecorded('02', '03')],
        [on('2014-04-10'), causesRecorded('04')],
      ),
    ).toMatchObject({ mainCause: '02', otherCauses: ['03'] });
    // What the registration knew already was newer.
    expect(
      after(
        [on('2014-04-01'), { case: 'applicationFiled', value: { entryKind: 1, members: [{}, {}, {}] } }],
        [on('2014-04-25'), causesRecorded('01')],
        [on('2014-05-01'), registered(3)],
        [on('2014-04-20'), causesRecorded('02', '03')],
      ),
    ).toMatchObject({ mainCause: '01', otherCauses: [] });
  });

  it('shows the survey of the latest year, also when an older one is recorded afterwards', () => {
    expect(
      after(
        [on('2014-05-01'), registered(3)],
        [on('2016-11-01'), surveyed(2016, 410_000n)],
        [on('2016-12-01'), surveyed(2015, 280_000n)],
      ).income,
    ).toEqual({ year: 2016, netFen: '1230000', perCapitaFen: '410000', on: '2016-11-01' });
  });

  it('shows of each guarantee what was found last by date', () => {
    const assessed = (guarantee: number, holds: boolean): Event => ({
      case: 'guaranteesAssessed',
      value: { findings: [{ guarantee, holds }] },
    });
    expect(
      after(
        [on('2014-05-01'), registered(3)],
        [on('2016-11-01'), assessed(5, true)],
        [on('2016-06-01'), assessed(5, false)],
        [on('2016-06-01'), assessed(6, false)],
      ).guarantees,
    ).toEqual({
      safeHousing: { holds: true, on: '2016-11-01' },
      safeWater: { holds: false, on: '2016-06-01' },
    });
  });

  it('counts steps that were recorded long after their date', () => {
    expect(
      after([{ on: '2014-05-01', backdated: true }, registered(3)], [on('2014-11-01'), surveyed(2014, 1n)])
        .backdated,
    ).toBe(1);
  });

  it('keeps who it was split off, into whom it was merged, and lets it leave the register', () => {
    expect(after([on('2017-06-01'), splitOff('a', 3, { exitedOn: '2016-12-20' })])).toMatchObject({
      status: 'exited',
      splitFrom: 'a',
      registeredOn: '2014-05-10',
      exitedOn: '2016-12-20',
      persons: 3,
    });
    expect(after([on('2014-05-01'), registered(3)], [on('2015-05-01'), mergedAway('b')])).toMatchObject({
      status: 'mergedAway',
      statusSince: '2015-05-01',
      mergedInto: 'b',
      persons: 0,
    });
    expect(after([on('2014-05-01'), registered(3)], [on('2015-05-01'), extinguished])).toMatchObject({
      status: 'extinguished',
      persons: 0,
    });
  });

  it('REG-05 shows a removed household that applies again as an applicant, and as poor once it is registered', () => {
    const gone: [When, Event][] = [
      [on('2014-05-01'), registered(3)],
      [on('2015-05-01'), removed(3)],
    ];
    expect(after(...gone)).toMatchObject({ status: 'removed', statusSince: '2015-05-01', procedure: null });
    expect(after(...gone, [on('2016-05-01'), application])).toMatchObject({
      status: 'applicant',
      persons: 2,
    });
    expect(after(...gone, [on('2016-05-01'), application], [on('2016-07-01'), registered(2)])).toMatchObject({
      status: 'stillPoor',
      registeredOn: '2016-07-01',
    });
  });

  it('REG-13 keeps until when policies are retained and since when they ended', () => {
    const out: [When, Event][] = [
      [on('2014-05-01'), registered(3)],
      [on('2016-12-20'), exited(3)],
      [on('2021-01-01'), policyEnded],
    ];
    expect(after(...out)).toMatchObject({ policiesRetainedUntil: '2020-12-31', policyEndedOn: '2021-01-01' });
    expect(after(...out, [on('2021-06-01'), policyRetained('2022-12-31')])).toMatchObject({
      policiesRetainedUntil: '2022-12-31',
      policyEndedOn: null,
    });
  });

  it('counts the findings that are open', () => {
    const raised = findingRaised('x:2', 'x:3', 'income-not-above-line');
    expect(after([on('2014-05-01'), registered(3)], [on('2017-01-01'), raised]).openFindings).toBe(1);
    expect(
      after(
        [on('2014-05-01'), registered(3)],
        [on('2017-01-01'), raised],
        [on('2017-02-01'), findingClosed('x:2')],
      ).openFindings,
    ).toBe(0);
  });
});
