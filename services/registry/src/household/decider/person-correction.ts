import { JoinReason, LeaveReason, PersonCorrectedSchema, PersonField, type Member } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { yearOf } from '@fupin/domain';
import { accept, refuse, type Decision, type Refusal } from '@fupin/event-sourcing/decider';
import { dateRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type { CorrectPerson } from './commands.js';
import { factsOf } from './evolve.js';
import { isHead } from './identification.js';
import { formerMember, memberOf } from './membership.js';
import type { HouseholdFile, HouseholdState } from './state.js';

/**
 * 个人信息更正: name, ID number, phone, account or address of a member, present or former, were wrong from the beginning
 * and are put right in the vault, in the same append. The event says which and why, never what; year of birth and sex follow the number.
 */
export function correctPerson(command: CorrectPerson, state: HouseholdState): Decision<Event> {
  if (state.status === 'none') return refuse(wrongStatus(state, 'known', 'REG-05'));
  const { personId, fields, reason, number } = command;
  const { file } = state;
  const present = memberOf(file, personId);
  // The dead and those who have left keep a number, which may have been wrong as well.
  const member = present ?? formerMember(file, personId);
  if (!member) {
    return refuse({
      code: 'not-a-member',
      message: 'The person is no member of the household and never was one',
      messageZh: '该人员不是该户成员，也未曾是该户成员',
    });
  }
  const refusals = [
    ...dateRefusals(command, state, 'fact'),
    ...fieldRefusals(command, present),
    ...(number ? lifeRefusals(file, personId, yearOf(number.birthDate)) : []),
    ...kinRefusals(file, personId, number ? yearOf(number.birthDate) : member.birthYear),
  ];
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(PersonCorrectedSchema, {
    personId,
    fields: [...new Set(fields)],
    reason,
    birthYear: number ? yearOf(number.birthDate) : member.birthYear,
    sex: number?.sex ?? member.sex,
  });
  return accept(recorded(command, { case: 'personCorrected', value }, 'REG-05'));
}

/** Whoever was born into the household stays younger than the parents the birth named, by year. */
function kinRefusals(file: HouseholdFile, personId: string, birthYear: number): Refusal[] {
  const yearOfBirth = (id: string) =>
    id === personId ? birthYear : (memberOf(file, id) ?? formerMember(file, id))?.birthYear;
  const contradicted = factsOf(file.log).some(({ event }) => {
    if (event.case !== 'memberAdded' || !event.value.member) return false;
    const child = yearOfBirth(event.value.member.personId);
    const parents = event.value.parentPersonIds.map(yearOfBirth);
    return parents.some((parent) => child !== undefined && parent !== undefined && parent >= child);
  });
  if (!contradicted) return [];
  return [
    {
      code: 'birth-before-parents',
      message: `With a birth in ${birthYear} a child would not be younger than its parent`,
      messageZh: '更正后子女出生年份早于或等于父母出生年份',
      field: 'idNumber',
    },
  ];
}

/** Nobody joined or died before being born. A birth's own day is put right after the number, so it is not held against it. */
function lifeRefusals(file: HouseholdFile, personId: string, birthYear: number): Refusal[] {
  const contradicted = factsOf(file.log).find(({ event, occurredOn }) => {
    if (birthYear <= yearOf(occurredOn)) return false;
    if (event.case === 'memberLeft')
      return event.value.personId === personId && event.value.reason === LeaveReason.DEATH;
    if (event.case === 'memberAdded')
      return event.value.member?.personId === personId && event.value.reason !== JoinReason.BIRTH;
    return (
      event.case === 'householdRegistered' &&
      event.value.members.some((registered) => registered.personId === personId)
    );
  });
  if (!contradicted) return [];
  const died = contradicted.event.case === 'memberLeft';
  return [
    {
      code: died ? 'death-before-birth' : 'before-birth',
      message: `A person born in ${birthYear} did not ${died ? 'die' : 'join'} on ${contradicted.occurredOn}`,
      messageZh: died ? '死亡日期早于出生年份' : '入户日期早于出生年份',
      ruleId: 'REG-04',
      field: 'idNumber',
    },
  ];
}

function fieldRefusals({ fields, number, occurredOn }: CorrectPerson, member: Member | undefined): Refusal[] {
  const refusals: Refusal[] = [];
  if (fields.length === 0) {
    refusals.push({
      code: 'nothing-to-correct',
      message: 'No field was named that is to be put right',
      messageZh: '未指明需要更正的内容',
    });
  }
  // The address is the household's and kept with its head.
  if (fields.includes(PersonField.ADDRESS) && !(member && isHead(member))) {
    refusals.push({
      code: 'address-is-the-heads',
      message: "The household's address is put right with its head",
      messageZh: '住址须在户主名下更正',
      field: 'address',
    });
  }
  if (number && number.birthDate > occurredOn) {
    refusals.push({
      code: 'birth-after-fact',
      message: `The ID number says a birth on ${number.birthDate}, after ${occurredOn}`,
      messageZh: '证件号码中的出生日期晚于业务日期',
      field: 'idNumber',
    });
  }
  return refusals;
}
