import { create, equals } from '@bufbuild/protobuf';
import {
  EvidenceSchema,
  HouseholdEventSchema,
  JoinReason,
  LeaveReason,
  type EventCorrected,
  type GuaranteeFinding,
  type Member,
} from '@fupin/contracts';
import { yearOf, type BusinessDate } from '@fupin/domain';
import type { Refusal } from '@fupin/event-sourcing/decider';
import { sizeOn } from './as-of.js';
import type { Basis, CorrectEvent } from './commands.js';
import type { Event } from './event.js';
import { factsOf } from './evolve.js';
import { exitStandard } from './exit-standard.js';
import {
  findingRefusals,
  incomeSurveyed,
  livingConditionsRecorded,
  livingRefusals,
  surveyRefusals,
} from './facts.js';
import { causeRefusals, entryKindRefusals, memberRefusals } from './identification.js';
import { parentRefusals } from './joining.js';
import { differingFields, MEMBER_FIELDS, type MemberField } from './member-fields.js';
import { memberOf, remainingRefusals } from './membership.js';
import type { HouseholdFile, HouseholdState } from './state.js';

/** The kinds of events that can be corrected: those the contract has in `EventCorrected`. */
export type Correctable = NonNullable<EventCorrected['fact']['case']>;
export type CorrectableEvent = Extract<Event, { case: Correctable }>;
type ValueOf<C extends Correctable> = Extract<Event, { case: C }>['value'];
type RightOf<C extends Correctable> = Extract<NonNullable<CorrectEvent['right']>, { case: C }>;

/** What stands in the place of a wrong event, and what stands against that. */
export interface Righted {
  readonly event: Event;
  readonly refusals: readonly Refusal[];
}

/**
 * `at` is the basis the fact would have been recorded on, at its right date; `before` the household just before it; `known`
 * what stands in the register.
 */
type Right<C extends Correctable> = (
  wrong: ValueOf<C>,
  right: RightOf<C> | undefined,
  at: Basis,
  before: HouseholdState,
  known: Known,
) => Righted;

/** What stands in the register when a correction is made. */
export interface Known {
  /** Date of the event as it stands. */
  readonly occurredOn: BusinessDate;
  readonly file: HouseholdFile;
}

