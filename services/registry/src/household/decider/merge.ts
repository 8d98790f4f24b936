import { HouseholdMergedAwaySchema, HouseholdMergedSchema, type Member } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { acceptAcross, refuse, type AcrossDecision, type Refusal } from '@fupin/event-sourcing/decider';
import { dateRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type { MergeHouseholds } from './commands.js';
import { isHead } from './identification.js';
import { beforeJoining, distinct, memberTwice, oneHeadNeeded, otherProvinceRefusals } from './membership.js';
import { procedureOpenRefusals } from './procedure.js';
import type { HouseholdState, RegisteredHousehold } from './state.js';

/**
 * 并户: another household's members all come in and that household ends. Both must stand alike in the register: a poor
 * one merged with an exited one would be an exit or a return without its procedure (REG-20). Not while either has a
 * procedure open; within the province.
 */
export function mergeHouseholds(
  command: MergeHouseholds,
  surviving: HouseholdState,
  absorbed: HouseholdState,
): AcrossDecision<Event> {
  const { from, householdId } = command;
  const province = otherProvinceRefusals(command.village, from.basis.village, 'fromHouseholdId');
  if (province.length > 0) return refuse(...province);
  if (!isRegistered(surviving)) return refuse(wrongStatus(surviving, 'registered', 'REG-20'));
  if (!isRegistered(absorbed)) {
    return refuse({ ...wrongStatus(absorbed, 'registered', 'REG-20'), field: 'fromHouseholdId' });
  }
  const refusals = [
    ...standingRefusals(surviving, absorbed),
    ...dateRefusals(command, surviving, 'status'),
    ...absorbedRefusals(dateRefusals(from.basis, absorbed, 'status')),
    ...procedureOpenRefusals(surviving),
    ...absorbedRefusals(procedureOpenRefusals(absorbed)),
    ...beforeJoining(
      absorbed.file,
      absorbed.file.members.map(({ personId }) => personId),
      command.occurredOn,
    ),
  ];
  const incoming = incomingMembers(command, surviving, absorbed, refusals);
  if (refusals.length > 0) return refuse(...distinct(refusals));
  const merged = create(HouseholdMergedSchema, { fromHouseholdId: from.householdId, members: incoming });
  const away = create(HouseholdMergedAwaySchema, { intoHouseholdId: householdId });
  const rules = ['REG-03', 'REG-04', 'REG-20'];
  return acceptAcross(
    [recorded(command, { case: 'householdMerged', value: merged }, ...rules)],
    [recorded(from.basis, { case: 'householdMergedAway', value: away }, ...rules)],
  );
}

const isRegistered = (state: HouseholdState): state is RegisteredHousehold =>
  state.status === 'stillPoor' || state.status === 'exited';

function standingRefusals(surviving: RegisteredHousehold, absorbed: RegisteredHousehold): Refusal[] {
  if (surviving.status === absorbed.status) return [];
  return [
    {
      code: 'standing-differs',
      message: `One household is ${surviving.status}, the other ${absorbed.status}: merged, one of them would exit or return without the procedure`,
      messageZh: '一户未脱贫、一户已脱贫，不得并户：并户将使其中一户未经程序脱贫或返贫',
      ruleId: 'REG-20',
      field: 'fromHouseholdId',
    },
  ];
}

/** Those who come, each with a relation to this household's head; adds what stands against them to `refusals`. */
function incomingMembers(
  { relations }: MergeHouseholds,
  surviving: RegisteredHousehold,
  absorbed: RegisteredHousehold,
  refusals: Refusal[],
): Member[] {
  const { members } = absorbed.file;
  const named = relations.map(({ personId }) => personId);
  if (new Set(named).size !== named.length) refusals.push(memberTwice('members'));
  const missing = members.some(({ personId }) => !named.includes(personId));
  if (missing || named.some((personId) => !members.some((member) => member.personId === personId))) {
    refusals.push({
      code: 'relations-incomplete',
      message: 'Every member who comes in needs a relation to the head, and nobody else',
      messageZh: '须逐一填写并入人员与户主关系，且不得包含其他人员',
      field: 'members',
    });
  }
  const incoming = members.map((member) => {
    const relation = relations.find(({ personId }) => personId === member.personId)?.relation;
    return { ...member, ...(relation && { relation }) };
  });
  // The surviving household keeps its head.
  if (!missing && incoming.some(isHead)) refusals.push(oneHeadNeeded('members'));
  if (incoming.some(({ personId }) => surviving.file.members.some((known) => known.personId === personId))) {
    refusals.push(memberTwice('members'));
  }
  return incoming;
}

/** The same reasons, said of the household that ends. */
const absorbedRefusals = (refusals: readonly Refusal[]): Refusal[] =>
  refusals.map((refusal) => ({
    ...refusal,
    message: `In the household that is merged away: ${refusal.message}`,
    ...(refusal.messageZh !== undefined && { messageZh: `被并户：${refusal.messageZh}` }),
  }));
