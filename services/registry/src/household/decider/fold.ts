import type { RecordedEvent } from '@fupin/event-sourcing/decider';
import type { Event, EventCase } from './event.js';
import type { HouseholdFile, HouseholdState, KnownHousehold } from './state.js';

// What the folds of every family need. A fold takes one event into the state; one that cannot follow (never decided
// here) leaves the state as it is.

type ValueOf<C extends EventCase> = Extract<Event, { case: C }>['value'];
export type Fact = RecordedEvent<Event>;
export type Fold<C extends EventCase> = (
  state: HouseholdState,
  value: ValueOf<C>,
  fact: Fact,
) => HouseholdState;
/** The folds of some of the events. */
export type FoldsOf<C extends EventCase> = { readonly [K in C]: Fold<K> };

/** The file that a household's first event opens. */
export function opened({ occurredOn }: Fact): HouseholdFile {
  return {
    openedOn: occurredOn,
    lastStatusOn: occurredOn,
    entryKind: 0,
    householdKind: 0,
    householdKindOn: occurredOn,
    members: [],
    memberDates: {},
    causes: undefined,
    causesOn: occurredOn,
    standard: 0,
    livingConditions: undefined,
    surveys: [],
    findings: [],
    joinedOn: {},
    departures: [],
    documents: [],
    openFindings: [],
    corrections: [],
    annulled: [],
    log: undefined,
  };
}

/** Changes the file of a household that has one. */
export function withFile(
  state: HouseholdState,
  change: (file: HouseholdFile) => HouseholdFile,
): HouseholdState {
  return state.status === 'none' ? state : ({ ...state, file: change(state.file) } satisfies KnownHousehold);
}

/** The file after a step or change of status: no later one may be dated before it. */
export function dated(file: HouseholdFile, { occurredOn }: Fact): HouseholdFile {
  return { ...file, lastStatusOn: occurredOn };
}
