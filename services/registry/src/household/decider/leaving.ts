import {
  HouseholdExtinguishedSchema,
  LeaveReason,
  MemberLeftSchema,
  type MemberLeft,
} from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { yearOf } from '@fupin/domain';
import { accept, refuse, type Decision, type NewEvent } from '@fupin/event-sourcing/decider';
import { dateRefusals, recorded, type Event } from './basis.js';
import type { Basis, RecordMemberDeparture } from './commands.js';
import {
  beforeJoining,
  distinct,
  isLiving,
  memberOf,
  notAMember,
  notLiving,
  remainingRefusals,
  type LivingHousehold,
} from './membership.js';
import type { HouseholdState } from './state.js';

/**
 * 自然减少: a member dies, marries away, goes to prison, emigrates or leaves otherwise (REG-03, REG-04). When the head
 * goes, everybody's relation to the new head comes along; with the last member the household is closed (整户自然减少),
 * which is neither an exit nor a removal.
 */
export function recordMemberDeparture(
  command: RecordMemberDeparture,
  state: HouseholdState,
): Decision<Event> {
  if (!isLiving(state)) return refuse(notLiving(state));
  const { file } = state;
  const { personId, reason, relations, occurredOn } = command;
  const member = memberOf(file, personId);
  if (!member) return refuse(notAMember(file, personId, 'personId'));
  const refusals = [
    ...dateRefusals(command, state, 'fact'),
    ...beforeJoining(file, [personId], occurredOn),
    ...remainingRefusals(file, [personId], relations, 'relations'),
  ];
  if (reason === LeaveReason.DEATH && yearOf(occurredOn) < member.birthYear) {
    refusals.push({
      code: 'death-before-birth',
      message: `A person born in ${member.birthYear} did not die on ${occurredOn}`,
      messageZh: '死亡日期早于出生年份',
      field: 'occurredOn',
    });
  }
  const value = create(MemberLeftSchema, { personId, reason, relations: [...relations] });
  const left = departureEvents(command, state, value);
  if (!left.accepted) refusals.push(...left.reasons);
  return refusals.length > 0 ? refuse(...distinct(refusals)) : left;
}

/**
 * The departure, and the household's end with its last member: on the day the last one left, which may be another's
 * when departures are recorded late, and never before its last step.
 */
export function departureEvents(basis: Basis, state: LivingHousehold, left: MemberLeft): Decision<Event> {
  const departed = recorded(basis, { case: 'memberLeft', value: left }, 'REG-03', 'REG-04');
  const { members, departures } = state.file;
  if (members.some(({ personId }) => personId !== left.personId)) return accept(departed);
  const last = [basis.occurredOn, ...departures.map(({ on }) => on)].sort().at(-1) ?? basis.occurredOn;
  const refusals = dateRefusals({ ...basis, occurredOn: last }, state, 'status');
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(HouseholdExtinguishedSchema, {});
  const extinguished: NewEvent<Event> = {
    ...recorded(basis, { case: 'householdExtinguished', value }, 'REG-03', 'REG-04'),
    occurredOn: last,
  };
  return accept(departed, extinguished);
}
