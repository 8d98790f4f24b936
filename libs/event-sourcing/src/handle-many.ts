import type { AppendOutcome, StreamAppend } from './append.js';
import {
  answerOf,
  decideAt,
  handled,
  nextStep,
  type CommandContext,
  type CommandItem,
  type Handled,
} from './command.js';
import { businessOutcome, ClaimTaken, VersionMismatch, type CommandError } from './command-errors.js';
import type { NewEvent, RecordedEvent } from './decider.js';
import { empty, foldStored, type Folded } from './folded.js';
import { eventHash } from './hash.js';
import { uuidBytes } from './pg-arrays.js';
import type { EventStore } from './store.js';
import type { SeenRequest } from './store-queries.js';
import type { StreamType } from './stream-type.js';

/** Appends submitted before the next ones are decided: one flush is under way while the next is prepared. */
const STEP = 500;
const STEPS_AHEAD = 2;
/** Streams whose commands are carried out one by one at the same time, after their assumptions failed. */
const ONE_BY_ONE = 32;

/** What a bulk needs of the command handler. */
interface Handler {
  readonly store: EventStore;
  handle<S, C, E>(
    type: StreamType<S, C, E>,
    streamId: string,
    command: C,
    context: CommandContext<E>,
  ): Promise<Handled<E>>;
}
type Result<E> = Handled<E> | CommandError;
interface Submitted<E> {
  readonly outcome: Promise<AppendOutcome>;
  readonly events: readonly RecordedEvent<E>[];
}

/** See CommandHandler.handleMany. */
export async function handleMany<S, C, E>(
  handler: Handler,
  type: StreamType<S, C, E>,
  items: readonly CommandItem<C, E>[],
): Promise<Result<E>[]> {
  const decided = await submitAll(handler, type, items);
  const results: (Result<E> | undefined)[] = [];
  const replays: { i: number; seen: SeenRequest }[] = [];
  const refused: { i: number; key: string; fingerprint: Uint8Array }[] = [];
  const again = new Map<string, number[]>();

  for (const [i, { streamId, context }] of items.entries()) {
    const answer = decided[i]!;
    const doubtful = again.get(streamId);
    if (doubtful) {
      // It cannot have been appended: its chain goes on from an event that was not.
      doubtful.push(i);
    } else if (answer instanceof Error) {
      results[i] = answer;
      if (context.idempotency) refused.push({ i, ...context.idempotency });
    } else if (!('outcome' in answer)) {
      results[i] = answer;
    } else {
      const outcome = await answer.outcome;
      if (outcome.outcome === 'appended') {
        const { lastVersion: version } = outcome.streams[0]!;
        results[i] = handled(type, streamId, { version, position: outcome.lastPosition }, answer.events);
        continue;
      }
      // What the stream's later commands assumed did not come to pass.
      again.set(streamId, []);
      if (outcome.outcome === 'claimTaken') results[i] = new ClaimTaken(outcome.key, outcome.owner);
      else if (outcome.outcome !== 'versionConflict') replays.push({ i, seen: outcome });
      else if (context.expectedVersion === undefined) again.get(streamId)!.push(i);
      else results[i] = new VersionMismatch(context.expectedVersion, outcome.actual);
    }
  }

  if (refused.length > 0) {
    const seen = await handler.store.seenMany(refused);
    seen.forEach((request, n) => request && replays.push({ i: refused[n]!.i, seen: request }));
  }
  await replayAll(handler, type, replays, results);
  await oneByOne([...again.values()], async (i) => {
    const { streamId, command, context } = items[i]!;
    results[i] = await handler.handle(type, streamId, command, context).catch(businessOutcome);
  });
  return results as Result<E>[];
}

