import { create } from '@bufbuild/protobuf';
import {
  CorrectionReason,
  EntryKind,
  Guarantee,
  GuaranteeFindingSchema,
  HouseholdKind,
  HouseholdKindChangedSchema,
  HouseholdMovedSchema,
  JoinReason,
  LeaveReason,
  MemberAddedSchema,
  MemberChangedSchema,
  MemberLeftSchema,
  RegisterFindingOutcome,
  Sex,
  type Member,
} from '@fupin/contracts';
import { addDays } from '@fupin/domain';
import { given } from '@fupin/event-sourcing/testing';
import type { NewEvent } from '@fupin/event-sourcing/decider';
import fc from 'fast-check';
import * as story from '../../../test/household-story.js';
import { closingKey } from '../../year/closed-years.js';
import type { CloseFinding, CorrectEvent, HouseholdCommand, RightFact } from './commands.js';
import { householdDecider } from './decider.js';
import type { Event, EventCase } from './event.js';
import type { HouseholdState } from './state.js';

const { live, LINE_2016 } = story;

type Change = Partial<Omit<CorrectEvent, 'type' | 'eventId' | 'policyOn'>>;
const correct = (eventId: string, change: Change, on = '2016-12-30'): CorrectEvent => ({
  type: 'correctEvent',
  ...story.on(on),
  eventId,
  reason: CorrectionReason.TYPING_ERROR,
  noteId: 'note-1',
  policyOn: () => story.POLICY,
  ...change,
});
const income = (perHeadFen: bigint, persons?: number): RightFact => ({
  case: 'incomeSurveyed',
  figures: {
    year: 2016,
    wageFen: perHeadFen * 3n,
    businessFen: 0n,
    transferFen: 0n,
    propertyFen: 0n,
    businessCostFen: 0n,
    evidence: story.evidence('2016-02-01'),
    ...(persons !== undefined && { persons }),
  },
});
const findings = (holds: boolean): RightFact => ({
  case: 'guaranteesAssessed',
  findings: story.BINDING.map((guarantee) =>
    create(GuaranteeFindingSchema, { guarantee, holds, evidence: story.evidence('2016-02-01') }),
  ),
});

const event = (occurredOn: string, of: Event): NewEvent<Event> => ({ event: of, occurredOn });
const child = (birthYear = 2016): Member => ({ ...story.member('baby', '04'), birthYear, sex: Sex.MALE });
const born = (occurredOn: string) =>
  event(occurredOn, {
    case: 'memberAdded',
    value: create(MemberAddedSchema, {
      member: child(),
      reason: JoinReason.BIRTH,
      parentPersonIds: ['head', 'spouse'],
    }),
  });

/** One of every correctable kind; the month of each is its place. */
function lifeOfAllKinds(): NewEvent<Event>[] {
  return [
    ...live(
      ...story.identification('2016-01'),
      { type: 'recordPovertyCauses', ...story.on('2016-02-01'), causes: story.causes('02') },
      {
        type: 'recordLivingConditions',
        ...story.on('2016-02-01'),
        housingAreaHundredthM2: 9_000,
        structure: 2,
        builtYear: 1998,
        electricity: true,
        tapWater: false,
      },
      ...story.ready('2016-02'),
      ...story.exit('2016-02'),
      story.visit('2016-03-01'),
      ...story.returning('2016-04'),
    ).events,
    born('2016-05-01'),
    event('2016-06-01', {
      case: 'memberChanged',
      value: create(MemberChangedSchema, { member: { ...child(), monthsWorked: 1 } }),
    }),
    event('2016-07-01', {
      case: 'householdKindChanged',
      value: create(HouseholdKindChangedSchema, { householdKind: HouseholdKind.DIBAO }),
    }),
    event('2016-08-01', {
      case: 'memberLeft',
      value: create(MemberLeftSchema, { personId: 'child', reason: LeaveReason.MARRIAGE }),
    }),
    event('2016-09-01', {
      case: 'householdMoved',
      value: create(HouseholdMovedSchema, { fromRegion: '422823101202', toRegion: '422823101201' }),
    }),
  ];
}

const idOf = (events: readonly NewEvent<Event>[], kind: EventCase) =>
  `stream:${events.findIndex((e) => e.event.case === kind) + 1}`;

