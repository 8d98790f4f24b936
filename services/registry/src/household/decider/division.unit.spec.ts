import { create } from '@bufbuild/protobuf';
import { HouseholdMovedSchema, LeaveReason, PovertyStandard, RegisterStatus } from '@fupin/contracts';
import { fold, type NewEvent } from '@fupin/event-sourcing/decider';
import { given, recorded } from '@fupin/event-sourcing/testing';
import * as change from '../../../test/change-story.js';
import * as story from '../../../test/household-story.js';
import type { Event } from './basis.js';
import { householdDecider } from './decider.js';
import { mergeHouseholds } from './merge.js';
import { splitHousehold } from './split.js';
import { NO_HOUSEHOLD, type HouseholdState } from './state.js';

const poor = story.live(...story.identification('2016-01'));
const exited = story.live(
  ...story.identification('2016-01'),
  ...story.ready('2016-02'),
  ...story.exit('2016-02'),
);
const other = fold(householdDecider, recorded(change.others(...story.identification('2016-01'))));
const after = (state: HouseholdState, events: readonly NewEvent<Event>[] = []) =>
  fold(householdDecider, recorded(events), state);
const then = (decision: ReturnType<typeof splitHousehold>) => {
  if (!decision.accepted) throw new Error(decision.reasons.map(({ code }) => code).join());
  return decision.events;
};
const codesOf = (decision: ReturnType<typeof splitHousehold>) =>
  decision.accepted ? [] : decision.reasons.map(({ code }) => code);

describe('省内迁移', () => {
  it('REG-04 the household lives in another village from that day on, and keeps number and standing', () => {
    given(householdDecider, ...poor.events)
      .when(change.moves('2016-03-01'))
      .then({
        event: {
          case: 'householdMoved',
          value: create(HouseholdMovedSchema, { fromRegion: change.VILLAGE, toRegion: change.NEIGHBOUR }),
        },
        occurredOn: '2016-03-01',
      })
      .thenState((state) => {
        expect(state).toMatchObject({ status: 'stillPoor', householdNo: '422823101201-00001' });
      });
    given(householdDecider, ...exited.events)
      .when(change.moves('2016-03-01'))
      .thenState(({ status }) => expect(status).toBe('exited'));
  });

  it.each([
    ['to another province', change.moves('2016-03-01', change.HUNAN), { code: 'other-province' }],
    ['to where it lives', change.moves('2016-03-01', change.VILLAGE), { code: 'same-village' }],
    ['before its last step', change.moves('2016-01-21'), { code: 'before-last-status', ruleId: 'REG-20' }],
  ])('refuses a move %s', (_name, command, reason) => {
    given(householdDecider, ...poor.events)
      .when(command)
      .thenRefused(reason);
  });

  it('REG-20 refuses a move while a procedure is open, or before the register knows the household', () => {
    given(householdDecider, ...poor.events)
      .when(story.review('2016-02-02', 'exit'))
      .when(change.moves('2016-03-01'))
      .thenRefused({ code: 'procedure-open', ruleId: 'REG-20' });
    given(householdDecider, ...story.live(story.apply('2016-01-01')).events)
      .when(change.moves('2016-03-01'))
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-20' });
  });
});

