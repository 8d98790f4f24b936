import type { AppendExtras, AppendOutcome, AppendRequest, IdempotencyKey } from './append.js';
import {
  ClaimTaken,
  CommandRefused,
  IdempotencyKeyReused,
  VersionMismatch,
  type CommandError,
} from './command-errors.js';
import { eventId, type NewEvent, type RecordedEvent } from './decider.js';
import { recordedEvent, type Folded } from './folded.js';
import { partitionOf } from './kafka/partition.js';
import type { Envelope, StreamType } from './stream-type.js';
import type { StoredEvent } from './stored-event.js';

/** What comes with a command. */
export interface CommandContext<E> {
  readonly envelope: Envelope;
  /** From If-Match; 0 means a new stream, which then is not even looked up. */
  readonly expectedVersion?: number;
  readonly idempotency?: IdempotencyKey;
  /**
   * Claims and rows that belong to the events just decided. May look things up: it is called after the stream was read,
   * and the append stands only if the stream has not moved since. Throws {@link CommandOutdated} when the command must be
   * made anew.
   */
  readonly extras?: (events: readonly NewEvent<E>[]) => AppendExtras | Promise<AppendExtras>;
}

/** A command carried out. */
export interface Handled<E> {
  /** On a replay the stream of the original request. */
  readonly streamId: string;
  /** Version of the stream after the command. */
  readonly version: number;
  /** Store position of the last event, for read-your-writes. */
  readonly position: number;
  readonly topic: string;
  readonly partition: number;
  /** What was appended; empty when there was nothing to do. */
  readonly events: readonly RecordedEvent<E>[];
  /** The idempotency key was seen before: nothing was done now, this is the answer of then. */
  readonly replayed: boolean;
}

/** One command of a bulk. */
export interface CommandItem<C, E> {
  readonly streamId: string;
  readonly command: C;
  readonly context: CommandContext<E>;
}

/** The events that follow from a command, or why there are none. */
export function decideAt<S, C, E>(
  type: StreamType<S, C, E>,
  folded: Folded<S>,
  command: C,
  { expectedVersion }: CommandContext<E>,
): readonly NewEvent<E>[] | CommandError {
  if (expectedVersion !== undefined && expectedVersion !== folded.version) {
    return new VersionMismatch(expectedVersion, folded.version);
  }
  const decision = type.decider.decide(command, folded.state);
  return decision.accepted ? decision.events : new CommandRefused(decision.reasons);
}

/** The request that appends decided events, and where the stream will stand once it is accepted. */
export function nextStep<S, C, E>(
  type: StreamType<S, C, E>,
  streamId: string,
  folded: Folded<S>,
  decided: readonly NewEvent<E>[],
  { envelope, idempotency }: CommandContext<E>,
  extras?: AppendExtras,
): { request: AppendRequest; folded: Folded<S>; events: RecordedEvent<E>[] } {
  const recordedAt = new Date();
  let { state, version } = folded;
  const events: RecordedEvent<E>[] = [];
  const encoded = decided.map((newEvent) => {
    version++;
    const { event, occurredOn } = newEvent;
    const recorded = { event, occurredOn, version, id: eventId(streamId, version) };
    events.push(recorded);
    state = type.decider.evolve(state, recorded);
    return { ...type.encode(newEvent, envelope, version, recordedAt), occurredOn, recordedAt };
  });
  const request: AppendRequest = {
    streams: [
      {
        streamId,
        streamType: type.name,
        expectedVersion: folded.version,
        events: encoded,
        ...(folded.version > 0 && { previousHash: folded.hash }),
      },
    ],
    ...(extras && { extras }),
    ...(idempotency && { idempotency }),
  };
  return { request, folded: { ...folded, state, version }, events };
}

/** The answer to a command. */
export const handled = <S, C, E>(
  type: StreamType<S, C, E>,
  streamId: string,
  { version, position }: { version: number; position: number },
  events: readonly RecordedEvent<E>[],
): Handled<E> => ({
  streamId,
  version,
  position,
  topic: type.topic.name,
  partition: partitionOf(streamId, type.topic.partitions),
  events,
  replayed: false,
});

/** What an outcome without a new append comes to: the answer of the first time, or the error that it stands for. */
export function answerOf<S, C, E>(
  type: StreamType<S, C, E>,
  outcome: Exclude<AppendOutcome, { outcome: 'appended' | 'versionConflict' }>,
  loaded: readonly StoredEvent[],
): Handled<E> | CommandError {
  if (outcome.outcome === 'keyReused') return new IdempotencyKeyReused();
  if (outcome.outcome === 'claimTaken') return new ClaimTaken(outcome.key, outcome.owner);
  const { streamId, firstVersion, lastVersion: version, lastPosition: position } = outcome;
  const events = loaded
    .filter((event) => event.version >= firstVersion && event.version <= version)
    .map((event) => recordedEvent(event, type.decode(event.payload)));
  return { ...handled(type, streamId, { version, position }, events), replayed: true };
}