/** A state without what only the corrected one has. */
function comparable(state: HouseholdState): unknown {
  return state.status === 'none' ? state : { ...state, file: { ...state.file, corrections: [] } };
}

const exited = live(
  ...story.identification('2016-01'),
  ...story.ready('2016-02'),
  ...story.exit('2016-02'),
).events;
const SURVEY = idOf(exited, 'incomeSurveyed');
const EXIT = idOf(exited, 'householdExited');
const after = (...events: NewEvent<Event>[]) => given(householdDecider, ...events);

describe('correction (更正)', () => {
  it('REG-05 puts a survey right, with the form’s arithmetic done anew', () => {
    after(...exited)
      .when(correct(SURVEY, { right: income(300_000n), reason: CorrectionReason.COPYING_ERROR }))
      .thenState((state) => {
        expect(state).toMatchObject({
          status: 'exited',
          file: {
            surveys: [
              { eventId: SURVEY, netIncomeFen: 900_000n, perCapitaNetIncomeFen: 300_000n, persons: 3 },
            ],
            corrections: [{ eventId: 'stream:19', correctedEventId: SURVEY }],
            openFindings: [],
          },
        });
      });
    const decision = householdDecider.decide(
      correct(SURVEY, { right: income(300_000n) }),
      story.stateOf(exited),
    );
    expect(decision).toMatchObject({
      accepted: true,
      events: [
        {
          ruleIds: ['REG-05'],
          event: {
            value: {
              correctedEventId: SURVEY,
              noteId: 'note-1',
              correctedOccurredOn: '2016-02-01',
              fact: { case: 'incomeSurveyed', value: { netIncomeFen: 900_000n } },
            },
          },
        },
      ],
    });
  });

  it('REG-05 tells who corrects a correction to name the original event, and takes that', () => {
    const once = after(...exited).when(correct(SURVEY, { right: income(300_000n) }));
    once
      .when(correct(`stream:${exited.length + 1}`, { right: income(310_000n) }))
      .thenRefused({ code: 'correction-of-correction', field: 'eventId' });
    once.when(correct(SURVEY, { right: income(310_000n) })).thenState((state) => {
      expect(state).toMatchObject({
        file: {
          surveys: [{ perCapitaNetIncomeFen: 310_000n }],
          corrections: [{ eventId: 'stream:19' }, { eventId: 'stream:20' }],
        },
      });
    });
  });

  it.each<[string, string, Change, string]>([
    ['an event the household has not', 'stream:99', { right: income(1n) }, 'event-unknown'],
    ['an event of another household', 'other:3', { right: income(1n) }, 'event-unknown'],
    ['a step of a procedure', 'stream:2', { rightOccurredOn: '2016-01-03' }, 'not-correctable'],
    ['a fact of another kind', SURVEY, { right: findings(true) }, 'correction-kind-differs'],
    ['nothing', SURVEY, {}, 'nothing-corrected'],
    ['what is there already', SURVEY, { right: income(LINE_2016 + 1n) }, 'nothing-corrected'],
    ['a date after the correction', SURVEY, { rightOccurredOn: '2016-12-31' }, 'date-in-future'],
    ['a date before the file', SURVEY, { rightOccurredOn: '2015-12-31' }, 'before-file-opened'],
    ['another size', SURVEY, { right: income(300_000n, 4) }, 'household-size-differs'],
    ['a date before its evidence', SURVEY, { rightOccurredOn: '2016-01-31' }, 'paper-later-than-fact'],
  ])('refuses %s', (_name, eventId, change, code) => {
    after(...exited)
      .when(correct(eventId, change))
      .thenRefused({ code });
  });

  it('refuses one for a household that is not there', () => {
    after().when(correct('stream:1', {})).thenRefused({ code: 'wrong-status' });
  });

  it('REG-20 keeps an exit between its notice and the next step', () => {
    const events = live(
      ...story.identification('2016-01'),
      ...story.ready('2016-02'),
      ...story.exit('2016-02').slice(0, 4),
      story.announce('2016-02-20', 'exit'),
      story.visit('2016-03-10'),
      story.relapse('2016-04-01'),
    ).events;
    const at = (rightOccurredOn: string) => after(...events).when(correct(EXIT, { rightOccurredOn }));
    // Posted on the 5th for seven days: the 12th is the notice's last day.
    at('2016-02-12').thenRefused({ code: 'notice-still-running', ruleId: 'REG-20' });
    at('2016-02-13').thenState((state) => expect(state).toMatchObject({ exitedOn: '2016-02-13' }));
    at('2016-03-10').thenState((state) => expect(state).toMatchObject({ exitedOn: '2016-03-10' }));
    at('2016-03-11').thenRefused({ code: 'before-exit', ruleId: 'REG-07' });
    at('2016-04-02').thenRefused({ code: 'before-last-status', ruleId: 'REG-20' });
  });

  it('REG-20 leaves members no date before they came or after they left', () => {
    const events = lifeOfAllKinds();
    const at = (kind: EventCase, rightOccurredOn: string) =>
      after(...events).when(correct(idOf(events, kind), { rightOccurredOn }));
    at('memberAdded', '2016-06-01').thenState(() => undefined);
    at('memberAdded', '2016-06-02').thenRefused({ code: 'before-member-joined' });
    at('memberChanged', '2016-05-01').thenState(() => undefined);
    at('memberChanged', '2016-04-30').thenRefused({ code: 'before-member-joined' });
  });

  it('REG-20 keeps a registration between its last step and the next one', () => {
    const at = (rightOccurredOn: string) =>
      after(...exited).when(correct(idOf(exited, 'householdRegistered'), { rightOccurredOn }));
    // The county reviewed on the 21st; the exit's review was on 2 February.
    at('2016-01-20').thenRefused({ code: 'before-last-status', ruleId: 'REG-20' });
    at('2016-01-21').thenState((state) => expect(state).toMatchObject({ registeredOn: '2016-01-21' }));
    at('2016-02-02').thenState(() => undefined);
    at('2016-02-03').thenRefused({ code: 'before-last-status' });
  });

  it('leaves nobody changes after leaving, nor a return before it', () => {
    const left = (occurredOn: string) =>
      event(occurredOn, {
        case: 'memberLeft',
        value: create(MemberLeftSchema, { personId: 'baby', reason: LeaveReason.OTHER }),
      });
    const back = event('2016-11-01', {
      case: 'memberAdded',
      value: create(MemberAddedSchema, { member: child(), reason: JoinReason.RETURN }),
    });
    const events = [...lifeOfAllKinds(), left('2016-10-01'), back];
    const departure = `stream:${events.length - 1}`;
    const comeback = `stream:${events.length}`;
    const at = (id: string, rightOccurredOn: string) =>
      after(...events).when(correct(id, { rightOccurredOn }));
    at(departure, '2016-06-01').thenState(() => undefined);
    at(departure, '2016-05-31').thenRefused({ code: 'member-changed-after-leaving' });
    at(departure, '2016-11-02').thenRefused({ code: 'before-member-left' });
    at(comeback, '2016-10-01').thenState(() => undefined);
    at(comeback, '2016-09-30').thenRefused({ code: 'before-member-left' });
  });

  it('gives the household no second head', () => {
    const events = lifeOfAllKinds();
    const member = { ...child(), relation: story.member('x', '01').relation! };
    after(...events)
      .when(correct(idOf(events, 'memberChanged'), { right: { case: 'memberChanged', member } }))
      .thenRefused({ code: 'one-head-needed' });
  });

  it('refuses a right date after a correction that is itself recorded late', () => {
    const late = (rightOccurredOn: string) => {
      const command = correct(idOf(exited, 'guaranteesAssessed'), { rightOccurredOn }, '2016-02-10');
      return after(...exited).when({ ...command, today: '2016-12-30' });
    };
    late('2016-02-10').thenState(() => undefined);
    late('2016-02-11').thenRefused({ code: 'date-in-future', field: 'rightOccurredOn' });
  });

  it('keeps the persons of a registration, its number and its one head', () => {
    const id = idOf(exited, 'householdRegistered');
    const right = (members: readonly Member[]): Change => ({
      right: {
        case: 'householdRegistered',
        entryKind: EntryKind.MISSED,
        householdKind: HouseholdKind.TEKUN,
        members,
        causes: story.causes('05'),
      },
    });
    const [head, spouse, third] = story.members() as [Member, Member, Member];
    after(...exited)
      .when(correct(id, right([head, { ...spouse, monthsWorked: 9 }, third])))
      .thenState((state) => {
        expect(state).toMatchObject({
          householdNo: '422823101201-00001',
          file: { entryKind: EntryKind.MISSED, householdKind: HouseholdKind.TEKUN },
        });
      });
    after(...exited)
      .when(correct(id, right([head, spouse])))
      .thenRefused({ code: 'persons-differ' });
    after(...exited)
      .when(correct(id, right([head, spouse, { ...third, birthYear: 1971 }])))
      .thenRefused({ code: 'persons-differ' });
    after(...exited)
      .when(correct(id, right([spouse, third, { ...head, relation: spouse.relation! }])))
      .thenRefused({ code: 'one-head-needed' });
  });

  it('refuses a child older than its parents, and a death that was none', () => {
    const events = lifeOfAllKinds();
    const joined = (parentPersonIds: string[], reason = JoinReason.BIRTH): Change => ({
      right: { case: 'memberAdded', member: child(), reason, parentPersonIds },
    });
    const added = idOf(events, 'memberAdded');
    after(...events)
      .when(correct(added, joined(['head'])))
      .thenState(() => undefined);
    after(...events)
      .when(correct(added, joined([])))
      .thenRefused({ code: 'parents-missing' });
    after(...events)
      .when(correct(added, joined(['stranger'])))
      .thenRefused({ code: 'not-a-member', field: 'memberAddition.parentPersonIds' });
    after(...events)
      .when(correct(added, joined(['head'], JoinReason.MARRIAGE)))
      .thenRefused({ code: 'parents-not-needed' });
    after(...events)
      .when(
        correct(idOf(events, 'memberLeft'), {
          right: { case: 'memberLeft', reason: LeaveReason.DEATH, relations: [] },
        }),
      )
      .thenRefused({ code: 'death-not-correctable' });
    const young = born('2016-05-01');
    if (young.event.case === 'memberAdded') young.event.value.member = child(1970);
    const earlier = events.map((e) => (e.event.case === 'memberAdded' ? young : e));
    after(...earlier)
      .when(
        correct(added, {
          right: {
            case: 'memberAdded',
            member: child(1970),
            reason: JoinReason.BIRTH,
            parentPersonIds: ['head'],
          },
        }),
      )
      .thenRefused({ code: 'birth-before-parents' });
  });
});

