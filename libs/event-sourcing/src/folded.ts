import { eventId, type RecordedEvent } from './decider.js';
import { NO_HASH } from './hash.js';
import type { DecodedEvent, StreamType } from './stream-type.js';
import type { StoredEvent } from './stored-event.js';

/** A stream folded up to a version. */
export interface Folded<S> {
  readonly state: S;
  readonly version: number;
  /** Hash and store position of its last event; zeros and 0 without one. */
  readonly hash: Uint8Array;
  readonly position: number;
}

/** A stream without events. */
export const empty = <S, C, E>(type: StreamType<S, C, E>): Folded<S> => ({
  state: type.decider.initial,
  version: 0,
  hash: NO_HASH,
  position: 0,
});

/** Folds stored events on top of what is folded already. */
export function foldStored<S, C, E>(
  type: StreamType<S, C, E>,
  from: Folded<S>,
  stored: readonly StoredEvent[],
): Folded<S> {
  const last = stored.at(-1);
  if (!last) return from;
  let { state } = from;
  // The hash is copied: what was loaded need not stay in memory for it.
  for (const event of stored) {
    state = type.decider.evolve(state, recordedEvent(event, type.decode(event.payload)));
  }
  return { state, version: last.version, hash: Buffer.from(last.hash), position: last.position };
}

/** A stored event as the decider sees it. */
export const recordedEvent = <E>(stored: StoredEvent, { event }: DecodedEvent<E>): RecordedEvent<E> => ({
  event,
  occurredOn: stored.occurredOn,
  version: stored.version,
  id: eventId(stored.streamId, stored.version),
});
