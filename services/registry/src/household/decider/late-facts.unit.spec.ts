import { create } from '@bufbuild/protobuf';
import {
  CodeSystem,
  CorrectionReason,
  EntryKind,
  HouseholdKind,
  HouseholdKindChangedSchema,
  LeaveReason,
  MemberChangedSchema,
  PovertyCausesRecordedSchema,
  type Member,
} from '@fupin/contracts';
import { given } from '@fupin/event-sourcing/testing';
import type { NewEvent } from '@fupin/event-sourcing/decider';
import fc from 'fast-check';
import * as change from '../../../test/change-story.js';
import * as story from '../../../test/household-story.js';
import { closingKey } from '../../year/closed-years.js';
import { fileOn, sizeOn } from './as-of.js';
import type { CorrectEvent, HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';
import type { Event } from './event.js';
import { MEMBER_FIELDS } from './member-fields.js';
import type { HouseholdState, KnownHousehold } from './state.js';

// What is recorded late, and what is recorded of a day that others have followed.

const { live } = story;
const registered = live(...story.identification('2016-01')).events;
const after = (...commands: HouseholdCommand[]) =>
  given(householdDecider, ...live(...story.identification('2016-01'), ...commands).events);
const known = (state: HouseholdState): KnownHousehold => {
  if (state.status === 'none') throw new Error('no household');
  return state;
};
const health = (value: string) => story.code(CodeSystem.REGISTER_HEALTH, value);
const causesOn = (occurredOn: string, main: string): HouseholdCommand => ({
  type: 'recordPovertyCauses',
  ...story.on(occurredOn),
  causes: story.causes(main),
});
const correct = (eventId: string, rest: Partial<CorrectEvent>, on = '2016-12-30'): CorrectEvent => ({
  type: 'correctEvent',
  ...story.on(on),
  eventId,
  reason: CorrectionReason.TYPING_ERROR,
  noteId: 'note-1',
  policyOn: () => story.POLICY,
  ...rest,
});
const REGISTRATION = `stream:${registered.length}`;
const registration = (members: readonly Member[]): CorrectEvent['right'] => ({
  case: 'householdRegistered',
  entryKind: EntryKind.IDENTIFIED,
  householdKind: HouseholdKind.ORDINARY,
  causes: story.causes(),
  members,
});

describe('a survey recorded late (A19, A20)', () => {
  const died = change.leaves('2016-11-20', 'child');

  it('REG-09 counts the members of its own day, not those of today', () => {
    const of = (on: string) => live(...story.identification('2016-01'), died, story.survey(on, 300_000n));
    expect(of('2016-11-01').events.at(-1)?.event.value).toMatchObject({
      persons: 3,
      perCapitaNetIncomeFen: 300_000n,
    });
    expect(of('2016-11-19').events.at(-1)?.event.value).toMatchObject({ persons: 3 });
    expect(of('2016-11-20').events.at(-1)?.event.value).toMatchObject({
      persons: 2,
      perCapitaNetIncomeFen: 450_000n,
    });
  });

  it('REG-09 refuses another size than that of its day', () => {
    const survey = story.survey('2016-11-01', 300_000n);
    if (survey.type !== 'surveyIncome') throw new Error('another command');
    after(died)
      .when({ ...survey, persons: 2 })
      .thenRefused({ code: 'household-size-differs', field: 'persons' });
    after(died)
      .when({ ...survey, persons: 3 })
      .thenState(() => undefined);
  });

  it('REG-04 counts who had come by then, and who has come back', () => {
    const { state } = live(
      ...story.identification('2016-01'),
      change.birth('2016-05-10'),
      change.leaves('2016-03-01', 'child', LeaveReason.PRISON),
      change.comesBack('2016-08-01', 'child'),
    );
    const size = (on: string) => sizeOn(known(state).file, on);
    expect(
      ['2015-12-31', '2016-02-29', '2016-03-01', '2016-05-09', '2016-05-10', '2016-08-01'].map(size),
    ).toEqual([3, 3, 2, 2, 3, 4]);
  });

  it('REG-09 refuses a day on which nobody was a member', () => {
    // The bride came before it became known that the three had died.
    after(
      change.joins('2016-10-01'),
      change.leaves('2016-06-01', 'child'),
      change.leaves('2016-06-01', 'spouse'),
      change.leaves('2016-06-01', 'head', LeaveReason.DEATH, { bride: '01' }),
    )
      .when(story.survey('2016-07-01', 300_000n))
      .thenRefused({ code: 'nobody-on-that-day' });
  });

  it('REG-05 a correction keeps the persons counted, or takes those of the right day or the size it names', () => {
    const events = [...story.identification('2016-01'), story.survey('2016-11-25', 300_000n), died];
    const survey = `stream:${registered.length + 1}`;
    const figures = (persons?: number): CorrectEvent['right'] => ({
      case: 'incomeSurveyed',
      figures: {
        year: 2016,
        wageFen: 600_000n,
        businessFen: 0n,
        transferFen: 0n,
        propertyFen: 0n,
        businessCostFen: 0n,
        evidence: story.evidence('2016-11-01'),
        ...(persons !== undefined && { persons }),
      },
    });
    const right = (rest: Partial<CorrectEvent>) => {
      const decision = householdDecider.decide(correct(survey, rest), live(...events).state);
      return decision.accepted ? decision.events[0]?.event.value : decision.reasons;
    };
    const holds = (persons: number) => ({ fact: { value: { persons } } });
    expect(right({ right: figures() })).toMatchObject(holds(3));
    expect(right({ right: figures(3) })).toMatchObject(holds(3));
    expect(right({ right: figures(2) })).toMatchObject(holds(2));
    expect(right({ right: figures(4) })).toMatchObject([{ code: 'household-size-differs' }]);
    expect(right({ right: figures(), rightOccurredOn: '2016-11-19' })).toMatchObject(holds(3));
    expect(right({ right: figures(), rightOccurredOn: '2016-11-21' })).toMatchObject(holds(2));
    expect(right({ rightOccurredOn: '2016-11-26' })).toMatchObject(holds(2));
  });
});

describe('facts recorded late', () => {
  it('REG-35 a kind of an older day does not count today, and counts on its own day', () => {
    const { state } = live(
      ...story.identification('2016-01'),
      change.kind('2016-07-01'),
      change.kind('2016-03-01', HouseholdKind.TEKUN),
    );
    const { file } = known(state);
    expect(file.householdKind).toBe(HouseholdKind.DIBAO);
    expect(fileOn(file, '2016-06-30').householdKind).toBe(HouseholdKind.TEKUN);
    expect(fileOn(file, '2016-02-29').householdKind).toBe(HouseholdKind.ORDINARY);
    // Of the same day the one recorded later.
    const later = live(
      ...story.identification('2016-01'),
      change.kind('2016-07-01'),
      change.kind('2016-07-01', HouseholdKind.TEKUN),
    );
    expect(known(later.state).file.householdKind).toBe(HouseholdKind.TEKUN);
    after(change.kind('2016-07-01'))
      .when(change.kind('2016-03-01', HouseholdKind.ORDINARY))
      .thenRefused({ code: 'nothing-changed', ruleId: 'REG-35' });
  });

  it('REG-03 causes of an older day do not count today, those of a return only from its day', () => {
    const causes = (...commands: HouseholdCommand[]) =>
      known(live(...story.identification('2016-01'), ...commands).state).file.causes?.main?.code;
    expect(causes(causesOn('2016-07-01', '02'), causesOn('2016-03-01', '03'))).toBe('02');
    expect(causes(causesOn('2016-07-01', '02'), causesOn('2016-07-01', '03'))).toBe('03');
    const left = [...story.ready('2016-02'), ...story.exit('2016-02'), ...story.returning('2016-04')];
    expect(causes(...left, causesOn('2016-04-21', '05'))).toBe('04');
    expect(causes(...left, causesOn('2016-04-22', '05'))).toBe('05');
  });

  it('REG-03 a fact between application and registration counts though it is recorded after both', () => {
    const { state } = live(
      ...story.identification('2016-01'),
      causesOn('2016-01-10', '02'),
      change.changes('2016-01-10', 'child', { monthsWorked: 4 }),
    );
    expect(known(state).file).toMatchObject({ causes: { main: { code: '02' } } });
    expect(known(state).file.members[2]).toMatchObject({ monthsWorked: 4 });
  });

  it('REG-04 a member’s change names what differs from that day, and only a newer one of a field counts', () => {
    const { events, state } = live(
      ...story.identification('2016-01'),
      change.changes('2016-07-01', 'child', { health: health('03') }),
      change.changes('2016-03-01', 'child', { health: health('02'), monthsWorked: 6 }),
    );
    expect(events.at(-1)?.event.value).toMatchObject({ changed: ['health', 'monthsWorked'] });
    expect(known(state).file.members[2]).toMatchObject({ health: { code: '03' }, monthsWorked: 6 });
    expect(fileOn(known(state).file, '2016-05-01').members[2]).toMatchObject({ health: { code: '02' } });
  });

  it('REG-04 the relations of a departure hold whenever it becomes known, and leave one head', () => {
    const { state } = live(
      ...story.identification('2016-01'),
      change.changes('2016-07-01', 'child', { relation: change.relation('05') }),
      change.leaves('2016-03-01', 'head', LeaveReason.DEATH, { spouse: '01', child: '04' }),
    );
    expect(known(state).file.members.map(({ relation }) => relation?.code)).toEqual(['01', '04']);
  });

  it('REG-03 REG-04 REG-35 in whatever order facts arrive, today is what their dates say', () => {
    const day = fc.integer({ min: 1, max: 28 }).map((d) => `2016-06-${String(d).padStart(2, '0')}`);
    const fact = fc.oneof(
      fc
        .constantFrom(HouseholdKind.ORDINARY, HouseholdKind.DIBAO, HouseholdKind.TEKUN)
        .map((householdKind): Event => ({
          case: 'householdKindChanged',
          value: create(HouseholdKindChangedSchema, { householdKind }),
        })),
      fc.constantFrom('01', '02', '03', '04').map((main): Event => ({
        case: 'povertyCausesRecorded',
        value: create(PovertyCausesRecordedSchema, { causes: story.causes(main) }),
      })),
      fc
        .record({
          personId: fc.constantFrom('head', 'spouse', 'child'),
          changed: fc.subarray(['health', 'monthsWorked', 'dibao', 'pension'] as const),
          code: fc.constantFrom('01', '02', '03'),
          monthsWorked: fc.integer({ min: 0, max: 12 }),
          dibao: fc.boolean(),
          pension: fc.boolean(),
        })
        .map(({ personId, changed, code, ...rest }): Event => ({
          case: 'memberChanged',
          value: create(MemberChangedSchema, {
            member: { ...story.member(personId), health: health(code), ...rest },
            changed: [...changed],
          }),
        })),
    );
    const life = fc
      .uniqueArray(fc.record({ occurredOn: day, event: fact }), {
        selector: ({ occurredOn }) => occurredOn,
        maxLength: 12,
      })
      .chain((facts) => fc.record({ facts: fc.constant(facts), arrived: shuffled(facts) }));
    const today = (facts: readonly NewEvent<Event>[]) => {
      const { householdKind, causes, members } = known(story.stateOf([...registered, ...facts])).file;
      return { householdKind, causes, members };
    };
    fc.assert(
      fc.property(life, ({ facts, arrived }) => {
        const inOrder = facts.toSorted((a, b) => (a.occurredOn < b.occurredOn ? -1 : 1));
        expect(today(arrived)).toEqual(today(inOrder));
      }),
    );
  });
});

describe('corrections beneath later facts', () => {
  const changed = [
    change.changes('2016-06-01', 'spouse', { health: health('02') }),
    change.changes('2016-07-01', 'head', { monthsWorked: 3 }),
  ];
  const [head, spouse, child] = story.members() as [Member, Member, Member];

  it('REG-05 a field put right in the registration holds under changes of other fields', () => {
    after(...changed)
      .when(correct(REGISTRATION, { right: registration([head, { ...spouse, monthsWorked: 9 }, child]) }))
      .thenState((state) =>
        expect(known(state).file.members[1]).toMatchObject({ monthsWorked: 9, health: { code: '02' } }),
      );
  });

  it('REG-05 a wrong head is put right, though both have changed since', () => {
    const swapped = [
      { ...head, relation: change.relation('02') },
      { ...spouse, relation: change.relation('01') },
      child,
    ];
    after(...changed)
      .when(correct(REGISTRATION, { right: registration(swapped) }))
      .thenState((state) =>
        expect(known(state).file.members.map(({ relation }) => relation?.code)).toEqual(['02', '01', '04']),
      );
  });

  it('REG-05 a corrected change names its own fields and what it says otherwise, not what was put right elsewhere', () => {
    const CHANGE = `stream:${registered.length + 1}`;
    const { events } = live(...story.identification('2016-01'), ...changed);
    const right = correct(CHANGE, {
      right: { case: 'memberChanged', member: { ...spouse, health: health('03'), pension: true } },
    });
    given(householdDecider, ...events)
      .when(correct(REGISTRATION, { right: registration([head, { ...spouse, monthsWorked: 9 }, child]) }))
      .when(right)
      .thenState((state) =>
        expect(known(state).file.members[1]).toMatchObject({
          monthsWorked: 9,
          health: { code: '03' },
          pension: true,
        }),
      );
    const decision = householdDecider.decide(right, story.stateOf(events));
    expect(decision.accepted && decision.events[0]?.event.value).toMatchObject({
      fact: { value: { changed: ['health', 'pension'] } },
    });
  });

  it('names every field of a member but the person', () => {
    const fields = Object.keys(create(MemberChangedSchema, { member: spouse }).member ?? {});
    expect(MEMBER_FIELDS).toEqual(
      expect.arrayContaining(fields.filter((f) => !['$typeName', 'personId', '$unknown'].includes(f))),
    );
  });
});

describe('the end of a household (整户自然减少)', () => {
  const ended = [
    change.leaves('2016-11-20', 'child'),
    { ...change.leaves('2016-11-10', 'spouse'), today: story.TODAY },
    { ...change.leaves('2016-11-05', 'head'), today: story.TODAY },
  ];
  const CHILD = `stream:${registered.length + 1}`;
  const HEAD = `stream:${registered.length + 3}`;
  const END = `stream:${registered.length + 4}`;

  it('REG-04 follows the departure that decides its date, in one decision', () => {
    const decide = (id: string, rightOccurredOn: string) => {
      const { state } = live(...story.identification('2016-01'), ...ended);
      const decision = householdDecider.decide(correct(id, { rightOccurredOn }), state);
      if (!decision.accepted) throw new Error(decision.reasons.map(({ code }) => code).join());
      return decision.events.map(({ event }) =>
        event.case === 'eventCorrected'
          ? [event.value.correctedEventId, event.value.correctedOccurredOn, event.value.fact.case]
          : event.case,
      );
    };
    expect(decide(CHILD, '2016-11-25')).toEqual([
      [CHILD, '2016-11-25', 'memberLeft'],
      [END, '2016-11-25', 'householdExtinguished'],
    ]);
    expect(decide(CHILD, '2016-11-01')).toEqual([
      [CHILD, '2016-11-01', 'memberLeft'],
      [END, '2016-11-10', 'householdExtinguished'],
    ]);
    expect(decide(HEAD, '2016-11-06')).toEqual([[HEAD, '2016-11-06', 'memberLeft']]);
    after(...ended)
      .when(correct(CHILD, { rightOccurredOn: '2016-11-25' }))
      .thenState((state) => expect(state).toMatchObject({ extinguishedOn: '2016-11-25' }));
  });

  it('REG-04 is not corrected by itself', () => {
    after(...ended)
      .when(correct(END, { rightOccurredOn: '2016-11-25' }))
      .thenRefused({ code: 'not-correctable', field: 'eventId' });
  });
});

describe('closed years (年度封库)', () => {
  const closing = (year: number, day: string, region = '422823') =>
    new Map([[closingKey(region, year), day]]);
  const at = (command: HouseholdCommand, rest: object): HouseholdCommand => ({ ...command, ...rest });

  it('REG-36 a reversal needs the right for the exit’s year too', () => {
    const exited = [...story.identification('2016-01'), ...story.ready('2016-02'), ...story.exit('2016-02')];
    const exit = `stream:${live(...exited).events.length}`;
    const reversal = (rest: object) =>
      at(story.reverseExit('2017-05-01', exit), { today: '2017-05-01', ...rest });
    const closedYears = closing(2016, '2017-01-10');
    const household = given(householdDecider, ...live(...exited).events);
    household
      .when(reversal({ closedYears }))
      .thenRefused({ code: 'year-closed', ruleId: 'REG-36', field: 'exitEventId' });
    household
      .when(reversal({ closedYears, mayChangeClosed: true }))
      .thenState((s) => expect(s.status).toBe('stillPoor'));
    household
      .when(reversal({ closedYears: closing(2016, '2017-05-01'), mayChangeClosed: true }))
      .thenRefused({ code: 'year-closed' });
    household.when(reversal({ closedYears: closing(2015, '2016-01-10') })).thenState(() => undefined);
  });

  it('REG-36 a fact before a closed year needs the right: it changes that year’s end', () => {
    const death = (rest: object) =>
      at(change.leaves('2016-11-20', 'child'), { today: '2018-02-01', origin: 'history', ...rest });
    const closedYears = closing(2017, '2018-01-10');
    after().when(death({ closedYears })).thenRefused({ code: 'year-closed', ruleId: 'REG-36' });
    after()
      .when(death({ closedYears, mayChangeClosed: true }))
      .thenState(() => undefined);
    after()
      .when(death({ closedYears: closing(2015, '2018-01-10') }))
      .thenState(() => undefined);
  });

  it('REG-36 looks at every place the household has lived in since', () => {
    const moved = [...story.identification('2016-01'), change.moves('2016-06-01', '422802101001')];
    const household = given(householdDecider, ...live(...moved).events);
    const death = (region: string, year = 2016) =>
      household.when(
        at(change.leaves('2016-05-01', 'child'), {
          today: '2017-02-01',
          origin: 'history',
          village: '422802101001',
          closedYears: closing(year, '2017-01-10', region),
        }),
      );
    death('422823').thenRefused({ code: 'year-closed' });
    death('422802').thenRefused({ code: 'year-closed' });
    death('422822').thenState(() => undefined);
    death('422802', 2015).thenState(() => undefined);
  });

  it('REG-36 a correction is checked for every year from the earliest date it touches', () => {
    const died = `stream:${registered.length + 1}`;
    const household = after(change.leaves('2016-11-20', 'child'));
    const right = (rest: object) =>
      household.when({
        ...correct(died, { rightOccurredOn: '2016-11-21' }, '2018-02-01'),
        today: '2018-02-01',
        origin: 'history',
        ...rest,
      });
    right({ closedYears: closing(2017, '2018-01-10') }).thenRefused({ code: 'year-closed' });
    right({ closedYears: closing(2017, '2018-01-10'), mayChangeClosed: true }).thenState(() => undefined);
    right({ closedYears: closing(2015, '2018-01-10') }).thenState(() => undefined);
  });
});

const shuffled = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length });