describe('findings (疑点)', () => {
  const poor = correct(SURVEY, { right: income(LINE_2016) });

  it('REG-05 REG-19 raises a finding when a repair makes the exit unlawful, and undoes nothing', () => {
    after(...exited)
      .when(poor)
      .thenState((state) => {
        expect(state).toMatchObject({
          status: 'exited',
          exitedOn: '2016-02-13',
          file: { openFindings: [{ eventId: `stream:${exited.length + 2}`, aboutEventId: EXIT }] },
        });
      });
    expect(householdDecider.decide(poor, story.stateOf(exited))).toMatchObject({
      events: [
        { event: { case: 'eventCorrected' } },
        {
          ruleIds: ['REG-05', 'REG-19'],
          event: {
            case: 'registerFindingRaised',
            value: {
              aboutEventId: EXIT,
              correctionEventId: `stream:${exited.length + 1}`,
              missing: ['income-not-above-line'],
            },
          },
        },
      ],
    });
  });

  it('REG-19 one fen above the line raises none', () => {
    after(...exited)
      .when(correct(SURVEY, { right: income(LINE_2016 + 2n) }))
      .thenState((state) => expect(state).toMatchObject({ file: { openFindings: [] } }));
  });

  it('REG-01 REG-02 names each guarantee that is missing', () => {
    const decision = householdDecider.decide(
      correct(idOf(exited, 'guaranteesAssessed'), { right: findings(false) }),
      story.stateOf(exited),
    );
    expect(decision).toMatchObject({
      events: [
        {},
        {
          event: {
            value: {
              missing: [
                'guarantee-missing:food',
                'guarantee-missing:clothing',
                'guarantee-missing:compulsoryEducation',
                'guarantee-missing:basicMedicalCare',
                'guarantee-missing:safeHousing',
              ],
            },
          },
        },
      ],
    });
  });

  it('REG-05 closes the finding when another correction makes the exit lawful again', () => {
    const right = correct(SURVEY, { right: income(LINE_2016 + 1n) });
    after(...exited)
      .when(poor)
      .when(right)
      .thenState((state) => expect(state).toMatchObject({ file: { openFindings: [] } }));
    const state = story.stateOf([...exited, ...accepted(poor, exited)]);
    expect(householdDecider.decide(right, state)).toMatchObject({
      events: [
        {},
        {
          event: {
            case: 'registerFindingClosed',
            value: {
              findingEventId: `stream:${exited.length + 2}`,
              outcome: RegisterFindingOutcome.CORRECTED,
            },
          },
        },
      ],
    });
  });

  it('raises no second finding for what was missing before, one more for what is missing newly', () => {
    const next = after(...exited).when(poor);
    next
      .when(correct(SURVEY, { right: income(LINE_2016 - 1n) }))
      .thenState((state) => expect(state).toMatchObject({ file: { openFindings: [{}] } }));
    next
      .when(correct(idOf(exited, 'guaranteesAssessed'), { right: findings(false) }))
      .thenState((state) => expect(state).toMatchObject({ file: { openFindings: [{}, {}] } }));
  });

  it('REG-19 looks at an exit that a return followed as well', () => {
    const events = [
      ...exited,
      ...live(
        ...story.identification('2016-01'),
        ...story.ready('2016-02'),
        ...story.exit('2016-02'),
        ...story.returning('2016-04'),
      ).events.slice(exited.length),
    ];
    after(...events)
      .when(poor)
      .thenState((state) =>
        expect(state).toMatchObject({
          status: 'stillPoor',
          file: { openFindings: [{ aboutEventId: EXIT }] },
        }),
      );
  });

  it('REG-05 says nothing about an exit that was reversed', () => {
    const reversed = [...exited, ...accepted(story.reverseExit('2016-03-01', EXIT), exited)];
    after(...reversed)
      .when(poor)
      .thenState((state) => expect(state).toMatchObject({ status: 'stillPoor', file: { openFindings: [] } }));
  });

  it('an exit moved into a year without a survey of its own is a finding; its figures stay as stated', () => {
    const events = live(
      ...story.identification('2016-01'),
      ...story.ready('2016-11'),
      ...story.exit('2016-11').slice(0, 4),
      story.announce('2016-12-20', 'exit'),
    ).events;
    const on = { ...story.on('2017-01-10', { today: '2017-01-10' }) };
    const decision = householdDecider.decide(
      { ...correct(idOf(events, 'householdExited'), { rightOccurredOn: '2017-01-05' }), ...on },
      story.stateOf(events),
    );
    expect(decision).toMatchObject({
      events: [
        {
          event: {
            value: {
              fact: {
                value: { year: 2017, perCapitaNetIncomeFen: LINE_2016 + 1n, povertyLineFen: LINE_2016 },
              },
            },
          },
        },
        { event: { value: { missing: ['poverty-line-unknown', 'income-survey-missing'] } } },
      ],
    });
  });

  it('REG-05 is closed by the county once, from the day it was raised', () => {
    const close = (findingEventId: string, on = '2016-12-30'): CloseFinding => ({
      type: 'closeFinding',
      ...story.on(on),
      findingEventId,
      noteId: 'note-2',
    });
    const id = `stream:${exited.length + 2}`;
    const raised = after(...exited).when(poor);
    raised.when(close('stream:3')).thenRefused({ code: 'finding-not-open' });
    raised.when(close(id, '2016-12-29')).thenRefused({ code: 'before-finding' });
    const closed = raised.when(close(id));
    closed.thenState((state) =>
      expect(state).toMatchObject({ status: 'exited', file: { openFindings: [] } }),
    );
    closed.when(close(id)).thenRefused({ code: 'finding-not-open' });
  });
});