const RIGHT: { readonly [C in Correctable]: Right<C> } = {
  householdRegistered: (wrong, right, at) => {
    const { entryKind, householdKind, members, causes } = right ?? wrong;
    return {
      event: {
        case: 'householdRegistered',
        // The number, the evidence and the source stay: only what the form says of the household may have been misread.
        value: { ...wrong, entryKind, householdKind, members: [...members], ...(causes && { causes }) },
      },
      refusals: [
        ...entryKindRefusals(entryKind),
        ...memberRefusals(members),
        ...samePersons(wrong.members, members),
        ...members.flatMap((member) => notBornRefusals(member, at)),
        ...causeRefusals(causes, at.policy.maxOtherCauses),
      ],
    };
  },
  povertyCausesRecorded: (wrong, right, at) => {
    const { causes } = right ?? wrong;
    return {
      event: { case: 'povertyCausesRecorded', value: { ...wrong, ...(causes && { causes }) } },
      refusals: causeRefusals(causes, at.policy.maxOtherCauses),
    };
  },
  incomeSurveyed: (wrong, right, at, _before, known) => {
    const { evidence = create(EvidenceSchema) } = wrong;
    const { persons: _counted, ...stated } = wrong;
    const figures = right?.figures ?? { ...stated, evidence };
    const size = surveyed(wrong.persons, figures.persons, at.occurredOn, known);
    return { event: incomeSurveyed(figures, size), refusals: surveyRefusals(figures, at, size) };
  },
  guaranteesAssessed: (wrong, right, at) => {
    const findings: readonly GuaranteeFinding[] = right?.findings ?? wrong.findings;
    return {
      event: { case: 'guaranteesAssessed', value: { ...wrong, findings: [...findings] } },
      refusals: findingRefusals(findings, at),
    };
  },
  livingConditionsRecorded: (wrong, right, at) => {
    const conditions = right?.conditions ?? wrong;
    return {
      event: right
        ? livingConditionsRecorded(conditions)
        : { case: 'livingConditionsRecorded', value: wrong },
      refusals: livingRefusals(conditions, at),
    };
  },
  // An exit states what the household's other facts came to: it is reckoned anew, never taken from a request.
  householdExited: (wrong, _right, at, before) => ({
    event: { case: 'householdExited', value: exitAt(wrong, at, before) },
    refusals: [],
  }),
  monitoringVisitRecorded: (wrong, right) => ({
    event: {
      case: 'monitoringVisitRecorded',
      value: { ...wrong, ...(right && { production: right.production, living: right.living }) },
    },
    refusals: [],
  }),
  householdReturned: (wrong, right, at) => {
    const { causes } = right ?? wrong;
    return {
      event: { case: 'householdReturned', value: { ...wrong, ...(causes && { causes }) } },
      refusals: right ? causeRefusals(causes, at.policy.maxOtherCauses) : [],
    };
  },
  memberAdded: (wrong, right, at, before, { file }) => {
    const member = right?.member ?? wrong.member;
    const reason = right?.reason ?? wrong.reason;
    // Who it is may have been put right since: the year of birth that counts is that of now.
    const known = member && { ...member, birthYear: bornIn(file, member) };
    const parentPersonIds = right?.parentPersonIds ?? wrong.parentPersonIds;
    return {
      event: {
        case: 'memberAdded',
        value: { ...wrong, ...(member && { member }), reason, parentPersonIds: [...parentPersonIds] },
      },
      refusals: [
        ...samePersons(wrong.member ? [wrong.member] : [], member ? [member] : []),
        ...transferReasonRefusals(wrong.fromHouseholdId, wrong.reason, reason),
        ...birthRefusals(reason, known, at),
        ...(known ? notBornRefusals(known, at) : []),
        ...(known && before.status !== 'none'
          ? parentRefusals(before.file, known, reason, parentPersonIds)
          : []),
      ],
    };
  },
  memberLeft: (wrong, right, at, before) => {
    const reason = right?.reason ?? wrong.reason;
    const relations = right?.relations ?? wrong.relations;
    return {
      event: { case: 'memberLeft', value: { ...wrong, reason, relations: [...relations] } },
      refusals: [
        ...transferReasonRefusals(wrong.toHouseholdId, wrong.reason, reason),
        ...leaveRefusals(wrong.reason, reason),
        ...(right && before.status !== 'none'
          ? remainingRefusals(before.file, [wrong.personId], relations, 'relations')
          : []),
        ...deathRefusals(reason, wrong.personId, at, before),
      ],
    };
  },
  memberChanged: (wrong, right, _at, before) => {
    const member = right?.member ?? wrong.member;
    const changed = right ? changedRightly(wrong, right.member, before) : wrong.changed;
    return {
      event: { case: 'memberChanged', value: { ...wrong, ...(member && { member }), changed } },
      refusals: samePersons(wrong.member ? [wrong.member] : [], member ? [member] : []),
    };
  },
  householdKindChanged: (wrong, right) => ({
    event: {
      case: 'householdKindChanged',
      value: { ...wrong, householdKind: right?.householdKind ?? wrong.householdKind },
    },
    refusals: [],
  }),
  // Only its date: another village is another move.
  householdMoved: (wrong) => ({ event: { case: 'householdMoved', value: wrong }, refusals: [] }),
  // Only its date, which is that of the last departure: it is put right with that one.
  householdExtinguished: (wrong) => ({
    event: { case: 'householdExtinguished', value: wrong },
    refusals: [],
  }),
};

/** Whether an event is of a kind that can be corrected. */
export const isCorrectable = (event: Event): event is CorrectableEvent => event.case in RIGHT;

/**
 * The right event in the place of a wrong one, with the checks that its own command makes. Without `right` the fact stays
 * and is only dated anew. Give a `right` of the wrong event's own kind.
 */
export function righted(
  wrong: CorrectableEvent,
  right: CorrectEvent['right'],
  at: Basis,
  before: HouseholdState,
  known: Known,
): Righted {
  const make = RIGHT[wrong.case] as (
    wrong: CorrectableEvent['value'],
    right: CorrectEvent['right'],
    at: Basis,
    before: HouseholdState,
    known: Known,
  ) => Righted;
  return make(wrong.value, right, at, before, known);
}

/** Whether two events hold the same. */
export const sameFact = (one: Event, other: Event): boolean =>
  equals(HouseholdEventSchema, asMessage(one), asMessage(other));

const asMessage = (event: Event) => create(HouseholdEventSchema, { event });

/** What an exit of that day states; where the standard has no survey or line of the year, what was stated stays. */
function exitAt(
  wrong: ValueOf<'householdExited'>,
  at: Basis,
  before: HouseholdState,
): ValueOf<'householdExited'> {
  if (before.status === 'none') return wrong;
  const year = yearOf(at.occurredOn);
  const { survey, povertyLineFen, dibaoContinues, safeWater } = exitStandard(before.file, at, year);
  const campaign = at.policy.policiesRetainedUntil;
  return {
    ...wrong,
    year,
    ...(survey && { perCapitaNetIncomeFen: survey.perCapitaNetIncomeFen, dibaoContinues }),
    ...(povertyLineFen !== undefined && { povertyLineFen }),
    policiesRetainedUntil: campaign > at.occurredOn ? campaign : at.occurredOn,
    safeWater,
  };
}

/**
 * How many persons a corrected survey counts: those the wrong one counted, unless its day was another or the correction
 * itself names the size that the register has for that day by now.
 */
