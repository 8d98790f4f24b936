import type { BusinessDate, RegionCode } from '@fupin/domain';

/** Where a household of the register stands; `outside` before it enters. */
export type RegisterStatus = 'outside' | 'stillPoor' | 'exited' | 'returnedPoor';

/** Things that happen once on a day and are counted: the ledger lists them, the roll-up sums them. */
export type Flow = 'identified' | 'newlyPoor' | 'missed' | 'exits' | 'returns';

/** No main cause has been recorded. A code of the register's own list otherwise. */
export const NO_CAUSE = '-';

interface FactBase {
  /** Business date. */
  readonly on: BusinessDate;
  /** Version of the event in its stream; with `on` it orders the facts. */
  readonly version: number;
}

/**
 * The few facts of a household that decide how it is counted. They are kept per household in the order of business date,
 * so that a fact that arrives late finds its place and everything after it is worked out anew.
 */
export type Fact = FactBase &
  (
    | {
        readonly kind: 'entered';
        readonly village: RegionCode;
        readonly persons: number;
        readonly cause: string;
        readonly flow: 'identified' | 'newlyPoor' | 'missed';
      }
    | { readonly kind: 'cause'; readonly cause: string }
    | { readonly kind: 'exited'; readonly persons: number }
    | { readonly kind: 'returned'; readonly persons: number; readonly cause: string }
  );

/** How the household is counted from `from` on, until the next segment. */
export interface Segment {
  readonly from: BusinessDate;
  readonly village: RegionCode;
  readonly status: RegisterStatus;
  readonly persons: number;
  readonly cause: string;
}

/** One counted happening; stays where and as it happened. */
export interface FlowEntry {
  readonly on: BusinessDate;
  readonly version: number;
  readonly flow: Flow;
  readonly village: RegionCode;
  readonly persons: number;
  readonly cause: string;
}

/** A household as a function of business date: piecewise constant, with the happenings beside it. */
export interface History {
  readonly segments: readonly Segment[];
  readonly flows: readonly FlowEntry[];
}

export const EMPTY_HISTORY: History = { segments: [], flows: [] };

type State = Omit<Segment, 'from'>;
const START: State = { village: '', status: 'outside', persons: 0, cause: NO_CAUSE };

/** Adds a fact at its place by business date, then version. Facts are few, so a sort is the clearest way. */
export function withFact(facts: readonly Fact[], fact: Fact): readonly Fact[] {
  const last = facts.at(-1);
  if (!last || before(last, fact)) return [...facts, fact];
  return [...facts, fact].sort((a, b) => (before(a, b) ? -1 : 1));
}

const before = (a: Fact, b: Fact) => (a.on === b.on ? a.version < b.version : a.on < b.on);

/** Folds facts, ordered by business date, into the history they amount to. */
export function historyOf(facts: readonly Fact[]): History {
  const segments: Segment[] = [];
  const flows: FlowEntry[] = [];
  let state = START;
  for (const fact of facts) {
    // Only a household of the register can exit or return; otherwise its registration was skipped by an operator.
    if (state.status === 'outside' && (fact.kind === 'exited' || fact.kind === 'returned')) continue;
    state = next(state, fact);
    const segment = { from: fact.on, ...state };
    // Several facts of one day make one segment: as-of dates have no finer grain.
    if (segments.at(-1)?.from === fact.on) segments.pop();
    segments.push(segment);
    const flow = flowOf(fact);
    if (flow) {
      const { village, persons, cause } = state;
      flows.push({ on: fact.on, version: fact.version, flow, village, persons, cause });
    }
  }
  return { segments, flows };
}

function next(state: State, fact: Fact): State {
  switch (fact.kind) {
    case 'entered':
      return { village: fact.village, status: 'stillPoor', persons: fact.persons, cause: fact.cause };
    case 'cause':
      return { ...state, cause: fact.cause };
    case 'exited':
      return { ...state, status: 'exited', persons: fact.persons };
    case 'returned':
      return { ...state, status: 'returnedPoor', persons: fact.persons, cause: fact.cause };
  }
}

function flowOf(fact: Fact): Flow | undefined {
  switch (fact.kind) {
    case 'entered':
      return fact.flow;
    case 'exited':
      return 'exits';
    case 'returned':
      return 'returns';
    case 'cause':
      return undefined;
  }
}

/** The state on one business date; undefined before the first fact. */
export function stateOn(history: History, on: BusinessDate): Segment | undefined {
  return history.segments.findLast((s) => s.from <= on);
}
