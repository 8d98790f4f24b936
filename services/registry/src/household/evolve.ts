import type { PovertyCauses } from '@fupin/contracts';
import { NoticeLevel, Procedure } from '@fupin/contracts';
import { addDays } from '@fupin/domain';
import type { RecordedEvent } from '@fupin/event-sourcing/decider';
import type { Event, EventCase } from './basis.js';
import type { ProcedureName, Step } from './procedure.js';
import type { HouseholdFile, HouseholdState, KnownHousehold, Progress } from './state.js';

type ValueOf<C extends EventCase> = Extract<Event, { case: C }>['value'];
type Fact = RecordedEvent<Event>;
/** Folds one event into the state. An event that cannot follow (never decided here) leaves the state as it is. */
type Fold<C extends EventCase> = (state: HouseholdState, value: ValueOf<C>, fact: Fact) => HouseholdState;

const FOLDS: { readonly [C in EventCase]: Fold<C> } = {
  applicationFiled: (state, value, fact) => {
    const { entryKind, householdKind, members, causes } = value;
    const before = state.status === 'none' ? opened(fact) : state.file;
    const file = { ...before, lastStatusOn: fact.occurredOn, entryKind, householdKind, members, causes };
    return { status: 'applicant', file, progress: begun('identification', 'application', fact) };
  },
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
      case 'none':
      case 'turnedDown':
        return state;
    }
  },
  householdRegistered: (state, value, fact) => {
    const { householdNo, entryKind, householdKind, members, causes } = value;
    const before = state.status === 'none' ? opened(fact) : state.file;
    const file = { ...before, lastStatusOn: fact.occurredOn, entryKind, householdKind, members, causes };
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
    const { year, netIncomeFen, persons, perCapitaNetIncomeFen } = value;
    const survey = { eventId, occurredOn, year, netIncomeFen, persons, perCapitaNetIncomeFen };
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
  // Shown by the projection; no decision of the register rests on them.
  livingConditionsRecorded: (state) => state,
  monitoringVisitRecorded: (state) => state,
  exitPlanned: (state, value, fact) =>
    state.status === 'stillPoor'
      ? { ...state, file: dated(state.file, fact), plannedExitYear: value.year }
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
      policiesRetainedUntil: value.policiesRetainedUntil,
      dibaoContinues: value.dibaoContinues,
      progress: undefined,
    };
  },
  relapseReported: (state, value, fact) =>
    state.status === 'exited'
      ? {
          ...state,
          file: dated(state.file, fact),
          progress: begun('return', 'relapseReport', fact, value.causes),
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
};

/** Folds one recorded event into a household's state; total: every event in every status has an answer. */
export function evolve(state: HouseholdState, fact: Fact): HouseholdState {
  const { event } = fact;
  const fold = FOLDS[event.case] as Fold<EventCase>;
  return fold(state, event.value, fact);
}

function opened({ occurredOn }: Fact): HouseholdFile {
  return {
    openedOn: occurredOn,
    lastStatusOn: occurredOn,
    entryKind: 0,
    householdKind: 0,
    members: [],
    causes: undefined,
    surveys: [],
    findings: [],
  };
}

function begun(procedure: ProcedureName, lastStep: Step, fact: Fact, causes?: PovertyCauses): Progress {
  return {
    procedure,
    lastStep,
    evidence: [fact.id],
    noticeUntil: undefined,
    openObjections: {},
    objections: [],
    causes,
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
  if (state.status === 'none' || state.status === 'turnedDown' || !state.progress) return state;
  return { ...state, file: dated(state.file, fact), progress: change(state.progress) };
}

function withFile(state: HouseholdState, change: (file: HouseholdFile) => HouseholdFile): HouseholdState {
  return state.status === 'none' ? state : ({ ...state, file: change(state.file) } satisfies KnownHousehold);
}

function dated(file: HouseholdFile, { occurredOn }: Fact): HouseholdFile {
  return { ...file, lastStatusOn: occurredOn };
}