function surveyed(
  counted: number,
  stated: number | undefined,
  on: BusinessDate,
  { occurredOn, file }: Known,
): number {
  const size = sizeOn(file, on);
  return occurredOn !== on || stated === size ? size : counted;
}

/** What a change of a member names once it is right: what it named and what the correction says otherwise, unless that was so before. */
function changedRightly(
  { member: wrong, changed }: ValueOf<'memberChanged'>,
  right: Member,
  before: HouseholdState,
): MemberField[] {
  const known = before.status === 'none' ? undefined : memberOf(before.file, right.personId);
  const differs: readonly string[] = wrong ? differingFields(wrong, right) : MEMBER_FIELDS;
  const named = MEMBER_FIELDS.filter((field) => changed.includes(field) || differs.includes(field));
  if (!known) return named;
  const otherwise = differingFields(known, right);
  return named.filter((field) => otherwise.includes(field));
}

/** A correction of circumstances leaves the persons as they are; who they are is put right in the vault. */
function samePersons(wrong: readonly Member[], right: readonly Member[]): Refusal[] {
  const known = new Map(wrong.map((member) => [member.personId, member]));
  const same =
    wrong.length === right.length &&
    right.every(({ personId, birthYear, sex }) => {
      const member = known.get(personId);
      return member?.birthYear === birthYear && member.sex === sex;
    });
  if (same) return [];
  return [
    {
      code: 'persons-differ',
      message:
        'A correction keeps the persons; members come and go, and identities are put right in the vault',
      messageZh: '更正不得增减或更换人员；人员增减须另行办理，身份信息在隐私库更正',
      field: 'members',
    },
  ];
}

/** Nobody joins before being born; the member shows the year. */
function notBornRefusals({ birthYear }: Member, at: Basis): Refusal[] {
  if (birthYear <= yearOf(at.occurredOn)) return [];
  return [
    {
      code: 'before-birth',
      message: `${at.occurredOn} lies before a person of ${birthYear} was born`,
      messageZh: '日期早于该人员出生年份',
      ruleId: 'REG-04',
      field: 'rightOccurredOn',
    },
  ];
}

/** A person's year of birth as it has been put right by now, which holds from the beginning. */
const bornIn = (file: HouseholdFile, { personId, birthYear }: Member): number =>
  factsOf(file.log).reduce(
    (year, { event }) =>
      event.case === 'personCorrected' && event.value.personId === personId ? event.value.birthYear : year,
    birthYear,
  );

/** The household of then, its members with the years of birth that count now. */
export function withRightBirths(before: HouseholdState, { file }: { file: HouseholdFile }): HouseholdState {
  if (before.status === 'none') return before;
  const members = before.file.members.map((member) => ({ ...member, birthYear: bornIn(file, member) }));
  return { ...before, file: { ...before.file, members } };
}

/** Both halves of a transfer say why; another reason, or another household, would be another transfer. */
function transferReasonRefusals<R>(partner: string, wrong: R, right: R): Refusal[] {
  if (partner === '' || wrong === right) return [];
  return [
    {
      code: 'transfer-reason-not-correctable',
      message: 'A transfer keeps its reason and its two households; annul it and record the right one',
      messageZh: '转户的原因和两户不得更正；须作废后重新办理',
      ruleId: 'REG-04',
      field: 'reason',
    },
  ];
}

/** 新生儿: the day is that of the ID number, of which the member shows the year. */
function birthRefusals(reason: JoinReason, child: Member | undefined, at: Basis): Refusal[] {
  if (reason !== JoinReason.BIRTH || !child || child.birthYear === yearOf(at.occurredOn)) return [];
  return [
    {
      code: 'birth-date-differs',
      message: `A child of ${child.birthYear} was not born on ${at.occurredOn}`,
      messageZh: '业务日期与证件号中的出生日期不一致',
      field: 'reason',
    },
  ];
}

/** A death keeps the person's place in the register, everything else frees it: the two are not typing errors of one another. */
function leaveRefusals(wrong: LeaveReason, right: LeaveReason): Refusal[] {
  if ((wrong === LeaveReason.DEATH) === (right === LeaveReason.DEATH)) return [];
  return [
    {
      code: 'death-not-correctable',
      message: 'A death and a departure are not put in each other’s place by a correction',
      messageZh: '死亡与其他转出原因不能相互更正',
      field: 'reason',
    },
  ];
}

/** Nobody dies before being born. */
function deathRefusals(reason: LeaveReason, personId: string, at: Basis, before: HouseholdState): Refusal[] {
  const member = before.status === 'none' ? undefined : memberOf(before.file, personId);
  if (reason !== LeaveReason.DEATH || !member || yearOf(at.occurredOn) >= member.birthYear) return [];
  return [
    {
      code: 'death-before-birth',
      message: `A person born in ${member.birthYear} did not die on ${at.occurredOn}`,
      messageZh: '死亡日期早于出生年份',
      field: 'reason',
    },
  ];
}
