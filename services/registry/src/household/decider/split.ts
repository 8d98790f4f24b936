import {
  HouseholdSplitOffSchema,
  HouseholdSplitSchema,
  RegisterStandingSchema,
  RegisterStatus,
  type Member,
  type RegisterStanding,
} from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { acceptAcross, refuse, type AcrossDecision, type Refusal } from '@fupin/event-sourcing/decider';
import { dateRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type { SplitHousehold } from './commands.js';
import {
  beforeJoining,
  memberOf,
  memberTwice,
  notAMember,
  relationRefusals,
  remainingRefusals,
} from './membership.js';
import { procedureOpenRefusals } from './procedure.js';
import type { HouseholdState, RegisteredHousehold } from './state.js';

/**
 * 分户: some members form a household of their own, which stands in the register as the one they came from: neither an
 * entry nor an exit (REG-20). Nobody is in both, neither is empty, each has one head. Not while a procedure is open.
 */
export function splitHousehold(
  command: SplitHousehold,
  state: HouseholdState,
  fresh: HouseholdState,
): AcrossDecision<Event> {
  if (state.status !== 'stillPoor' && state.status !== 'exited') {
    return refuse(wrongStatus(state, 'registered', 'REG-20'));
  }
  if (fresh.status !== 'none') return refuse(wrongStatus(fresh, 'new', 'REG-20'));
  const { file } = state;
  const { relations, relationsLeft, intoHouseholdId, householdId, householdNo } = command;
  const leaving = relations.map(({ personId }) => personId);
  const refusals = [
    ...dateRefusals(command, state, 'status'),
    ...procedureOpenRefusals(state),
    ...divisionRefusals(state, leaving),
  ];
  if (refusals.length === 0) {
    refusals.push(
      ...beforeJoining(file, leaving, command.occurredOn),
      ...relationRefusals(relations, leaving, 'members'),
      ...remainingRefusals(file, leaving, relationsLeft, 'relations'),
    );
  }
  if (refusals.length > 0) return refuse(...refusals);
  const members = relations.flatMap(({ personId, relation }): Member[] => {
    const member = memberOf(file, personId);
    return member ? [{ ...member, ...(relation && { relation }) }] : [];
  });
  const split = create(HouseholdSplitSchema, {
    intoHouseholdId,
    personIds: leaving,
    relations: [...relationsLeft],
  });
  const splitOff = create(HouseholdSplitOffSchema, {
    fromHouseholdId: householdId,
    householdNo,
    entryKind: file.entryKind,
    householdKind: file.householdKind,
    members,
    ...(file.causes && { causes: file.causes }),
    standing: standingOf(state),
    standard: file.standard,
  });
  const rules = ['REG-03', 'REG-04', 'REG-20'];
  return acceptAcross(
    [recorded(command, { case: 'householdSplit', value: split }, ...rules)],
    [recorded(command, { case: 'householdSplitOff', value: splitOff }, ...rules)],
  );
}

/** Who goes: members, nobody twice, some of them and not all. */
function divisionRefusals({ file }: RegisteredHousehold, leaving: readonly string[]): Refusal[] {
  const refusals: Refusal[] = [];
  const going = new Set(leaving);
  if (going.size !== leaving.length) refusals.push(memberTwice('members'));
  for (const personId of going) {
    if (!memberOf(file, personId)) refusals.push(notAMember(file, personId, 'members'));
  }
  if (going.size === 0 || file.members.every(({ personId }) => going.has(personId))) {
    refusals.push({
      code: 'household-empty',
      message: 'A split leaves members in both households',
      messageZh: '分户后两户均须有成员',
      field: 'members',
    });
  }
  return refusals;
}

/** Where a household stands in the register. */
function standingOf(state: RegisteredHousehold): RegisterStanding {
  const { registeredOn, returnedOn = '' } = state;
  if (state.status === 'stillPoor') {
    const { plannedExitYear = 0 } = state;
    const status = RegisterStatus.STILL_POOR;
    return create(RegisterStandingSchema, { status, registeredOn, returnedOn, plannedExitYear });
  }
  const { exitedOn, policiesRetainedUntil, dibaoContinues, policyEndedOn = '' } = state;
  return create(RegisterStandingSchema, {
    status: RegisterStatus.EXITED,
    registeredOn,
    returnedOn,
    exitedOn,
    policiesRetainedUntil,
    dibaoContinues,
    policyEndedOn,
  });
}
