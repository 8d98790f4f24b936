import type { BusinessDate, RegionCode } from '@fupin/domain';

/** Where a household of the register stands; `outside` before it enters and after it has left. */
export type RegisterStatus = 'outside' | 'stillPoor' | 'exited' | 'returnedPoor';

/** How a household left the register: 清退, 整户自然减少, 并户. */
export type Leaving = 'removed' | 'extinguished' | 'mergedAway';

/** Things that happen once on a day and are counted: the ledger lists them, the roll-up sums them. */
export type Flow =
  | 'identified'
  | 'newlyPoor'
  | 'missed'
  | 'splitOff'
  | 'movedIn'
  | 'movedOut'
  | 'exits'
  | 'returns'
  | 'exitReversals'
  | 'membersAdded'
  | 'membersLeft'
  | Leaving;

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
    | {
        /** Formed by a split: it stands in the register as the household it came from. */
        readonly kind: 'splitOff';
        readonly village: RegionCode;
        readonly persons: number;
        readonly cause: string;
        readonly exited: boolean;
        readonly returned: boolean;
        readonly policyEnded: boolean;
      }
    | { readonly kind: 'cause'; readonly cause: string }
    | { readonly kind: 'exited' }
    | { readonly kind: 'returned'; readonly cause: string }
    | {
        /** Persons came or went (negative), by birth and the like, or by a split or merge of households. */
        readonly kind: 'members';
        readonly by: number;
        readonly why: 'natural' | 'split' | 'merge';
      }
    | { readonly kind: 'moved'; readonly to: RegionCode }
    | { readonly kind: 'policy'; readonly ended: boolean }
    | { readonly kind: 'left'; readonly flow: Leaving }
    | {
        /** The exit of that version is void: the household has been poor throughout. */
        readonly kind: 'reversed';
        readonly exit: number;
      }
  );

/** How the household is counted from `from` on, until the next segment. */
export interface Segment {
  readonly from: BusinessDate;
  readonly village: RegionCode;
  readonly status: RegisterStatus;
  readonly persons: number;
  readonly cause: string;
  /** Of an exited household: it no longer receives measures. */
  readonly policyEnded: boolean;
  /** Version of the event that brought it into this status and village. */
  readonly by: number;
  /** Why it is outside, when it had been in. */
  readonly left: Leaving | undefined;
}

/** One counted happening; stays where and as it happened. */
export interface FlowEntry {
  readonly on: BusinessDate;
  readonly version: number;
  readonly flow: Flow;
  readonly village: RegionCode;
  /** 1, or 0 where only persons came or went. */
  readonly households: number;
  /** Negative where persons left by a split, or came by a merge: in a region that holds both households they cancel. */
  readonly persons: number;
  readonly cause: string;
  /**
   * Digits of the narrowest region that holds both villages of a move: there and above nothing moved. 0 for all others,
   * which count at every level.
   */
  readonly inside: number;
}

/** A household as a function of business date: piecewise constant, with the happenings beside it. */
export interface History {
  readonly segments: readonly Segment[];
  readonly flows: readonly FlowEntry[];
}

export const EMPTY_HISTORY: History = { segments: [], flows: [] };

type State = Omit<Segment, 'from'>;
const START: State = {
  village: '',
  status: 'outside',
  persons: 0,
  cause: NO_CAUSE,
  policyEnded: false,
  by: 0,
  left: undefined,
};

/**
 * Adds a fact at its place by business date, then version. A fact of the same version takes the other's place: that is what
 * a correction does. Facts are few, so a sort is the clearest way.
 */
export function withFact(facts: readonly Fact[], fact: Fact): readonly Fact[] {
  const newest = facts.every((f) => f.version < fact.version && f.on <= fact.on);
  if (newest) return [...facts, fact];
  return [...facts.filter((f) => f.version !== fact.version), fact].sort(byDate);
}

const byDate = (a: Fact, b: Fact) => (a.on === b.on ? a.version - b.version : a.on < b.on ? -1 : 1);

/** Folds facts into the history they amount to. */
export function historyOf(facts: readonly Fact[]): History {
  const segments: Segment[] = [];
  const flows: FlowEntry[] = [];
  const reversed = new Set<number>();
  for (const fact of facts) if (fact.kind === 'reversed') reversed.add(fact.exit);
  let state = START;
  for (const fact of inOrder(facts)) {
    const after = next(state, fact, reversed);
    // What cannot follow is left out: an event before it was skipped by an operator.
    if (!after) continue;
    addFlows(flows, fact, state, after);
    state = after;
    // Several facts of one day make one segment: as-of dates have no finer grain.
    if (segments.at(-1)?.from === fact.on) segments.pop();
    segments.push({ from: fact.on, ...state });
  }
  return { segments, flows };
}

/**
 * A change of members recorded after the entry but dated before it counts from the entry on: the entry names the members as
 * they were known then. So do causes dated between the application and the entry, unless the entry knew newer ones.
 */
