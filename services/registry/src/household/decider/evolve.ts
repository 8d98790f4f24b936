import { repairOf } from '@fupin/contracts';
import type { EventCase } from './event.js';
import { dated, opened, withFile, type Fact, type Fold, type FoldsOf } from './fold.js';
import { MEMBER_FOLDS } from './fold-members.js';
import { PROCEDURE_FOLDS } from './fold-procedure.js';
import { NO_HOUSEHOLD } from './state.js';
import type { HouseholdState, Log } from './state.js';

const FOLDS: FoldsOf<EventCase> = {
  ...PROCEDURE_FOLDS,
  ...MEMBER_FOLDS,
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
