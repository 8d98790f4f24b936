import type { AppendExtras, AppendOutcome, AppendRequest, IdempotencyKey, StreamAppend } from './append.js';
import { handled, nextStep, type Handled } from './command.js';
import {
  ClaimTaken,
  CommandRefused,
  IdempotencyKeyReused,
  VersionMismatch,
  type CommandError,
} from './command-errors.js';
import type { AcrossDecision, NewEvent, RecordedEvent } from './decider.js';
import { empty, foldStored, recordedEvent, type Folded } from './folded.js';
import type { EventStore } from './store.js';
import type { SeenRequest } from './store-queries.js';
import type { StoredEvent } from './stored-event.js';
import type { Envelope, StreamType } from './stream-type.js';

/** Pure: the streams' states in their order, the initial one for a stream that is to begin. */
export type AcrossDecide<S, E> = (states: readonly S[]) => AcrossDecision<E>;

/** What comes with a command over several streams. */
export interface AcrossContext<S, E> {
  /** Envelope of each stream's events: streams may lie in different regions. */
  readonly envelope: (streamId: string, state: S) => Envelope;
  /** From If-Match, for the first stream. */
  readonly expectedVersion?: number;
  readonly idempotency?: IdempotencyKey;
  /**
   * Claims and rows that belong to the decided events; `takeFor` has claims for other streams than the first. May look
   * things up: what it finds out by the states holds, for the append stands only if no stream has moved since.
   */
  readonly extras?: (
    events: readonly (readonly NewEvent<E>[])[],
    states: readonly S[],
  ) => AcrossExtras | Promise<AcrossExtras>;
}

/** {@link AppendExtras}, with claims for any of the streams. */
export interface AcrossExtras extends AppendExtras {
  readonly takeFor?: Readonly<Record<string, readonly string[]>>;
}

/** A command carried out over several streams. */
export interface HandledAcross<E> {
  /** For each stream that got events, in the order of the command; each has its own position for read-your-writes. */
  readonly streams: readonly Handled<E>[];
  readonly replayed: boolean;
}

type Loader = Pick<EventStore, 'load' | 'append'>;

/** How often the command is decided again when others keep changing the streams, before they are kept out. */
const ATTEMPTS = 4;

/** See CommandHandler.handleAcross. */
export async function handleAcross<S, C, E>(
  store: EventStore,
  type: StreamType<S, C, E>,
  streamIds: readonly string[],
  decide: AcrossDecide<S, E>,
  context: AcrossContext<S, E>,
): Promise<HandledAcross<E>> {
  const attempt = async (loader: Loader): Promise<HandledAcross<E> | undefined> => {
    const folded = await Promise.all(
      streamIds.map(async (id) => foldStored(type, empty(type), await loader.load(id))),
    );
    const decision = decideAcross(folded, decide, context.expectedVersion);
    if (decision instanceof Error) {
      const seen = context.idempotency && (await store.seen(context.idempotency));
      if (seen) return answerAcross(store, type, seen);
      throw decision;
    }
    if (decision.every((events) => events.length === 0)) {
      return { streams: [handled(type, streamIds[0]!, folded[0]!, [])], replayed: false };
    }
    const { request, written } = await prepare(type, streamIds, folded, decision, context);
    const outcome = await loader.append(request);
    if (outcome.outcome === 'appended') return answerWritten(type, written, outcome.lastPosition);
    if (outcome.outcome !== 'versionConflict') return answerAcross(store, type, outcome);
    if (context.expectedVersion !== undefined && outcome.streamId === streamIds[0]) {
      throw new VersionMismatch(context.expectedVersion, outcome.actual);
    }
    return undefined;
  };
  for (let n = 0; n < ATTEMPTS; n++) {
    const answer = await attempt(store);
    if (answer) return answer;
  }
  const held = await store.exclusively(attempt);
  if (held) return held;
  throw new Error(`streams ${streamIds.join(', ')} changed under the lock`);
}

function decideAcross<S, E>(
  folded: readonly Folded<S>[],
  decide: AcrossDecide<S, E>,
  expectedVersion: number | undefined,
): readonly (readonly NewEvent<E>[])[] | CommandError {
  const { version } = folded[0]!;
  if (expectedVersion !== undefined && expectedVersion !== version) {
    return new VersionMismatch(expectedVersion, version);
  }
  const decision = decide(folded.map(({ state }) => state));
  if (!decision.accepted) return new CommandRefused(decision.reasons);
  if (decision.events.length !== folded.length)
    throw new RangeError('a decision needs events for each stream');
  return decision.events;
}

/** What a stream gets in an append. */
interface Written<E> {
  readonly streamId: string;
  readonly version: number;
  readonly events: readonly RecordedEvent<E>[];
}

async function prepare<S, C, E>(
  type: StreamType<S, C, E>,
  streamIds: readonly string[],
  folded: readonly Folded<S>[],
  decision: readonly (readonly NewEvent<E>[])[],
  context: AcrossContext<S, E>,
): Promise<{ request: AppendRequest; written: Written<E>[] }> {
  const states = folded.map(({ state }) => state);
  const { takeFor, ...extras } = (await context.extras?.(decision, states)) ?? {};
  const streams: StreamAppend[] = [];
  const written: Written<E>[] = [];
  streamIds.forEach((streamId, i) => {
    const from = folded[i]!;
    if (decision[i]!.length === 0) return;
    const envelope = context.envelope(streamId, from.state);
    const step = nextStep(type, streamId, from, decision[i]!, { envelope });
    const take = takeFor?.[streamId];
    streams.push({ ...step.request.streams[0]!, ...(take && { take }) });
    written.push({ streamId, version: step.folded.version, events: step.events });
  });
  if (streams[0]!.streamId !== streamIds[0]) throw new RangeError('the first stream must get an event');
  const { idempotency } = context;
  return { request: { streams, extras, ...(idempotency && { idempotency }) }, written };
}

/** Positions follow from the last one: the streams' events lie one after the other. */
function answerWritten<S, C, E>(
  type: StreamType<S, C, E>,
  written: readonly Written<E>[],
  lastPosition: number,
): HandledAcross<E> {
  let position = lastPosition - written.reduce((sum, { events }) => sum + events.length, 0);
  const streams = written.map(({ streamId, version, events }) => {
    position += events.length;
    return handled(type, streamId, { version, position }, events);
  });
  return { streams, replayed: false };
}

/** The answer of the first time, for every stream it wrote to, or the error that an outcome stands for. */
async function answerAcross<S, C, E>(
  store: EventStore,
  type: StreamType<S, C, E>,
  outcome: SeenRequest | Extract<AppendOutcome, { outcome: 'claimTaken' }>,
): Promise<HandledAcross<E>> {
  if (outcome.outcome === 'keyReused') throw new IdempotencyKeyReused();
  if (outcome.outcome === 'claimTaken') throw new ClaimTaken(outcome.key, outcome.owner);
  const [first] = await store.load(outcome.streamId, outcome.firstVersion - 1);
  const stored = await store.loadPositions(first!.position, outcome.lastPosition);
  const byStream = new Map<string, StoredEvent[]>();
  for (const event of stored) {
    const events = byStream.get(event.streamId) ?? [];
    byStream.set(event.streamId, events);
    events.push(event);
  }
  const streams = [...byStream].map(([streamId, events]) => {
    const { version, position } = events.at(-1)!;
    const facts = events.map((event) => recordedEvent(event, type.decode(event.payload)));
    return { ...handled(type, streamId, { version, position }, facts), replayed: true };
  });
  return { streams, replayed: true };
}