/** Decides every command on what the ones before it are assumed to bring about, and submits what follows from it. */
async function submitAll<S, C, E>(
  handler: Handler,
  type: StreamType<S, C, E>,
  items: readonly CommandItem<C, E>[],
): Promise<(Submitted<E> | Result<E>)[]> {
  const { streams, repeated } = await foldMany(handler, type, items);
  const steps: Promise<unknown>[] = [];
  let step: Promise<AppendOutcome>[] = [];
  const decided: (Submitted<E> | Result<E>)[] = [];
  for (const { streamId, command, context } of items) {
    const folded = streams.get(streamId) ?? empty(type);
    const events = decideAt(type, folded, command, context);
    if (events instanceof Error) {
      decided.push(events);
    } else if (events.length === 0) {
      decided.push(handled(type, streamId, folded, []));
    } else {
      const extras = await extrasOf(context, events);
      if (extras instanceof Error) {
        decided.push(extras);
        continue;
      }
      const next = nextStep(type, streamId, folded, events, context, extras);
      const outcome = handler.store.append(next.request);
      if (repeated.has(streamId)) {
        streams.set(streamId, { ...next.folded, hash: lastHash(folded, next.request.streams[0]!) });
      }
      decided.push({ outcome, events: next.events });
      step.push(outcome);
    }
    if (step.length === STEP) {
      steps.push(Promise.allSettled(step));
      step = [];
      // Lets the flush leave before the next commands are decided.
      await new Promise((resolve) => setImmediate(resolve));
      await steps[steps.length - STEPS_AHEAD];
    }
  }
  await Promise.allSettled([...steps, ...step]);
  return decided;
}

/** What comes with the events, or that the command is to be made anew; at once where nothing is looked up. */
function extrasOf<E>({ extras }: CommandContext<E>, events: readonly NewEvent<E>[]) {
  const found = extras?.(events);
  return found instanceof Promise ? found.catch(businessOutcome) : found;
}

/** The streams of all items, folded; in `repeated` those with more than one item. */
async function foldMany<S, C, E>(
  handler: Handler,
  type: StreamType<S, C, E>,
  items: readonly CommandItem<C, E>[],
): Promise<{ streams: Map<string, Folded<S>>; repeated: Set<string> }> {
  const first = new Set<string>();
  const repeated = new Set<string>();
  const known: string[] = [];
  for (const { streamId, context } of items) {
    if (first.has(streamId)) {
      repeated.add(streamId);
      continue;
    }
    first.add(streamId);
    if (context.expectedVersion !== 0) known.push(streamId);
  }
  const streams = new Map<string, Folded<S>>();
  if (known.length > 0) {
    for (const [streamId, stored] of await handler.store.loadMany(known)) {
      streams.set(streamId, foldStored(type, empty(type), stored));
    }
  }
  return { streams, repeated };
}

function lastHash(folded: Folded<unknown>, { streamId, streamType, events }: StreamAppend): Uint8Array {
  const stream = uuidBytes(streamId);
  return events.reduce<Uint8Array>(
    (previous, event, i) =>
      eventHash(previous, { ...event, stream, streamType, version: folded.version + i + 1 }),
    folded.hash,
  );
}

/** Answers what was seen before, with the events of then read in one query. */
async function replayAll<S, C, E>(
  handler: Handler,
  type: StreamType<S, C, E>,
  replays: readonly { i: number; seen: SeenRequest }[],
  results: (Result<E> | undefined)[],
): Promise<void> {
  const streamIds = new Set(
    replays.flatMap(({ seen }) => (seen.outcome === 'replayed' ? [seen.streamId] : [])),
  );
  const loaded = streamIds.size > 0 ? await handler.store.loadMany([...streamIds]) : undefined;
  for (const { i, seen } of replays) {
    const events = seen.outcome === 'replayed' ? loaded?.get(seen.streamId) : undefined;
    results[i] = answerOf(type, seen, events ?? []);
  }
}

/** Runs each list in its order, several lists at a time. */
async function oneByOne(
  lists: readonly (readonly number[])[],
  run: (i: number) => Promise<void>,
): Promise<void> {
  const waiting = lists.filter((list) => list.length > 0);
  const worker = async () => {
    for (let list = waiting.pop(); list; list = waiting.pop()) for (const i of list) await run(i);
  };
  await Promise.all(Array.from({ length: ONE_BY_ONE }, worker));
}
