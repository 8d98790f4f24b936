import { LeaveReason, type Member, type MemberRelation } from '@fupin/contracts';
import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { Refusal } from '@fupin/event-sourcing/decider';
import { wrongStatus } from './basis.js';
import { evolve, factsOf } from './evolve.js';
import { isHead } from './identification.js';
import type { KnownElsewhere } from './commands.js';
import { NO_HOUSEHOLD, type Departure, type HouseholdFile } from './state.js';
import type { HouseholdState, KnownHousehold } from './state.js';

// What joining, leaving, splitting and merging ask alike about who belongs to a household.

/** A household that still has people, in the register or not: its file is kept up. */
export type LivingHousehold = Exclude<KnownHousehold, { status: 'extinguished' | 'mergedAway' }>;

export const isLiving = (state: HouseholdState): state is LivingHousehold =>
  state.status !== 'none' && state.status !== 'extinguished' && state.status !== 'mergedAway';

/** Why nobody joins or leaves a household that is not there, or no longer. */
export const notLiving = (state: HouseholdState): Refusal =>
  wrongStatus(state, 'neither extinguished nor merged into another one', 'REG-20');

export const memberOf = (file: HouseholdFile, personId: string): Member | undefined =>
  file.members.find((member) => member.personId === personId);

/** How a person who is no member now left last; undefined for one who never was here. */
export const departureOf = (file: HouseholdFile, personId: string): Departure | undefined =>
  file.departures.findLast((departure) => departure.personId === personId);

/** Of these ids of one person, the one that is a member here or was one last: who comes back keeps it. */
export function lastHere({ members, departures }: HouseholdFile, personIds: readonly string[]) {
  const here = [...departures, ...members].map(({ personId }) => personId);
  return here.findLast((personId) => personIds.includes(personId));
}

/**
 * Where a person stands in this file, for another household that they join: nothing to say of one who was never here, nor
 * of the dead, whose claim is never given up.
 */
export function standsHere(
  file: HouseholdFile,
  personId: string,
): Pick<KnownElsewhere, 'leftOn'> | undefined {
  if (memberOf(file, personId)) return { leftOn: undefined };
  const departure = departureOf(file, personId);
  return departure && departure.reason !== LeaveReason.DEATH ? { leftOn: departure.on } : undefined;
}

/** A person who belongs to no household any more, because of death. */
export const hasDied = (file: HouseholdFile, personId: string): boolean =>
  departureOf(file, personId)?.reason === LeaveReason.DEATH;

/** Since when a person is a member: the day of joining, or of the household's file. */
export const memberSince = (file: HouseholdFile, personId: string): BusinessDate =>
  file.joinedOn[personId] ?? file.openedOn;

/** What was known last of a person who has been a member of this household. */
export function formerMember(file: HouseholdFile, personId: string): Member | undefined {
  let state: HouseholdState = NO_HOUSEHOLD;
  let known: Member | undefined;
  for (const fact of factsOf(file.log)) {
    const { event } = fact;
    state = evolve(state, fact);
    const member = state.status === 'none' ? undefined : memberOf(state.file, personId);
    if (member) known = member;
    else if (event.case === 'personCorrected' && known && event.value.personId === personId)
      known = { ...known, birthYear: event.value.birthYear, sex: event.value.sex };
  }
  return known;
}

/**
 * What stands against relations to a (new) head: everyone of `persons` must be named, once, nobody else, and exactly one
 * of them as the head.
 */
export function relationRefusals(
  relations: readonly MemberRelation[],
  persons: readonly string[],
  field: string,
): Refusal[] {
  const named = relations.map(({ personId }) => personId);
  const refusals: Refusal[] = [];
  if (new Set(named).size !== named.length) refusals.push(memberTwice(field));
  const complete = persons.every((personId) => named.includes(personId));
  if (!complete || named.some((personId) => !persons.includes(personId))) {
    refusals.push({
      code: 'relations-incomplete',
      message: 'Every member needs a relation to the head, and nobody else',
      messageZh: '须逐一填写每名成员与户主关系，且不得包含其他人员',
      field,
    });
  }
  if (relations.filter(isHead).length !== 1) {
    refusals.push(oneHeadNeeded(field));
  }
  return refusals;
}

/** When the head goes, the others need a new one; otherwise their relations stay as they are. */
export function remainingRefusals(
  file: HouseholdFile,
  leaving: readonly string[],
  relations: readonly MemberRelation[],
  field: string,
): Refusal[] {
  const remaining = file.members.filter(({ personId }) => !leaving.includes(personId));
  const headLeaves = !remaining.some(isHead);
  if (remaining.length > 0 && headLeaves) {
    const persons = remaining.map(({ personId }) => personId);
    return relationRefusals(relations, persons, field);
  }
  if (relations.length === 0) return [];
  return [
    {
      code: 'relations-not-needed',
      message: 'Relations change only when the head leaves and others stay',
      messageZh: '仅户主离户且仍有其他成员时方须重填与户主关系',
      field,
    },
  ];
}

export const memberTwice = (field: string): Refusal => ({
  code: 'member-twice',
  message: 'The same person is named twice',
  messageZh: '家庭成员重复',
  field,
});

export const oneHeadNeeded = (field: string): Refusal => ({
  code: 'one-head-needed',
  message: 'A household has exactly one head',
  messageZh: '每户必须有且只有一名户主',
  field,
});

/** The person is no member: never was, or has left. */
export function notAMember(file: HouseholdFile, personId: string, field: string): Refusal {
  const left = departureOf(file, personId);
  return {
    code: 'not-a-member',
    message: left
      ? `This person left the household on ${left.on}`
      : 'This person is no member of the household',
    messageZh: left ? `该人员已于${left.on}离户` : '该人员不是本户成员',
    field,
  };
}

/** Nobody leaves before having joined. */
export function beforeJoining(
  file: HouseholdFile,
  personIds: readonly string[],
  occurredOn: BusinessDate,
): Refusal[] {
  const joined = personIds.map((personId) => memberSince(file, personId));
  const last = joined
    .filter((on) => on > occurredOn)
    .sort()
    .at(-1);
  if (last === undefined) return [];
  return [
    {
      code: 'before-joining',
      message: `${occurredOn} lies before the member joined on ${last}`,
      messageZh: `日期早于该成员入户日期（${last}）`,
      field: 'occurredOn',
    },
  ];
}

/** A household of another province is another province's register; the person leaves here and is registered there. */
export function otherProvinceRefusals(one: RegionCode, other: RegionCode, field: string): Refusal[] {
  if (one.slice(0, 2) === other.slice(0, 2)) return [];
  return [
    {
      code: 'other-province',
      message: `${one} and ${other} lie in different provinces: leave here, and register there`,
      messageZh: '不在同一省份：须在迁出地办理转出，由迁入省登记',
      field,
    },
  ];
}

/** Each reason once: two households in one command are often refused for the same one. */
export const distinct = (refusals: readonly Refusal[]): Refusal[] =>
  refusals.filter(({ code }, i) => refusals.findIndex((other) => other.code === code) === i);
