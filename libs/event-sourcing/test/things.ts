import { randomUUID } from 'node:crypto';
import type { AppendExtras, AppendOutcome, AppendRequest, EventStore, IdempotencyKey } from '../src/index.js';

/** Events for a stream, told apart by their payload. */
export const events = (count = 1, text = 'thing') =>
  Array.from({ length: count }, (_, i) => ({
    type: 'ThingHappened',
    occurredOn: '2018-06-30',
    recordedAt: new Date(),
    payload: Buffer.from(`${text} ${i}`),
  }));

/** A request to append to one stream. */
export const to = (
  streamId: string,
  expectedVersion: number,
  count = 1,
  extras?: AppendExtras,
  idempotency?: IdempotencyKey,
): AppendRequest => ({
  streams: [{ streamId, streamType: 'test.thing', expectedVersion, events: events(count) }],
  ...(extras && { extras }),
  ...(idempotency && { idempotency }),
});

/** Appends and expects success. */
export async function appended(store: EventStore, request: AppendRequest) {
  const outcome = await store.append(request);
  if (outcome.outcome !== 'appended') throw new Error(`expected an append, got ${JSON.stringify(outcome)}`);
  return outcome;
}

/** Starts a stream of so many events. */
export async function stream(store: EventStore, count = 1, extras?: AppendExtras): Promise<string> {
  const streamId = randomUUID();
  await appended(store, to(streamId, 0, count, extras));
  return streamId;
}

export const request = (key: string, body = 'body'): IdempotencyKey => ({
  key,
  fingerprint: Buffer.alloc(32, body),
});

export const kinds = (outcomes: readonly AppendOutcome[]): string[] => outcomes.map(({ outcome }) => outcome);