describe('a closed year (年度封库)', () => {
  const closed = (days: Record<string, string>, rest: Change = {}): Change => ({
    closedYears: new Map(Object.entries(days)),
    ...rest,
  });
  const COUNTY_2016 = closingKey('422823', 2016);
  const next = { ...story.on('2017-02-01', { today: '2017-02-01' }) };

  it('REG-36 refuses facts dated in it, and takes them with the right from the day after', () => {
    const survey = (today: string, mayChangeClosed: boolean) =>
      after(...exited).when({
        ...story.survey('2016-12-30', 1n),
        today,
        mayChangeClosed,
        closedYears: new Map([[COUNTY_2016, '2017-01-10']]),
      });
    survey('2017-01-11', false).thenRefused({ code: 'year-closed', ruleId: 'REG-36', field: 'occurredOn' });
    survey('2017-01-10', true).thenRefused({ code: 'year-closed' });
    survey('2017-01-11', true).thenState(() => undefined);
  });

  it.each([
    ['its village', '422823101201', true],
    ['its township', '422823101', true],
    ['its province', '42', true],
    ['the county beside it', '422802', false],
  ])('REG-36 a year closed for %s', (_name, region, holds) => {
    const outcome = after(...exited).when({
      ...correct(SURVEY, { right: income(300_000n) }),
      ...next,
      closedYears: new Map([[closingKey(region, 2016), '2017-01-10']]),
    });
    if (holds) outcome.thenRefused({ code: 'year-closed' });
    else outcome.thenState(() => undefined);
  });

  it('REG-36 binds the wrong and the right date of a correction', () => {
    const late = live(...story.identification('2016-01'), ...story.ready('2016-11')).events;
    const one = (change: Change, today = '2017-02-01') =>
      after(...late).when({
        ...correct(idOf(late, 'guaranteesAssessed'), change),
        ...story.on(today, { today }),
        ...closed({ [COUNTY_2016]: '2017-01-10' }, change),
      });
    one({ right: findings(false) }).thenRefused({ code: 'year-closed', field: 'eventId' });
    one({ rightOccurredOn: '2017-01-05' }).thenRefused({ code: 'year-closed', field: 'eventId' });
    one({ right: findings(false), mayChangeClosed: true }).thenState(() => undefined);
    one({ right: findings(false), mayChangeClosed: true }, '2017-01-10').thenRefused({ code: 'year-closed' });
    const nextYear = [
      ...late,
      event('2017-01-20', {
        case: 'guaranteesAssessed',
        value: (late.at(-1)!.event as Extract<Event, { case: 'guaranteesAssessed' }>).value,
      }),
    ];
    after(...nextYear)
      .when({
        ...correct(`stream:${nextYear.length}`, { rightOccurredOn: '2016-12-20' }),
        ...next,
        closedYears: new Map([[COUNTY_2016, '2017-01-10']]),
      })
      .thenRefused({ code: 'year-closed', field: 'rightOccurredOn' });
  });

  it('REG-36 asks where the household lived then', () => {
    const moved = [
      ...exited,
      event('2017-01-15', {
        case: 'householdMoved',
        value: create(HouseholdMovedSchema, { fromRegion: '422802101201', toRegion: '422823101201' }),
      }),
    ];
    const with2016 = (region: string) =>
      after(...moved).when({
        ...correct(SURVEY, { right: income(300_000n) }),
        ...next,
        closedYears: new Map([[closingKey(region, 2016), '2017-01-10']]),
      });
    with2016('422802').thenRefused({ code: 'year-closed' });
    with2016('422823').thenState(() => undefined);
  });
});

