import { HouseholdKindChangedSchema, MemberChangedSchema, MemberSchema } from '@fupin/contracts';
import { create, equals } from '@bufbuild/protobuf';
import { accept, refuse, type Decision } from '@fupin/event-sourcing/decider';
import { dateRefusals, recorded, type Event } from './basis.js';
import type { ChangeHouseholdKind, ChangeMember } from './commands.js';
import { isHead } from './identification.js';
import { beforeJoining, isLiving, memberOf, notAMember, notLiving, oneHeadNeeded } from './membership.js';
import type { HouseholdState } from './state.js';

/**
 * 成员情况变更: what has changed about a member from the day of the fact on; what is not named stays. A mistake is put
 * right by a correction instead, and year of birth and sex follow the ID number.
 */
export function changeMember(command: ChangeMember, state: HouseholdState): Decision<Event> {
  if (!isLiving(state)) return refuse(notLiving(state));
  const { file } = state;
  const known = memberOf(file, command.personId);
  if (!known) return refuse(notAMember(file, command.personId, 'personId'));
  const member = { ...known, ...command.changes };
  const refusals = [
    ...dateRefusals(command, state, 'fact'),
    ...beforeJoining(file, [command.personId], command.occurredOn),
  ];
  if (isHead(member) !== isHead(known)) refusals.push(oneHeadNeeded('relation'));
  if (equals(MemberSchema, member, known)) {
    refusals.push({
      code: 'nothing-changed',
      message: 'The register says so already',
      messageZh: '与现有登记一致，无变更',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(MemberChangedSchema, { member });
  return accept(recorded(command, { case: 'memberChanged', value }, 'REG-03', 'REG-04'));
}

/** 户属性变更: the household comes under dibao or tekun support, or no longer does (REG-35). */
export function changeHouseholdKind(command: ChangeHouseholdKind, state: HouseholdState): Decision<Event> {
  if (!isLiving(state)) return refuse(notLiving(state));
  const refusals = dateRefusals(command, state, 'fact');
  const { householdKind } = command;
  if (state.file.householdKind === householdKind) {
    refusals.push({
      code: 'nothing-changed',
      message: 'The household is of this kind already',
      messageZh: '该户已是此户属性',
      ruleId: 'REG-35',
      field: 'householdKind',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(HouseholdKindChangedSchema, { householdKind });
  return accept(recorded(command, { case: 'householdKindChanged', value }, 'REG-35'));
}