function inOrder(facts: readonly Fact[]): readonly Fact[] {
  const entries = facts.filter((f) => f.kind === 'entered' || f.kind === 'splitOff');
  const late = facts.flatMap((fact) => {
    if (fact.kind !== 'members' && fact.kind !== 'cause') return [];
    const entry = entries.findLast((e) => e.version < fact.version && e.on > fact.on);
    if (!entry || (fact.kind === 'cause' && knewNewer(facts, entry, fact))) return [];
    return [[fact, entry] as const];
  });
  if (late.length === 0) return facts;
  const entryOf = new Map<Fact, Fact>(late);
  // Right after its entry: the late ones among themselves by their own dates, all before what else is of that day.
  const place = (fact: Fact) => ({
    on: entryOf.get(fact)?.on ?? fact.on,
    version: entryOf.get(fact)?.version ?? fact.version,
    late: entryOf.has(fact) ? 1 : 0,
  });
  return facts
    .toSorted((a, b) => {
      const [one, other] = [place(a), place(b)];
      if (one.on !== other.on) return one.on < other.on ? -1 : 1;
      return one.version - other.version || one.late - other.late || byDate(a, b);
    })
    .map((fact) => ({ ...fact, on: place(fact).on }));
}

/** What the entry was taken from is newer than the fact; or the fact is of an earlier time in the register. */
const knewNewer = (facts: readonly Fact[], entry: Fact, { on }: Fact): boolean =>
  facts.some((f) => f.version < entry.version && (f.kind === 'entered' || (f.kind === 'cause' && f.on > on)));

/** The state after a fact; undefined when it cannot follow. */
function next(state: State, fact: Fact, reversed: ReadonlySet<number>): State | undefined {
  const by = fact.version;
  if (state.status === 'outside')
    switch (fact.kind) {
      case 'entered': {
        const { village, persons, cause } = fact;
        return { ...START, village, status: 'stillPoor', persons, cause, by };
      }
      case 'splitOff': {
        const { village, persons, cause } = fact;
        const exited = fact.exited && !reversed.has(fact.version);
        const status = exited ? 'exited' : fact.returned ? 'returnedPoor' : 'stillPoor';
        return { ...START, village, status, persons, cause, by, policyEnded: exited && fact.policyEnded };
      }
      default:
        return undefined;
    }
  switch (fact.kind) {
    case 'entered':
    case 'splitOff':
      return undefined;
    case 'cause':
      return { ...state, cause: fact.cause };
    case 'exited':
      if (state.status === 'exited' || reversed.has(fact.version)) return undefined;
      return { ...state, status: 'exited', policyEnded: false, by };
    case 'returned':
      if (state.status !== 'exited') return undefined;
      return { ...state, status: 'returnedPoor', cause: fact.cause, policyEnded: false, by };
    case 'members':
      return { ...state, persons: Math.max(0, state.persons + fact.by) };
    case 'moved':
      return fact.to === state.village ? undefined : { ...state, village: fact.to, by };
    case 'policy':
      return state.status === 'exited' ? { ...state, policyEnded: fact.ended, by } : undefined;
    case 'left':
      return { ...state, status: 'outside', persons: 0, policyEnded: false, by, left: fact.flow };
    case 'reversed':
      return state;
  }
}

function addFlows(flows: FlowEntry[], fact: Fact, before: State, after: State): void {
  const add = (flow: Flow, households: number, persons: number, at: State = after, inside = 0) => {
    const { village, cause } = at;
    flows.push({ on: fact.on, version: fact.version, flow, village, households, persons, cause, inside });
  };
  switch (fact.kind) {
    case 'entered':
      return add(fact.flow, 1, after.persons);
    case 'splitOff':
      return add('splitOff', 1, after.persons);
    case 'exited':
      return add('exits', 1, after.persons);
    case 'returned':
      return add('returns', 1, after.persons);
    case 'reversed':
      return add('exitReversals', 1, after.persons);
    case 'left':
      return add(fact.flow, 1, before.persons, before);
    case 'moved': {
      const inside = sharedDigits(before.village, after.village);
      add('movedOut', 1, before.persons, before, inside);
      return add('movedIn', 1, after.persons, after, inside);
    }
    case 'members': {
      const by = after.persons - before.persons;
      if (by === 0) return;
      if (fact.why === 'split') return add('splitOff', 0, by);
      if (fact.why === 'merge') return add('mergedAway', 0, -by);
      return by > 0 ? add('membersAdded', 0, by) : add('membersLeft', 0, -by);
    }
    case 'cause':
    case 'policy':
  }
}

/** Digits of the narrowest region that holds both villages; 0 when they lie in different provinces. */
export function sharedDigits(a: RegionCode, b: RegionCode): number {
  return [12, 9, 6, 4, 2].find((digits) => a.slice(0, digits) === b.slice(0, digits)) ?? 0;
}

/** The state on one business date; undefined before the first fact. */
export function stateOn(history: History, on: BusinessDate): Segment | undefined {
  return history.segments.findLast((s) => s.from <= on);
}
