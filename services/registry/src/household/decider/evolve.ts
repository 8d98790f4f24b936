import type { Member, MemberRelation, PovertyCauses, RemovalReason } from '@fupin/contracts';
import { NoticeLevel, Procedure, RegisterStatus, repairOf } from '@fupin/contracts';
import { addDays } from '@fupin/domain';
import type { RecordedEvent } from '@fupin/event-sourcing/decider';
import type { Event, EventCase } from './basis.js';
import type { ProcedureName, Step } from './procedure.js';
import { NO_HOUSEHOLD } from './state.js';
import type { HouseholdFile, HouseholdState, KnownHousehold, Log, Progress } from './state.js';

type ValueOf<C extends EventCase> = Extract<Event, { case: C }>['value'];
type Fact = RecordedEvent<Event>;
/** Folds one event into the state. An event that cannot follow (never decided here) leaves the state as it is. */
type Fold<C extends EventCase> = (state: HouseholdState, value: ValueOf<C>, fact: Fact) => HouseholdState;

const FOLDS: { readonly [C in EventCase]: Fold<C> } = {
  applicationFiled: (state, value, fact) => {
    const { entryKind, householdKind, members, causes, standard } = value;
    const before = state.status === 'none' ? opened(fact) : state.file;
    const stated = { entryKind, householdKind, members, causes, standard };
    const file = { ...before, lastStatusOn: fact.occurredOn, ...stated };
    return { status: 'applicant', file, progress: begun('identification', 'application', fact) };
  },
  // The exit has no step of its own before the review.
  democraticReviewHeld: (state, value, fact) =>
    state.status === 'stillPoor' && value.procedure === Procedure.EXIT
      ? { ...state, file: dated(state.file, fact), progress: begun('exit', 'democraticReview', fact) }
      : step(state, 'democraticReview', fact),
  verificationCompleted: (state, _value, fact) => step(state, 'verification', fact),
  dataComparisonCompleted: (state, _value, fact) => step(state, 'dataComparison', fact),
  publicNoticePosted: (state, value, fact) => {
    const name = value.level === NoticeLevel.TOWNSHIP ? 'townshipNotice' : 'villageNotice';
    return step(state, name, fact, addDays(fact.occurredOn, value.days));
  },
  objectionRaised: (state, value, fact) =>
    withProgress(state, fact, (progress) => ({
      ...progress,
      evidence: [...progress.evidence, fact.id],
      openObjections: { ...progress.openObjections, [value.objectionId]: fact.occurredOn },
      objections: [...progress.objections, value.objectionId],
    })),
  objectionResolved: (state, value, fact) =>
    withProgress(state, fact, (progress) => {
      const { [value.objectionId]: _resolved, ...openObjections } = progress.openObjections;
      return { ...progress, evidence: [...progress.evidence, fact.id], openObjections };
    }),
  townshipReviewCompleted: (state, _value, fact) => step(state, 'townshipReview', fact),
  countyReviewCompleted: (state, _value, fact) => step(state, 'countyReview', fact),
  announcementPublished: (state, _value, fact) => step(state, 'announcement', fact),
  acknowledgementSigned: (state, _value, fact) => step(state, 'acknowledgement', fact),
  procedureTurnedDown: (state, _value, fact) => {
    switch (state.status) {
      case 'applicant':
        return { status: 'turnedDown', file: dated(state.file, fact) };
      case 'stillPoor':
      case 'exited':
        return { ...state, file: dated(state.file, fact), progress: undefined };
      default:
        return state;
    }
  },
  householdRegistered: (state, value, fact) => {
    const { householdNo, entryKind, householdKind, members, causes, standard } = value;
    const before = state.status === 'none' ? opened(fact) : state.file;
    const stated = { entryKind, householdKind, members, causes, standard };
    const file = { ...before, lastStatusOn: fact.occurredOn, ...stated };
    const registeredOn = fact.occurredOn;
    return {
      status: 'stillPoor',
      file,
      householdNo,
      registeredOn,
      returnedOn: undefined,
      plannedExitYear: undefined,
      progress: undefined,
    };
  },
  povertyCausesRecorded: (state, value) => withFile(state, (file) => ({ ...file, causes: value.causes })),
  incomeSurveyed: (state, value, { id: eventId, occurredOn }) => {
    const { year, netIncomeFen, transferFen, persons, perCapitaNetIncomeFen } = value;
    const survey = {
      eventId,
      occurredOn,
      year,
      netIncomeFen,
      transferFen,
      persons,
      perCapitaNetIncomeFen,
    };
    return withFile(state, (file) => ({ ...file, surveys: [...file.surveys, survey] }));
  },
  guaranteesAssessed: (state, value, { id: eventId, occurredOn }) => {
    const findings = value.findings.map(({ guarantee, holds, evidence }) => ({
      eventId,
      occurredOn,
      guarantee,
      holds,
      evidence,
    }));
    return withFile(state, (file) => ({ ...file, findings: [...file.findings, ...findings] }));
  },
  livingConditionsRecorded: (state, value, { occurredOn }) =>
    withFile(state, (file) =>
      file.livingConditions && file.livingConditions.occurredOn > occurredOn
        ? file
        : { ...file, livingConditions: { occurredOn, value } },
    ),
  // Shown by the projection; no decision of the register rests on them.
  monitoringVisitRecorded: (state) => state,
  exitPlanned: (state, value, fact) =>
    state.status === 'stillPoor'
      ? {
          ...state,
          file: dated(state.file, fact),
          plannedExitYear: value.year,
          plannedExitPaths: value.paths,
        }
      : state,
  householdExited: (state, value, fact) => {
    if (state.status !== 'stillPoor') return state;
    const { householdNo, registeredOn, returnedOn } = state;
    return {
      status: 'exited',
      file: dated(state.file, fact),
      householdNo,
      registeredOn,
      returnedOn,
      exitedOn: fact.occurredOn,
      exitEventId: fact.id,
      policiesRetainedUntil: value.policiesRetainedUntil,
      dibaoContinues: value.dibaoContinues,
      policyEndedOn: undefined,
      progress: undefined,
    };
  },
  relapseReported: (state, value, fact) =>
    state.status === 'exited'
      ? {
          ...state,
          file: dated(state.file, fact),
          progress: begun('return', 'relapseReport', fact, { causes: value.causes }),
        }
      : state,
  householdReturned: (state, value, fact) => {
    if (state.status !== 'exited') return state;
    const { householdNo, registeredOn } = state;
    return {
      status: 'stillPoor',
      file: { ...dated(state.file, fact), causes: value.causes ?? state.file.causes },
      householdNo,
      registeredOn,
      returnedOn: fact.occurredOn,
      plannedExitYear: undefined,
      progress: undefined,
    };
  },
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
  removalProposed: (state, { reason }, fact) =>
    state.status === 'stillPoor' || state.status === 'exited'
      ? {
          ...state,
          file: dated(state.file, fact),
          progress: begun('removal', 'removalProposal', fact, { removalReason: reason }),
        }
      : state,
  ineligibleRemoved: (state, _value, fact) =>
    state.status === 'stillPoor' || state.status === 'exited'
      ? {
          status: 'removed',
          file: dated(state.file, fact),
          householdNo: state.householdNo,
          removedOn: fact.occurredOn,
        }
      : state,
  exitReversed: (state, _value, fact) => {
    if (state.status !== 'exited') return state;
    const { householdNo, registeredOn, returnedOn } = state;
    return {
      status: 'stillPoor',
      file: dated(state.file, fact),
      householdNo,
      registeredOn,
      returnedOn,
      plannedExitYear: undefined,
      progress: undefined,
    };
  },
  policyRetained: (state, { until }, fact) =>
    state.status === 'exited'
      ? { ...state, file: dated(state.file, fact), policiesRetainedUntil: until, policyEndedOn: undefined }
      : state,
  policyEnded: (state, _value, fact) =>
    state.status === 'exited'
      ? { ...state, file: dated(state.file, fact), policyEndedOn: fact.occurredOn }
      : state,
  eventCorrected: (state, value, fact) => {
    const repair = repairOf(value);
    if (state.status === 'none' || !repair) return state;
    // Everything is folded anew with the repaired event in its place: what follows from it follows by itself.
    const { event, occurredOn } = repair;
    const corrected = factsOf(state.file.log)
      .map((known) => (known.id === repair.eventId ? { ...known, event, occurredOn } : known))
      .reduce(evolve, NO_HOUSEHOLD);
    const made = {
      eventId: fact.id,
      correctedEventId: repair.eventId,
      correctedOn: fact.occurredOn,
      reason: value.reason,
    };
    const corrections = [...state.file.corrections, made];
    return withFile(corrected, (file) => ({ ...file, corrections }));
  },
  personCorrected: (state, { personId, birthYear, sex }) =>
    withFile(state, (file) => ({
      ...file,
      members: file.members.map((member) =>
        member.personId === personId ? { ...member, birthYear, sex } : member,
      ),
    })),
  registerFindingRaised: (state, { kind, aboutEventId }, { id: eventId }) =>
    withFile(state, (file) => ({
      ...file,
      openFindings: [...file.openFindings, { eventId, kind, aboutEventId }],
    })),
  registerFindingClosed: (state, { findingEventId }) =>
    withFile(state, (file) => ({
      ...file,
      openFindings: file.openFindings.filter(({ eventId }) => eventId !== findingEventId),
    })),
  documentFiled: (state, { documentId }) =>
    withFile(state, (file) => ({ ...file, documents: [...file.documents, documentId] })),
};