describe('whatever is corrected', () => {
  const events = lifeOfAllKinds();
  const cause = fc.constantFrom('01', '02', '03', '05').map((code) => story.causes(code));
  const months = fc.integer({ min: 0, max: 12 });
  const member = (personId: string, relation: string, year: number, sex: Sex) =>
    months.map((monthsWorked): Member => ({
      ...story.member(personId, relation),
      birthYear: year,
      sex,
      monthsWorked,
    }));
  const baby = member('baby', '04', 2016, Sex.MALE);
  const RIGHTS = {
    householdRegistered: fc
      .tuple(cause, member('spouse', '02', 1970, Sex.FEMALE), fc.constantFrom(1, 2, 3))
      .map(([causes, spouse, kind]) => ({
        entryKind: kind,
        householdKind: kind,
        members: [story.members()[0]!, spouse, story.members()[2]!],
        causes,
      })),
    povertyCausesRecorded: cause.map((causes) => ({ causes })),
    incomeSurveyed: fc.bigInt(0n, 600_000n).map((perHead) => income(perHead)),
    guaranteesAssessed: fc.boolean().map((holds) => findings(holds)),
    livingConditionsRecorded: fc.boolean().map((tapWater) => ({
      conditions: {
        ...(
          events.find((e) => e.event.case === 'livingConditionsRecorded')!.event as Extract<
            Event,
            { case: 'livingConditionsRecorded' }
          >
        ).value,
        tapWater,
      },
    })),
    monitoringVisitRecorded: fc
      .tuple(fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2, 3))
      .map(([production, living]) => ({ production, living })),
    householdReturned: cause.map((causes) => ({ causes })),
    memberAdded: baby.map((m) => ({ member: m, reason: JoinReason.BIRTH, parentPersonIds: ['spouse'] })),
    memberLeft: fc
      .constantFrom(LeaveReason.OTHER, LeaveReason.PRISON)
      .map((reason) => ({ reason, relations: [] })),
    memberChanged: baby.map((m) => ({ member: m })),
    householdKindChanged: fc.constantFrom(1, 2, 3).map((householdKind) => ({ householdKind })),
  } as const;
  const correction = (kind: EventCase): fc.Arbitrary<CorrectEvent> =>
    fc
      .record({
        right:
          kind in RIGHTS
            ? fc.option(RIGHTS[kind as keyof typeof RIGHTS] as fc.Arbitrary<object>, { nil: undefined })
            : fc.constant(undefined),
        shift: fc.option(fc.integer({ min: -40, max: 40 }), { nil: undefined }),
      })
      .map(({ right, shift }) => {
        const wrong = events.find((e) => e.event.case === kind)!;
        return correct(idOf(events, kind), {
          ...(right && { right: { ...right, case: kind } as RightFact }),
          ...(shift !== undefined && { rightOccurredOn: addDays(wrong.occurredOn, shift) }),
        });
      });

  it.each<EventCase>([
    'householdRegistered',
    'povertyCausesRecorded',
    'incomeSurveyed',
    'guaranteesAssessed',
    'livingConditionsRecorded',
    'householdExited',
    'monitoringVisitRecorded',
    'householdReturned',
    'memberAdded',
    'memberLeft',
    'memberChanged',
    'householdKindChanged',
    'householdMoved',
  ])('REG-05 a corrected %s counts as if it had been right from the start', (kind) => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(correction(kind), { minLength: 1, maxLength: 3 }), (corrections) => {
        let stream = [...events];
        let rightOne: NewEvent<Event> | undefined;
        for (const command of corrections) {
          const decision = householdDecider.decide(command, story.stateOf(stream));
          if (!decision.accepted) continue;
          taken += 1;
          const [corrected] = decision.events;
          if (corrected?.event.case !== 'eventCorrected') throw new Error('no correction');
          const { correctedOccurredOn, fact } = corrected.event.value;
          rightOne = { event: fact as Event, occurredOn: correctedOccurredOn };
          // The correction alone: findings are events of their own.
          stream = [...stream, corrected];
        }
        const fromTheStart = events.map((e) => (e.event.case === kind && rightOne ? rightOne : e));
        expect(comparable(story.stateOf(stream))).toEqual(comparable(story.stateOf(fromTheStart)));
      }),
      { numRuns: 60 },
    );
    expect(taken).toBeGreaterThan(5);
  });

  it('REG-05 REG-19 an open finding says that the exit misses the standard of its day, and none that it meets it', () => {
    const lawful = events.slice(0, events.findIndex((e) => e.event.case === 'householdExited') + 1);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(correction('incomeSurveyed'), correction('guaranteesAssessed')), { maxLength: 5 }),
        (corrections) => {
          let stream = [...lawful];
          for (const command of corrections) {
            const decision = householdDecider.decide(command, story.stateOf(stream));
            if (decision.accepted) stream = [...stream, ...decision.events];
          }
          const state = story.stateOf(stream);
          if (state.status !== 'exited') throw new Error(state.status);
          const { surveys, findings: known, openFindings } = state.file;
          const meets =
            surveys.every((s) => s.perCapitaNetIncomeFen > LINE_2016 && s.occurredOn <= state.exitedOn) &&
            known.every(
              (f) => (f.holds || f.guarantee === Guarantee.SAFE_WATER) && f.occurredOn <= state.exitedOn,
            );
          expect(openFindings.length === 0).toBe(meets);
        },
      ),
      { numRuns: 100 },
    );
  });
});

function accepted(command: HouseholdCommand, events: readonly NewEvent<Event>[]) {
  const decision = householdDecider.decide(command, story.stateOf(events));
  if (!decision.accepted) throw new Error(decision.reasons.map(({ code }) => code).join());
  return decision.events;
}
