import { HouseholdKindChangedSchema, MemberChangedSchema } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { accept, refuse, type Decision } from '@fupin/event-sourcing/decider';
import { fileOn } from './as-of.js';
import { dateRefusals, recorded, type Event } from './basis.js';
import type { ChangeHouseholdKind, ChangeMember } from './commands.js';
import { isHead } from './identification.js';
import { differingFields } from './member-fields.js';
import { beforeJoining, isLiving, memberOf, notAMember, notLiving, oneHeadNeeded } from './membership.js';
import type { HouseholdState } from './state.js';

/**
 * 成员情况变更: what has changed about a member from the day of the fact on; what is not named stays. A mistake is put
 * right by a correction instead, and year of birth and sex follow the ID number. Compared with what is known of that day,
 * and where something newer is known, that stays what holds today.
 */
export function changeMember(command: ChangeMember, state: HouseholdState): Decision<Event> {
  if (!isLiving(state)) return refuse(notLiving(state));
  const { file } = state;
  const known = memberOf(file, command.personId);
  if (!known) return refuse(notAMember(file, command.personId, 'personId'));
  const { birthYear, sex } = known;
  const then = { ...(memberOf(fileOn(file, command.occurredOn), command.personId) ?? known), birthYear, sex };
  const member = { ...then, ...command.changes };
  const changed = differingFields(member, then);
  const refusals = [
    ...dateRefusals(command, state, 'fact'),
    ...beforeJoining(file, [command.personId], command.occurredOn),
  ];
  if (isHead(member) !== isHead(then)) refusals.push(oneHeadNeeded('relation'));
  if (changed.length === 0) {
    refusals.push({
      code: 'nothing-changed',
      message: 'The register says so already',
      messageZh: '与现有登记一致，无变更',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(MemberChangedSchema, { member, changed });
  return accept(recorded(command, { case: 'memberChanged', value }, 'REG-03', 'REG-04'));
}

/** 户属性变更: the household comes under dibao or tekun support, or no longer does (REG-35). */
export function changeHouseholdKind(command: ChangeHouseholdKind, state: HouseholdState): Decision<Event> {
  if (!isLiving(state)) return refuse(notLiving(state));
  const refusals = dateRefusals(command, state, 'fact');
  const { householdKind } = command;
  if (fileOn(state.file, command.occurredOn).householdKind === householdKind) {
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
