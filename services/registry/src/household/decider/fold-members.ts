import type { Member, MemberRelation } from '@fupin/contracts';
import { RegisterStatus } from '@fupin/contracts';
import { kindFrom, memberFrom } from './dated-facts.js';
import { dated, opened, withFile, type FoldsOf } from './fold.js';
import type { HouseholdFile } from './state.js';

/** Who belongs to a household, where it lives, and how it is divided, put together and ended. */
export const MEMBER_FOLDS: FoldsOf<
  | 'memberAdded'
  | 'memberLeft'
  | 'memberChanged'
  | 'householdKindChanged'
  | 'householdMoved'
  | 'householdSplit'
  | 'householdSplitOff'
  | 'householdMerged'
  | 'householdMergedAway'
  | 'householdExtinguished'
> = {
  memberAdded: (state, { member }, { occurredOn }) =>
    withFile(state, (file) => (member ? joined(file, [member], occurredOn) : file)),
  memberLeft: (state, { personId, reason, relations }, { occurredOn }) =>
    withFile(state, (file) => departed(file, [{ personId, on: occurredOn, reason }], relations)),
  memberChanged: (state, { member, changed }, { occurredOn }) =>
    withFile(state, (file) => (member ? memberFrom(file, member, changed, occurredOn) : file)),
  householdKindChanged: (state, { householdKind }, { occurredOn }) =>
    withFile(state, (file) => kindFrom(file, householdKind, occurredOn)),
  // Where a household lives is in the directory; a move only counts as a change of standing.
  householdMoved: (state, _value, fact) => withFile(state, (file) => dated(file, fact)),
  householdSplit: (state, { personIds, relations }, fact) =>
    withFile(state, (file) => {
      const gone = personIds.map((personId) => ({ personId, on: fact.occurredOn, reason: undefined }));
      return dated(departed(file, gone, relations), fact);
    }),
  householdSplitOff: (state, value, fact) => {
    if (state.status !== 'none' || !value.standing) return state;
    const { householdNo, entryKind, householdKind, members, causes, standing, standard } = value;
    const file = { ...opened(fact), entryKind, householdKind, members, causes, standard };
    const { registeredOn } = standing;
    const returnedOn = standing.returnedOn || undefined;
    const common = { file, householdNo, registeredOn, returnedOn, progress: undefined };
    if (standing.status !== RegisterStatus.EXITED) {
      return { status: 'stillPoor', ...common, plannedExitYear: standing.plannedExitYear || undefined };
    }
    return {
      status: 'exited',
      ...common,
      exitedOn: standing.exitedOn,
      exitEventId: fact.id,
      policiesRetainedUntil: standing.policiesRetainedUntil,
      dibaoContinues: standing.dibaoContinues,
      policyEndedOn: standing.policyEndedOn || undefined,
    };
  },
  householdMerged: (state, { members }, fact) =>
    withFile(state, (file) => dated(joined(file, members, fact.occurredOn), fact)),
  householdMergedAway: (state, { intoHouseholdId }, fact) =>
    state.status === 'stillPoor' || state.status === 'exited'
      ? {
          status: 'mergedAway',
          file: { ...dated(state.file, fact), members: [] },
          householdNo: state.householdNo,
          mergedOn: fact.occurredOn,
          intoHouseholdId,
        }
      : state,
  householdExtinguished: (state, _value, fact) =>
    state.status === 'none'
      ? state
      : {
          status: 'extinguished',
          file: dated(state.file, fact),
          householdNo: 'householdNo' in state ? state.householdNo : undefined,
          extinguishedOn: fact.occurredOn,
        },
};

function joined(file: HouseholdFile, members: readonly Member[], on: string): HouseholdFile {
  const joinedOn = { ...file.joinedOn };
  const memberDates = { ...file.memberDates };
  for (const { personId } of members) {
    joinedOn[personId] = on;
    // Somebody who comes back is told about anew.
    memberDates[personId] = {};
  }
  return { ...file, members: [...file.members, ...members], joinedOn, memberDates };
}

function departed(
  file: HouseholdFile,
  gone: HouseholdFile['departures'],
  relations: readonly MemberRelation[],
): HouseholdFile {
  const left = new Set(gone.map(({ personId }) => personId));
  const relationOf = new Map(relations.map(({ personId, relation }) => [personId, relation]));
  const on = gone[0]?.on ?? '';
  const memberDates = { ...file.memberDates };
  const members = file.members
    .filter(({ personId }) => !left.has(personId))
    .map((member) => {
      const relation = relationOf.get(member.personId);
      if (!relation) return member;
      // Counts whenever it arrives: what was said later was said of a head who had gone by then.
      const { relation: said = on, ...dates } = memberDates[member.personId] ?? {};
      memberDates[member.personId] = { ...dates, relation: said > on ? said : on };
      return { ...member, relation };
    });
  return { ...file, members, memberDates, departures: [...file.departures, ...gone] };
}