/** Folds one recorded event into a household's state; total: every event in every status has an answer. */
export function evolve(state: HouseholdState, fact: Fact): HouseholdState {
  const { event } = fact;
  const fold = FOLDS[event.case] as Fold<EventCase>;
  const next = fold(state, event.value, fact);
  // A correction changes the log; it is not part of it.
  if (event.case === 'eventCorrected') return next;
  return withFile(next, (file) => ({ ...file, log: { fact, before: file.log } }));
}

/** The events of a log, the oldest first. */
export function factsOf(log: Log | undefined): Fact[] {
  const facts: Fact[] = [];
  for (let entry = log; entry; entry = entry.before) facts.push(entry.fact);
  return facts.reverse();
}

function opened({ occurredOn }: Fact): HouseholdFile {
  return {
    openedOn: occurredOn,
    lastStatusOn: occurredOn,
    entryKind: 0,
    householdKind: 0,
    members: [],
    causes: undefined,
    standard: 0,
    livingConditions: undefined,
    surveys: [],
    findings: [],
    joinedOn: {},
    departures: [],
    documents: [],
    openFindings: [],
    corrections: [],
    log: undefined,
  };
}

function begun(
  procedure: ProcedureName,
  lastStep: Step,
  fact: Fact,
  { causes, removalReason }: { causes?: PovertyCauses | undefined; removalReason?: RemovalReason } = {},
): Progress {
  return {
    procedure,
    lastStep,
    evidence: [fact.id],
    noticeUntil: undefined,
    openObjections: {},
    objections: [],
    causes,
    removalReason,
  };
}

function step(state: HouseholdState, lastStep: Step, fact: Fact, noticeUntil?: string): HouseholdState {
  return withProgress(state, fact, (progress) => ({
    ...progress,
    lastStep,
    noticeUntil,
    evidence: [...progress.evidence, fact.id],
  }));
}

function withProgress(
  state: HouseholdState,
  fact: Fact,
  change: (progress: Progress) => Progress,
): HouseholdState {
  if (!('progress' in state) || !state.progress) return state;
  return { ...state, file: dated(state.file, fact), progress: change(state.progress) };
}

function withFile(state: HouseholdState, change: (file: HouseholdFile) => HouseholdFile): HouseholdState {
  return state.status === 'none' ? state : ({ ...state, file: change(state.file) } satisfies KnownHousehold);
}

function dated(file: HouseholdFile, { occurredOn }: Fact): HouseholdFile {
  return { ...file, lastStatusOn: occurredOn };
}

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