describe('分户', () => {
  const going = { child: '01' };

  it('REG-20 the new household stands in the register as the one it came from', () => {
    const [split, splitOff] = then(
      splitHousehold(change.splits('2016-03-01', going), poor.state, NO_HOUSEHOLD),
    );
    expect(after(poor.state, split)).toMatchObject({
      status: 'stillPoor',
      file: { departures: [{ personId: 'child', on: '2016-03-01', reason: undefined }] },
    });
    expect(after(NO_HOUSEHOLD, splitOff)).toMatchObject({
      status: 'stillPoor',
      householdNo: '422823101201-00002',
      registeredOn: '2016-01-22',
      file: { openedOn: '2016-03-01', members: [story.member('child', '01')] },
    });
    const [, gone] = then(splitHousehold(change.splits('2016-03-01', going), exited.state, NO_HOUSEHOLD));
    expect(gone?.[0]?.event.value).toMatchObject({
      standing: {
        status: RegisterStatus.EXITED,
        exitedOn: '2016-02-13',
        policiesRetainedUntil: '2020-12-31',
      },
    });
    expect(after(NO_HOUSEHOLD, gone)).toMatchObject({ status: 'exited', exitedOn: '2016-02-13' });
  });

  it('REG-20 takes 拟退出 and the standard along', () => {
    const marked = { type: 'planExit', ...story.on('2016-02-15'), year: 2016 } as const;
    const named = story
      .identification('2016-01')
      .map((one) =>
        one.type === 'fileApplication' ? { ...one, standard: PovertyStandard.PROVINCIAL } : one,
      );
    const state = story.live(...named, marked).state;
    const [, splitOff] = then(splitHousehold(change.splits('2016-03-01', going), state, NO_HOUSEHOLD));
    expect(after(NO_HOUSEHOLD, splitOff)).toMatchObject({
      plannedExitYear: 2016,
      file: { standard: PovertyStandard.PROVINCIAL },
    });
    const [, unmarked] = then(splitHousehold(change.splits('2016-03-01', going), poor.state, NO_HOUSEHOLD));
    expect(after(NO_HOUSEHOLD, unmarked)).toHaveProperty('plannedExitYear', undefined);
  });

  it('gives those who stay a new head when theirs goes', () => {
    const command = change.splits('2016-03-01', { head: '01', child: '04' }, { spouse: '01' });
    const [split, splitOff] = then(splitHousehold(command, poor.state, NO_HOUSEHOLD));
    expect(after(poor.state, split)).toHaveProperty('file.members', [story.member('spouse', '01')]);
    expect(after(NO_HOUSEHOLD, splitOff)).toHaveProperty('file.members.length', 2);
  });

  it.each([
    [
      'leaves the old household empty',
      change.splits('2016-03-01', { head: '01', spouse: '02', child: '04' }),
      ['household-empty'],
    ],
    ['leaves the new household empty', change.splits('2016-03-01', {}), ['household-empty']],
    ['takes a stranger', change.splits('2016-03-01', { child: '01', stranger: '04' }), ['not-a-member']],
    ['has no head', change.splits('2016-03-01', { child: '04' }), ['one-head-needed']],
    ['has two heads', change.splits('2016-03-01', { child: '01', spouse: '01' }), ['one-head-needed']],
    [
      'leaves no head behind',
      change.splits('2016-03-01', { head: '01' }),
      ['relations-incomplete', 'one-head-needed'],
    ],
    [
      'changes relations without need',
      change.splits('2016-03-01', going, { head: '01', spouse: '02' }),
      ['relations-not-needed'],
    ],
    ['is older than the last step', change.splits('2016-01-21', going), ['before-last-status']],
  ])('refuses a split that %s', (_name, command, codes) => {
    expect(codesOf(splitHousehold(command, poor.state, NO_HOUSEHOLD))).toEqual(codes);
  });

  it('refuses a split that names a member twice', () => {
    const command = change.splits('2016-03-01', going);
    const twice = { ...command, relations: [...command.relations, ...command.relations] };
    expect(codesOf(splitHousehold(twice, poor.state, NO_HOUSEHOLD))).toEqual(['member-twice']);
  });

  it('REG-20 refuses a split of who is not in the register, or has a procedure open', () => {
    const applicant = story.live(story.apply('2016-01-01')).state;
    expect(codesOf(splitHousehold(change.splits('2016-03-01', going), applicant, NO_HOUSEHOLD))).toEqual([
      'wrong-status',
    ]);
    const busy = after(
      poor.state,
      story.live(...story.identification('2016-01'), story.review('2016-02-02', 'exit')).events.slice(-1),
    );
    expect(codesOf(splitHousehold(change.splits('2016-03-01', going), busy, NO_HOUSEHOLD))).toEqual([
      'procedure-open',
    ]);
  });
});

