import { create } from '@bufbuild/protobuf';
import {
  CorrectionReason,
  HouseholdMergedAwaySchema,
  JoinReason,
  LeaveReason,
  MemberAddedSchema,
  PersonField,
  Sex,
  type EventCorrected,
} from '@fupin/contracts';
import { fold, type NewEvent } from '@fupin/event-sourcing/decider';
import { given, recorded } from '@fupin/event-sourcing/testing';
import fc from 'fast-check';
import * as change from '../../../test/change-story.js';
import * as story from '../../../test/household-story.js';
import { closingKey } from '../../year/closed-years.js';
import type { CorrectEvent, HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';
import type { Event, EventCase } from './event.js';
import { transferMember } from './joining.js';
import { memberOf } from './membership.js';
import type { HouseholdState } from './state.js';
import { correctTransfer } from './transfer-correction.js';

const { live } = story;

const correct = (eventId: string, rest: Partial<CorrectEvent> = {}, on = '2016-12-30'): CorrectEvent => ({
  type: 'correctEvent',
  ...story.on(on),
  eventId,
  reason: CorrectionReason.TYPING_ERROR,
  noteId: 'note-1',
  policyOn: () => story.POLICY,
  ...rest,
});
const annul = (eventId: string, rest: Partial<CorrectEvent> = {}) =>
  correct(eventId, { annulled: true, ...rest });
const idOf = (events: readonly NewEvent<Event>[], kind: EventCase, stream = 'stream') =>
  `${stream}:${events.findIndex((e) => e.event.case === kind) + 1}`;
const after = (events: readonly NewEvent<Event>[]) => given(householdDecider, ...events);
const registered = live(...story.identification('2016-01')).events;
const then = (...commands: HouseholdCommand[]) =>
  live(...story.identification('2016-01'), ...commands).events;
const isHere = (state: HouseholdState, personId: string) =>
  state.status !== 'none' && memberOf(state.file, personId) !== undefined;

describe('annulment (误录作废)', () => {
  it('REG-05 strikes out a fact that never was; both stay to be seen, and once is enough', () => {
    const events = then(story.survey('2016-03-01', 100_000n), story.survey('2016-03-01', 100_000n));
    const twice = `stream:${events.length}`;
    const struck = after(events).when(annul(twice));
    struck.thenState((state) =>
      expect(state).toMatchObject({
        file: {
          surveys: [{}],
          annulled: [{ id: twice }],
          corrections: [{ correctedEventId: twice, annulled: true }],
        },
      }),
    );
    struck.when(annul(twice)).thenRefused({ code: 'nothing-corrected' });
  });

  it('REG-05 a later correction puts the event back, as it was or as it says', () => {
    const events = then(change.kind('2016-03-01'));
    const id = idOf(events, 'householdKindChanged');
    const struck = after(events).when(annul(id));
    struck.thenState((state) => expect(state).toMatchObject({ file: { householdKind: 1 } }));
    struck
      .when(correct(id))
      .thenState((state) => expect(state).toMatchObject({ file: { householdKind: 2, annulled: [] } }));
    struck
      .when(correct(id, { right: { case: 'householdKindChanged', householdKind: 3 } }))
      .thenState((state) => expect(state).toMatchObject({ file: { householdKind: 3, annulled: [] } }));
  });

  it('REG-20 is not for steps, results and moves', () => {
    const events = [...then(...story.ready('2016-02'), ...story.exit('2016-02'), change.moves('2016-03-01'))];
    for (const kind of ['householdRegistered', 'householdExited', 'householdMoved'] as const)
      after(events)
        .when(annul(idOf(events, kind)))
        .thenRefused({ code: 'not-annullable', ruleId: 'REG-20' });
    after(events)
      .when(annul(idOf(events, 'democraticReviewHeld')))
      .thenRefused({ code: 'not-correctable' });
  });

  it('REG-19 tests the last exit anew: without its survey it is a finding, and again lawful with it', () => {
    const events = then(...story.ready('2016-02'), ...story.exit('2016-02'));
    const survey = idOf(events, 'incomeSurveyed');
    const struck = after(events).when(annul(survey));
    struck.thenState((state) =>
      expect(state).toMatchObject({ status: 'exited', file: { openFindings: [{}] } }),
    );
    struck
      .when(correct(survey))
      .thenState((state) => expect(state).toMatchObject({ status: 'exited', file: { openFindings: [] } }));
  });

  it('REG-36 keeps closed years closed', () => {
    const events = then(story.survey('2016-03-01', 100_000n));
    const id = idOf(events, 'incomeSurveyed');
    const closed = {
      ...annul(id),
      ...story.on('2017-02-01', { today: '2017-02-01' }),
      closedYears: new Map([[closingKey('422823', 2016), '2017-01-10']]),
    };
    after(events).when(closed).thenRefused({ code: 'year-closed' });
    after(events)
      .when({ ...closed, mayChangeClosed: true })
      .thenState(() => undefined);
  });

  it('REG-04 a death of the wrong member: who was said to be dead is a member again', () => {
    const events = then(change.leaves('2016-06-01', 'child'));
    after(events)
      .when(annul(idOf(events, 'memberLeft')))
      .thenState((state) => {
        expect(isHere(state, 'child')).toBe(true);
        expect(state).toMatchObject({ file: { departures: [] } });
      });
  });

  it('REG-04 a household that a wrong death ended lives again, and ends again when the death was one', () => {
    const events = then(
      change.leaves('2016-06-01', 'child'),
      change.leaves('2016-06-02', 'spouse'),
      change.leaves('2016-06-03', 'head'),
    );
    const death = `stream:${events.findLastIndex((e) => e.event.case === 'memberLeft') + 1}`;
    const struck = after(events).when(annul(death));
    struck.thenState((state) => {
      expect(state.status).toBe('stillPoor');
      expect(isHere(state, 'head')).toBe(true);
      expect(state).toMatchObject({ file: { annulled: [{ id: death }, { id: `stream:${events.length}` }] } });
    });
    struck.when(correct(death, { rightOccurredOn: '2016-07-01' })).thenState((state) =>
      expect(state).toMatchObject({
        status: 'extinguished',
        extinguishedOn: '2016-07-01',
        file: { annulled: [] },
      }),
    );
    after(events)
      .when(correct(death, { rightOccurredOn: '2016-08-01' }))
      .thenState((state) => expect(state).toMatchObject({ extinguishedOn: '2016-08-01' }));
    after(events)
      .when(correct(`stream:${events.length}`, { rightOccurredOn: '2016-08-01' }))
      .thenRefused({ code: 'not-correctable' });
  });

  it('REG-04 a person who never joined goes, unless something was entered about them since', () => {
    const joined = then(change.joins('2016-06-01'));
    const id = idOf(joined, 'memberAdded');
    after(joined)
      .when(annul(id))
      .thenState((state) => expect(isHere(state, 'bride')).toBe(false));
    after([...then(change.joins('2016-06-01'), change.changes('2016-07-01', 'bride', { monthsWorked: 2 }))])
      .when(annul(id))
      .thenRefused({ code: 'person-has-later-entries', ruleId: 'REG-04' });
    after(then(change.joins('2016-06-01'), change.leaves('2016-07-01', 'bride')))
      .when(annul(id))
      .thenRefused({ code: 'person-has-later-entries' });
  });

  it('REG-04 a departure that a return followed is not struck out before the return', () => {
    const events = then(
      change.leaves('2016-06-01', 'child', LeaveReason.PRISON),
      change.comesBack('2016-08-01', 'child'),
    );
    after(events)
      .when(annul(idOf(events, 'memberLeft')))
      .thenRefused({ code: 'member-twice' });
    after(events)
      .when(annul(idOf(events, 'memberAdded')))
      .when(annul(idOf(events, 'memberLeft')))
      .thenState((state) => expect(isHere(state, 'child')).toBe(true));
  });

  it('REG-04 who belongs elsewhere by now is not taken back, nor said to have left after joining there', () => {
    const events = then(change.leaves('2016-06-01', 'child', LeaveReason.OTHER));
    const id = idOf(events, 'memberLeft');
    const elsewhere = { joined: ['2016-08-01'], left: [] };
    after(events).when(annul(id, { elsewhere })).thenRefused({ code: 'joined-elsewhere', field: 'eventId' });
    after(events)
      .when(correct(id, { elsewhere, rightOccurredOn: '2016-08-02' }))
      .thenRefused({ code: 'joined-elsewhere', field: 'rightOccurredOn' });
    after(events)
      .when(correct(id, { elsewhere, rightOccurredOn: '2016-08-01' }))
      .thenState(() => undefined);
    const added = then(change.joins('2016-06-01'));
    const left = { joined: [], left: ['2016-05-10'] };
    const into = (rightOccurredOn: string) =>
      after(added).when(correct(idOf(added, 'memberAdded'), { elsewhere: left, rightOccurredOn }));
    into('2016-05-09').thenRefused({ code: 'before-departure' });
    into('2016-05-10').thenState(() => undefined);
  });

  const life = then(
    { type: 'recordPovertyCauses', ...story.on('2016-02-01'), causes: story.causes('02') },
    ...story.ready('2016-02'),
    ...story.exit('2016-02'),
    story.visit('2016-03-01'),
    story.survey('2016-04-01', 500_000n),
    change.kind('2016-05-01'),
    change.joins('2016-06-01'),
    change.changes('2016-07-01', 'child', { monthsWorked: 3 }),
    change.leaves('2016-08-01', 'child', LeaveReason.OTHER),
    change.changes('2016-09-01', 'spouse', { monthsWorked: 1 }),
  );
  it('REG-05 a stream with annulled events folds as the stream without them', () => {
    const facts = recorded(life);
    let taken = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: life.length }), fc.boolean()), { maxLength: 6 }),
        (steps) => {
          let stream = [...life];
          const gone = new Set<string>();
          for (const [version, back] of steps) {
            const id = `stream:${version}`;
            const command = back ? correct(id) : annul(id);
            const decision = householdDecider.decide(command, fold(householdDecider, recorded(stream)));
            if (!decision.accepted) continue;
            taken += 1;
            if (back) gone.delete(id);
            else gone.add(id);
            // The correction alone: findings are events of their own.
            stream = [...stream, decision.events[0]!];
          }
          const without = facts.filter(({ id }) => !gone.has(id));
          expect(comparable(fold(householdDecider, recorded(stream)))).toEqual(
            comparable(fold(householdDecider, without)),
          );
        },
      ),
      { numRuns: 150 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

/** A state without what only the corrected one has. */
function comparable(state: HouseholdState): unknown {
  return state.status === 'none'
    ? state
    : { ...state, file: { ...state.file, corrections: [], annulled: [] } };
}

describe('correction of a transfer', () => {
  const VILLAGE_2 = change.NEIGHBOUR;
  const here0 = registered;
  const there0 = change.others(...story.identification('2016-01'));
  const state = (events: readonly NewEvent<Event>[], stream: string) =>
    fold(householdDecider, recorded(events, stream));
  /** `other-child` goes over to `here` on 1 June, or everybody of the other household. */
  function transferred(...more: NewEvent<Event>[]) {
    const decision = transferMember(
      change.transfers('2016-06-01', 'other-child', {}, VILLAGE_2),
      state(here0, 'here'),
      state(there0, 'there'),
    );
    if (!decision.accepted) throw new Error(decision.reasons.map(({ code }) => code).join());
    return { here: [...here0, ...decision.events[0]!], there: [...there0, ...decision.events[1]!, ...more] };
  }
  const both = (command: CorrectEvent, { here, there } = transferred(), basis = story.on('2016-12-30')) =>
    correctTransfer(
      command,
      { householdId: 'there', basis: { ...basis, village: VILLAGE_2 } },
      state(here, 'here'),
      state(there, 'there'),
    );
  const added = `here:${here0.length + 1}`;

  it('REG-04 puts the day right in both households at once, from either half', () => {
    const decision = both(correct(added, { rightOccurredOn: '2016-03-01' }));
    expect(decision).toMatchObject({
      accepted: true,
      events: [
        [{ event: { value: { correctedEventId: added, correctedOccurredOn: '2016-03-01' } } }],
        [
          {
            event: {
              value: { correctedEventId: `there:${there0.length + 1}`, correctedOccurredOn: '2016-03-01' },
            },
          },
        ],
      ],
    });
    const { here, there } = transferred();
    const left = correctTransfer(
      correct(`there:${there0.length + 1}`, { rightOccurredOn: '2016-11-01' }),
      { householdId: 'here', basis: story.on('2016-12-30') },
      state(there, 'there'),
      state(here, 'here'),
    );
    expect(left).toMatchObject({
      events: [
        [{ event: { value: { fact: { case: 'memberLeft' }, correctedOccurredOn: '2016-11-01' } } }],
        [{ event: { value: { fact: { case: 'memberAdded' }, correctedOccurredOn: '2016-11-01' } } }],
      ],
    });
  });

  it('REG-04 one half alone is refused where only one household is asked', () => {
    const { here, there } = transferred();
    given(householdDecider, ...here)
      .when(correct(added.replace('here', 'stream'), { rightOccurredOn: '2016-03-01' }))
      .thenRefused({ code: 'transfer-has-two-halves' });
    given(householdDecider, ...there)
      .when(annul(`stream:${there0.length + 1}`))
      .thenRefused({ code: 'transfer-has-two-halves' });
  });

  it('REG-36 looks at the closed years of both', () => {
    const next = story.on('2017-02-01', { today: '2017-02-01' });
    const closed = { closedYears: new Map([[closingKey(VILLAGE_2, 2016), '2017-01-10']]) };
    const command = { ...correct(added, { rightOccurredOn: '2016-03-01' }), ...next };
    expect(both(command, transferred(), { ...next, ...closed })).toMatchObject({
      accepted: false,
      reasons: [{ code: 'year-closed', messageZh: expect.stringContaining('转户另一方') as string }],
    });
    expect(both(command, transferred(), next)).toMatchObject({ accepted: true });
  });

  it('REG-04 keeps its reason and its households, and lets what one half says alone be put right there', () => {
    const { here, there } = transferred();
    const member = recorded(here).at(-1)!.event;
    if (member.case !== 'memberAdded' || !member.value.member) throw new Error(member.case);
    const right = (reason: JoinReason, monthsWorked = 0) =>
      correct(added, {
        right: {
          case: 'memberAdded',
          member: { ...member.value.member!, monthsWorked },
          reason,
          parentPersonIds: [],
        },
      });
    expect(both(right(JoinReason.OTHER))).toMatchObject({
      reasons: [{ code: 'transfer-reason-not-correctable' }],
    });
    expect(both(right(JoinReason.MARRIAGE, 5))).toMatchObject({ events: [[{}], []] });
    const prison = correct(`stream:${there0.length + 1}`, {
      right: { case: 'memberLeft', reason: LeaveReason.PRISON, relations: [] },
    });
    given(householdDecider, ...there)
      .when(prison)
      .thenRefused({ code: 'transfer-reason-not-correctable' });
  });

  it('REG-04 a transfer that never happened is struck out in both, and both can be put back', () => {
    const { here, there } = transferred();
    const decision = both(annul(added));
    if (!decision.accepted) throw new Error(decision.reasons.map(({ code }) => code).join());
    const struck = { here: [...here, ...decision.events[0]!], there: [...there, ...decision.events[1]!] };
    expect(isHere(state(struck.here, 'here'), 'other-child')).toBe(false);
    expect(isHere(state(struck.there, 'there'), 'other-child')).toBe(true);
    const back = both(correct(added), struck);
    if (!back.accepted) throw new Error(back.reasons.map(({ code }) => code).join());
    expect(isHere(state([...struck.here, ...back.events[0]!], 'here'), 'other-child')).toBe(true);
    expect(isHere(state([...struck.there, ...back.events[1]!], 'there'), 'other-child')).toBe(false);
    expect((decision.events[1]![0]!.event.value as EventCorrected).annulled).toBe(true);
  });
});

describe('dates that cannot be', () => {
  it('REG-04 nobody joins before being born, whatever the reason', () => {
    const events: NewEvent<Event>[] = [
      ...registered,
      {
        occurredOn: '2017-02-01',
        event: {
          case: 'memberAdded',
          value: create(MemberAddedSchema, {
            member: change.born('cousin', 2017, '08'),
            reason: JoinReason.OTHER,
          }),
        },
      },
    ];
    const into = (rightOccurredOn: string) =>
      after(events).when({
        ...correct(idOf(events, 'memberAdded'), { rightOccurredOn }),
        ...story.on('2017-03-01', { today: '2017-03-01' }),
      });
    into('2016-12-31').thenRefused({ code: 'before-birth', ruleId: 'REG-04' });
    into('2017-01-01').thenState(() => undefined);
  });

  it('REG-04 nobody joins a household after it went into another one', () => {
    const events: NewEvent<Event>[] = [
      ...then(change.joins('2016-05-01')),
      {
        occurredOn: '2016-06-01',
        event: {
          case: 'householdMergedAway',
          value: create(HouseholdMergedAwaySchema, { intoHouseholdId: 'there' }),
        },
      },
    ];
    const into = (rightOccurredOn: string) =>
      after(events).when(correct(idOf(events, 'memberAdded'), { rightOccurredOn }));
    into('2016-06-02').thenRefused({ code: 'before-member-joined' });
    into('2016-06-01').thenState(() => undefined);
    after(events)
      .when(annul(idOf(events, 'memberAdded')))
      .thenRefused({ code: 'person-has-later-entries' });
  });

  it('REG-05 REG-04 the number of the dead is put right, within their life', () => {
    const events = then(change.leaves('2016-06-01', 'spouse'));
    const number = (birthDate: string, fields = [PersonField.ID_NUMBER]) =>
      after(events).when({
        type: 'correctPerson',
        ...story.on('2016-12-30'),
        personId: 'spouse',
        fields,
        reason: CorrectionReason.COPYING_ERROR,
        number: { birthDate, sex: Sex.FEMALE },
      });
    number('1969-03-01').thenState((state) => expect(state).toMatchObject({ file: { departures: [{}] } }));
    number('2016-07-01').thenState(() => undefined);
    number('1969-03-01', [PersonField.ADDRESS]).thenRefused({ code: 'address-is-the-heads' });
  });
});
