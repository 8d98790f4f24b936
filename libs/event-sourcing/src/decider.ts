/** A fact that a decider has just decided on; it has no version yet. */
export interface NewEvent<E> {
  readonly event: E;
  /** Business date `YYYY-MM-DD`, Asia/Shanghai. */
  readonly occurredOn: string;
  /** IDs of the policy rules the decision rested on, for example `REG-19`. */
  readonly ruleIds?: readonly string[];
  /** Recorded more than the set number of days after its date. */
  readonly backdated?: boolean;
}

/** A fact as the stream holds it. */
export interface RecordedEvent<E> {
  readonly event: E;
  /** Business date `YYYY-MM-DD`. */
  readonly occurredOn: string;
  /** Number within the stream, from 1. */
  readonly version: number;
  /** `<stream id>:<version>`. */
  readonly id: string;
}

/** Why a command was refused: for the caller, with the rule that says so. */
export interface Refusal {
  /** Stable, kebab-case: callers may depend on it. */
  readonly code: string;
  readonly message: string;
  readonly messageZh?: string;
  readonly ruleId?: string;
  /** The field of the command at fault. */
  readonly field?: string;
}

/** What a decider answers: events to append (none: nothing to do), or every reason that stands against the command. */
export type Decision<E> = { readonly accepted: true; readonly events: readonly NewEvent<E>[] } | Refused;

/** The same about several streams at once: events for each of them, in the order of the streams. */
export type AcrossDecision<E> =
  { readonly accepted: true; readonly events: readonly (readonly NewEvent<E>[])[] } | Refused;

/** Every reason that stands against a command. */
export interface Refused {
  readonly accepted: false;
  readonly reasons: readonly Refusal[];
}

/** Accepts a command with the facts that follow from it. */
export const accept = <E>(...events: NewEvent<E>[]): Decision<E> => ({ accepted: true, events });

/** Accepts a command about several streams with what follows for each. */
export const acceptAcross = <E>(...events: (readonly NewEvent<E>[])[]): AcrossDecision<E> => ({
  accepted: true,
  events,
});

/** Refuses a command. Name every reason at once, so that the caller need not come back for the next. */
export const refuse = (...reasons: Refusal[]): Refused => ({ accepted: false, reasons });

/** The rules of one stream type: pure, without clock, database or random numbers. */
export interface Decider<S, C, E> {
  /** State of a stream without events. */
  readonly initial: S;
  /** Answers a command; never throws for a business refusal. */
  decide(command: C, state: S): Decision<E>;
  /** Folds one fact into the state; returns a new state and leaves the old one as it was. */
  evolve(state: S, recorded: RecordedEvent<E>): S;
}

/** Folds facts into a state, from `state` on (the decider's initial one when left out). */
export const fold = <S, C, E>(
  decider: Decider<S, C, E>,
  events: Iterable<RecordedEvent<E>>,
  state: S = decider.initial,
): S => {
  for (const recorded of events) state = decider.evolve(state, recorded);
  return state;
};

/** The id of an event, the same everywhere. */
export const eventId = (streamId: string, version: number): string => `${streamId}:${version}`;