describe('并户', () => {
  const coming = { 'other-head': '08', 'other-spouse': '09', 'other-child': '07' };

  it('REG-20 all members come in, and the other household ends', () => {
    const [merged, away] = then(mergeHouseholds(change.merges('2016-03-01', coming), poor.state, other));
    const survivor = after(poor.state, merged);
    expect(survivor).toMatchObject({
      status: 'stillPoor',
      file: { joinedOn: { 'other-head': '2016-03-01' } },
    });
    expect(survivor).toHaveProperty('file.members.length', 6);
    expect(after(other, away)).toMatchObject({
      status: 'mergedAway',
      mergedOn: '2016-03-01',
      intoHouseholdId: 'here',
      file: { members: [] },
    });
    // Nobody of them left before they came.
    given(householdDecider, ...poor.events, ...(merged ?? []))
      .when(change.leaves('2016-02-28', 'other-child', LeaveReason.OTHER))
      .thenRefused({ code: 'before-joining' });
  });

  it.each([
    ['poor', 'exited', poor.state, after(other, exited.events.slice(poor.events.length))],
    ['exited', 'poor', exited.state, other],
  ])('REG-20 refuses a merge of a %s and an %s household', (_one, _other, surviving, absorbed) => {
    expect(new Set([surviving.status, absorbed.status])).toEqual(new Set(['stillPoor', 'exited']));
    expect(mergeHouseholds(change.merges('2016-03-01', coming), surviving, absorbed)).toMatchObject({
      accepted: false,
      reasons: [{ code: 'standing-differs', ruleId: 'REG-20' }],
    });
  });

  it('takes two exited households', () => {
    const absorbed = after(other, exited.events.slice(poor.events.length));
    expect(mergeHouseholds(change.merges('2016-03-01', coming), exited.state, absorbed).accepted).toBe(true);
  });

  it.each([
    ['brings a second head', { ...coming, 'other-head': '01' }, change.VILLAGE, ['one-head-needed']],
    ['leaves somebody out', { 'other-head': '08' }, change.VILLAGE, ['relations-incomplete']],
    ['brings a stranger', { ...coming, stranger: '99' }, change.VILLAGE, ['relations-incomplete']],
    ['crosses the border of the province', coming, change.HUNAN, ['other-province']],
  ])('refuses a merge that %s', (_name, named, village, codes) => {
    expect(codesOf(mergeHouseholds(change.merges('2016-03-01', named, village), poor.state, other))).toEqual(
      codes,
    );
  });

  it('REG-20 refuses a merge with an open procedure on either side, before the last step, or of nobody', () => {
    const review = story
      .live(...story.identification('2016-01'), story.review('2016-02-02', 'exit'))
      .events.slice(-1);
    const command = change.merges('2016-03-01', coming);
    expect(codesOf(mergeHouseholds(command, after(poor.state, review), other))).toEqual(['procedure-open']);
    expect(codesOf(mergeHouseholds(command, poor.state, after(other, review)))).toEqual(['procedure-open']);
    expect(codesOf(mergeHouseholds(change.merges('2016-01-21', coming), poor.state, other))).toEqual([
      'before-last-status',
    ]);
    expect(codesOf(mergeHouseholds(command, poor.state, NO_HOUSEHOLD))).toEqual(['wrong-status']);
    expect(codesOf(mergeHouseholds(command, NO_HOUSEHOLD, other))).toEqual(['wrong-status']);
    expect(codesOf(mergeHouseholds(command, poor.state, poor.state))).toContain('member-twice');
  });

  it('takes nobody out of a household that has gone into another one', () => {
    const [, away] = then(mergeHouseholds(change.merges('2016-03-01', coming), poor.state, other));
    expect(
      householdDecider.decide(change.leaves('2016-04-01', 'other-child'), after(other, away)),
    ).toMatchObject({
      reasons: [{ code: 'wrong-status' }],
    });
  });
});
