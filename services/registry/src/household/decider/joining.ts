import { JoinReason, LeaveReason, MemberAddedSchema, MemberLeftSchema, type Member } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import type { BusinessDate } from '@fupin/domain';
import {
  accept,
  acceptAcross,
  refuse,
  type AcrossDecision,
  type Decision,
  type NewEvent,
  type Refusal,
} from '@fupin/event-sourcing/decider';
import { dateRefusals, recorded, type Event } from './basis.js';
import type { AddMember, TransferMember } from './commands.js';
import { memberElsewhereRefusals } from './elsewhere.js';
import { isHead } from './identification.js';
import { departureEvents } from './leaving.js';
import {
  beforeJoining,
  departureOf,
  distinct,
  formerMember,
  isLiving,
  memberOf,
  memberTwice,
  notAMember,
  notLiving,
  oneHeadNeeded,
  otherProvinceRefusals,
  remainingRefusals,
} from './membership.js';
import type { HouseholdFile, HouseholdState } from './state.js';

/**
 * 自然增加: somebody joins by birth, marriage, return or otherwise, from the day of the fact on (REG-03, REG-04). A person
 * who was a member before comes back with the id of then; the dead do not come back.
 */
export function addMember(command: AddMember, state: HouseholdState): Decision<Event> {
  if (!isLiving(state)) return refuse(notLiving(state));
  const { file } = state;
  const { reason, person, parentPersonIds } = command;
  const former = 'personId' in person ? formerMember(file, person.personId) : undefined;
  const member = 'personId' in person ? former && { ...former, relation: person.relation } : person.member;
  if (!member) return refuse(neverAMember());
  const refusals = [
    ...dateRefusals(command, state, 'fact'),
    ...joinRefusals(file, member),
    ...('personId' in person
      ? returnRefusals(file, person.personId, command.occurredOn)
      : birthDateRefusals(command, person.birthDate)),
    ...parentRefusals(file, member, reason, parentPersonIds),
  ];
  if (refusals.length === 0) {
    const field = 'personId' in person ? 'personId' : 'person.idNumber';
    refusals.push(
      ...memberElsewhereRefusals(command.elsewhere, command.occurredOn, () => field).map(goesOver),
    );
  }
  if (refusals.length > 0) return refuse(...distinct(refusals));
  return accept(memberAdded(command, member, { reason, parentPersonIds: [...parentPersonIds] }));
}

/**
 * A person goes over from another household of the register (嫁入, 其他): leaves there and joins here in one append, on
 * the same day. `there` may lose its head, then everybody's relation to the new one comes along, or its last member, then
 * it is closed. Both households must lie in one province, and both stand alike in the register unless it is a marriage:
 * otherwise people could be moved out of poverty without its procedure (REG-20).
 */
export function transferMember(
  command: TransferMember,
  here: HouseholdState,
  there: HouseholdState,
): AcrossDecision<Event> {
  const { personId, from, relation } = command;
  const province = otherProvinceRefusals(command.village, from.basis.village, 'fromHouseholdId');
  if (province.length > 0) return refuse(...province);
  if (!isLiving(here)) return refuse(notLiving(here));
  if (!isLiving(there)) return refuse({ ...notLiving(there), field: 'fromHouseholdId' });
  const known = memberOf(there.file, personId);
  if (!known) return refuse(notAMember(there.file, personId, 'personId'));
  const member = { ...known, relation };
  const refusals = [
    ...dateRefusals(command, here, 'fact'),
    ...thereRefusals(dateRefusals(from.basis, there, 'fact')),
    ...beforeJoining(there.file, [personId], command.occurredOn),
    ...joinRefusals(here.file, member),
    ...transferReasonRefusals(command.reason),
    ...(command.reason === JoinReason.MARRIAGE ? [] : transferStandingRefusals(here, there)),
    ...remainingRefusals(there.file, [personId], command.relationsLeft, 'relationsLeft'),
  ];
  const departure = departureOf(here.file, personId);
  if (departure && departure.on > command.occurredOn) refusals.push(beforeDeparture(departure.on));
  const left = departureEvents(
    from.basis,
    there,
    create(MemberLeftSchema, {
      personId,
      reason: command.reason === JoinReason.MARRIAGE ? LeaveReason.MARRIAGE : LeaveReason.OTHER,
      relations: [...command.relationsLeft],
      toHouseholdId: command.householdId,
    }),
  );
  if (!left.accepted) refusals.push(...thereRefusals(left.reasons));
  if (refusals.length > 0 || !left.accepted) return refuse(...distinct(refusals));
  const added = memberAdded(command, member, { reason: command.reason, fromHouseholdId: from.householdId });
  return acceptAcross([added], left.events);
}

function memberAdded(
  command: AddMember | TransferMember,
  member: Member,
  rest: { reason: JoinReason; parentPersonIds?: string[]; fromHouseholdId?: string },
): NewEvent<Event> {
  const value = create(MemberAddedSchema, { member, ...rest });
  return recorded(command, { case: 'memberAdded', value }, 'REG-03', 'REG-04');
}

/** Who belongs to another household comes from there, not as somebody new. */
const goesOver = (refusal: Refusal): Refusal =>
  refusal.code === 'person-already-registered'
    ? {
        ...refusal,
        message: `${refusal.message}; name it as fromHouseholdId`,
        messageZh: '该人员已在其他户登记，须填写转出户',
      }
    : refusal;

