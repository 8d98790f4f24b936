import { repairOf } from '@fupin/contracts';
import { carriedOn, causesFrom, statedAfresh } from './dated-facts.js';
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
    const registeredOn = fact.occurredOn;
    const stated = { householdKind, members, causes };
    const form =
      state.status === 'none'
        ? statedAfresh(opened(fact), stated, registeredOn)
        : carriedOn(state.file, stated, registeredOn);
    const file = { ...form, lastStatusOn: registeredOn, entryKind, standard };
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
  povertyCausesRecorded: (state, { causes }, { occurredOn }) =>
    withFile(state, (file) => causesFrom(file, causes, occurredOn)),
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
      file: causesFrom(dated(state.file, fact), value.causes ?? state.file.causes, fact.occurredOn),
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
    if (state.status === 'none' || (!repair && !value.annulled)) return state;
    const { correctedEventId, annulled: never, reason } = value;
    const { file } = state;
    const counted = factsOf(file.log);
    const named = [...counted, ...file.annulled].find(({ id }) => id === correctedEventId);
    // Everything is folded anew with the repaired event in its place, or without the one that never was: what follows
    // from it follows by itself.
    const others = counted.filter(({ id }) => id !== correctedEventId);
    const right = named && repair && { ...named, event: repair.event, occurredOn: repair.occurredOn };
    const corrected = (right ? inPlace(others, right) : others).reduce(evolve, NO_HOUSEHOLD);
    const made = {
      eventId: fact.id,
      correctedEventId,
      correctedOn: fact.occurredOn,
      reason,
      annulled: never,
    };
    const corrections = [...file.corrections, made];
    const struck = file.annulled.filter(({ id }) => id !== correctedEventId);
    const annulled = named && never ? [...struck, named] : struck;
    return withFile(corrected, (known) => ({ ...known, corrections, annulled }));
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

/** The events with one more at its place among them, in the order they were recorded. */
export const inPlace = (facts: readonly Fact[], fact: Fact): Fact[] =>
  [...facts, fact].sort((a, b) => a.version - b.version);
