import { deepStrictEqual, ok } from 'node:assert/strict';
import { eventId, fold, type Decider, type NewEvent, type RecordedEvent, type Refusal } from './decider.js';

/** What was decided, to be checked with `then` or `thenRefused`. */
export interface Outcome<S, C, E> {
  /** Exactly these events, in order. `ruleIds` and `backdated` are compared where the expectation gives them. */
  then(...expected: NewEvent<E>[]): Outcome<S, C, E>;
  /** Refused, each expectation matched by a reason (code, and whatever else is given). */
  thenRefused(...expected: Partial<Refusal>[]): Outcome<S, C, E>;
  /** Accepted, the state after it as `check` wants it. */
  thenState(check: (state: S) => void): Outcome<S, C, E>;
  /** Accepted; goes on with another command. */
  when(command: C): Outcome<S, C, E>;
}

/**
 * The language of decider tests:
 * `given(decider, …events).when(command).then(…events)` or `.thenRefused({ code, ruleId })`.
 */
export function given<S, C, E>(decider: Decider<S, C, E>, ...past: NewEvent<E>[]) {
  return { when: (command: C): Outcome<S, C, E> => decided(decider, past, command) };
}

function decided<S, C, E>(decider: Decider<S, C, E>, past: NewEvent<E>[], command: C): Outcome<S, C, E> {
  const decision = decider.decide(command, fold(decider, recorded(past)));
  const events = (): readonly NewEvent<E>[] => {
    ok(decision.accepted, `refused: ${decision.accepted ? '' : describe(decision.reasons)}`);
    return decision.events;
  };
  const outcome: Outcome<S, C, E> = {
    then(...expected) {
      const actual = events();
      deepStrictEqual(
        actual.map((event, i) => comparable(event, expected[i] ?? event)),
        expected.map((event) => comparable(event, event)),
      );
      return outcome;
    },
    thenRefused(...expected) {
      ok(!decision.accepted, 'accepted, though a refusal was expected');
      for (const reason of expected) {
        const entries = Object.entries(reason);
        ok(
          decision.reasons.some((actual) =>
            entries.every(([key, value]) => actual[key as keyof Refusal] === value),
          ),
          `no reason ${JSON.stringify(reason)} among: ${describe(decision.reasons)}`,
        );
      }
      return outcome;
    },
    thenState(check) {
      check(fold(decider, recorded([...past, ...events()])));
      return outcome;
    },
    when: (next) => decided(decider, [...past, ...events()], next),
  };
  return outcome;
}

/** Numbers new events as one stream would. */
export const recorded = <E>(events: readonly NewEvent<E>[], streamId = 'stream'): RecordedEvent<E>[] =>
  events.map(({ event, occurredOn }, i) => ({
    event,
    occurredOn,
    version: i + 1,
    id: eventId(streamId, i + 1),
  }));

function comparable<E>(event: NewEvent<E>, expected: NewEvent<E>) {
  return {
    event: event.event,
    occurredOn: event.occurredOn,
    ...(expected.ruleIds && { ruleIds: event.ruleIds }),
    ...(expected.backdated !== undefined && { backdated: event.backdated ?? false }),
  };
}

const describe = (reasons: readonly Refusal[]) => reasons.map((r) => `${r.code} (${r.message})`).join('; ');
