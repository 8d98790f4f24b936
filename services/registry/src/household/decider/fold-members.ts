import type { Member, MemberRelation } from '@fupin/contracts';
import { RegisterStatus } from '@fupin/contracts';
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
  memberChanged: (state, { member }) =>
    withFile(state, (file) => ({
      ...file,
      members: file.members.map((known) => (member && known.personId === member.personId ? member : known)),
    })),
  householdKindChanged: (state, { householdKind }) => withFile(state, (file) => ({ ...file, householdKind })),
  // Where a household lives is in the directory; a move only counts as a change of standing.
  householdMoved: (state, _value, fact) => withFile(state, (file) => dated(file, fact)),
  householdSplit: (state, { personIds, relations }, fact) =>
    withFile(state, (file) => {
      const gone = personIds.map((personId) => ({ personId, on: fact.occurredOn, reason: undefined }));
      return dated(departed(file, gone, relations), fact);
    }),
  householdSplitOff: (state, value, fact) => {
    if (state.status !== 'none' || !value.standing) return state;
    const { householdNo, entryKind, householdKind, members, causes, standing } = value;
    const file = { ...opened(fact), entryKind, householdKind, members, causes };
    const { registeredOn } = standing;
    const returnedOn = standing.returnedOn || undefined;
    const common = { file, householdNo, registeredOn, returnedOn, progress: undefined };
    if (standing.status !== RegisterStatus.EXITED) {
      return { status: 'stillPoor', ...common, plannedExitYear: undefined };
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
  for (const { personId } of members) joinedOn[personId] = on;
  return { ...file, members: [...file.members, ...members], joinedOn };
}

function departed(
  file: HouseholdFile,
  gone: HouseholdFile['departures'],
  relations: readonly MemberRelation[],
): HouseholdFile {
  const left = new Set(gone.map(({ personId }) => personId));
  const relationOf = new Map(relations.map(({ personId, relation }) => [personId, relation]));
  const members = file.members
    .filter(({ personId }) => !left.has(personId))
    .map((member) => {
      const relation = relationOf.get(member.personId);
      return relation ? { ...member, relation } : member;
    });
  return { ...file, members, departures: [...file.departures, ...gone] };
}