/** Nobody is a member twice, and nobody joins as a second head. */
function joinRefusals(file: HouseholdFile, member: Member): Refusal[] {
  const refusals: Refusal[] = [];
  if (memberOf(file, member.personId)) refusals.push(memberTwice('personId'));
  if (isHead(member)) refusals.push(oneHeadNeeded('relation'));
  return refusals;
}

/** Who died stays dead; who left comes back on the day of leaving at the earliest. */
function returnRefusals(file: HouseholdFile, personId: string, occurredOn: BusinessDate): Refusal[] {
  const departure = departureOf(file, personId);
  // Still a member: said so elsewhere.
  if (!departure) return memberOf(file, personId) ? [] : [neverAMember()];
  if (departure.reason === LeaveReason.DEATH) return [personDied(departure.on)];
  return departure.on > occurredOn ? [beforeDeparture(departure.on)] : [];
}

/** A birth is the day in the ID number; whoever joins otherwise was born by then. */
function birthDateRefusals({ reason, occurredOn }: AddMember, birthDate: BusinessDate): Refusal[] {
  if (reason === JoinReason.BIRTH) {
    if (birthDate === occurredOn) return [];
    return [
      {
        code: 'birth-date-differs',
        message: `The business date ${occurredOn} is not the date of birth of the ID number`,
        messageZh: '业务日期与证件号中的出生日期不一致',
        field: 'occurredOn',
      },
    ];
  }
  if (birthDate <= occurredOn) return [];
  return [
    {
      code: 'before-birth',
      message: `${occurredOn} lies before the person was born`,
      messageZh: '日期早于该人员出生日期',
      field: 'occurredOn',
    },
  ];
}

/** One or two parents among the members, both born in an earlier year than the child; parents for a birth only. */
export function parentRefusals(
  file: HouseholdFile,
  child: Member,
  reason: JoinReason,
  parents: readonly string[],
): Refusal[] {
  const field = 'parentPersonIds';
  if (reason !== JoinReason.BIRTH) {
    if (parents.length === 0) return [];
    return [
      {
        code: 'parents-not-needed',
        message: 'Parents are named for a birth only',
        messageZh: '仅新生儿须填写父母',
        field,
      },
    ];
  }
  if (parents.length < 1 || parents.length > 2) {
    return [
      {
        code: 'parents-missing',
        message: 'A birth names one or two parents among the members',
        messageZh: '新生儿须填写一至两名父母（本户成员）',
        field,
      },
    ];
  }
  if (new Set(parents).size !== parents.length) return [memberTwice(field)];
  return parents.flatMap((parentId): Refusal[] => {
    const parent = memberOf(file, parentId);
    if (!parent) return [notAMember(file, parentId, field)];
    if (parent.birthYear < child.birthYear) return [];
    return [
      {
        code: 'birth-before-parents',
        message: `The child of ${child.birthYear} is not younger than the parent of ${parent.birthYear}`,
        messageZh: '子女出生年份早于或等于父母出生年份',
        field,
      },
    ];
  });
}

/** One goes over by marriage or otherwise: a birth is nobody's departure, a return has no household to leave. */
function transferReasonRefusals(reason: JoinReason): Refusal[] {
  if (reason === JoinReason.MARRIAGE || reason === JoinReason.OTHER) return [];
  return [
    {
      code: 'join-reason-not-allowed',
      message: 'From another household one comes by marriage or otherwise',
      messageZh: '由他户转入的原因只能是嫁入或其他转入',
      field: 'reason',
    },
  ];
}

/** Poor, exited, or not in the register: nobody goes from one to another without a reason that the procedure knows. */
function transferStandingRefusals(here: HouseholdState, there: HouseholdState): Refusal[] {
  const [one, other] = [placeInRegister(here), placeInRegister(there)];
  if (one === other) return [];
  return [
    {
      code: 'standing-differs',
      message: `The household that is joined is ${here.status}, the one that is left ${there.status}: the person would enter, exit or return without the procedure`,
      messageZh: '转入户与转出户在册状态不同，不得以“其他”原因转户：将使该人员未经程序纳入、脱贫或返贫',
      ruleId: 'REG-20',
      field: 'fromHouseholdId',
    },
  ];
}

const placeInRegister = ({ status }: HouseholdState): 'stillPoor' | 'exited' | 'notRegistered' =>
  status === 'stillPoor' || status === 'exited' ? status : 'notRegistered';

/** The same reasons, said of the household that the person leaves. */
const thereRefusals = (refusals: readonly Refusal[]): Refusal[] =>
  refusals.map((refusal) => ({
    ...refusal,
    message: `In the household that is left: ${refusal.message}`,
    ...(refusal.messageZh !== undefined && { messageZh: `转出户：${refusal.messageZh}` }),
  }));

const neverAMember = (): Refusal => ({
  code: 'never-a-member',
  message: 'This person has not been a member of this household',
  messageZh: '该人员未曾是本户成员',
  field: 'personId',
});

/** The dead do not come back. */
export const personDied = (on?: BusinessDate): Refusal => ({
  code: 'person-died',
  message: on === undefined ? 'This person is recorded as dead' : `This person died on ${on}`,
  messageZh: on === undefined ? '该人员已登记死亡' : `该人员已于${on}死亡`,
  field: 'personId',
});

const beforeDeparture = (on: BusinessDate): Refusal => ({
  code: 'before-departure',
  message: `This person left only on ${on}`,
  messageZh: `日期早于该人员离户日期（${on}）`,
  field: 'occurredOn',
});
