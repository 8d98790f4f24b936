import type { AppendOutcome } from './append.js';
import {
  answerOf,
  decideAt,
  handled,
  nextStep,
  type CommandContext,
  type CommandItem,
  type Handled,
} from './command.js';
import { VersionMismatch, type CommandError } from './command-errors.js';
import type { RecordedEvent } from './decider.js';
import { empty, foldStored, recordedEvent, type Folded } from './folded.js';
import { handleAcross, type AcrossContext, type AcrossDecide, type HandledAcross } from './handle-across.js';
import { handleMany } from './handle-many.js';
import { Lru } from './lru.js';
import type { EventStore } from './store.js';
import type { DecodedEvent, StreamType } from './stream-type.js';

/** An event of a stream with all that is stored about it. */
export interface ReadEvent<E> extends RecordedEvent<E> {
  readonly position: number;
  readonly recordedAt: Date;
  readonly type: string;
  readonly envelope: DecodedEvent<E>['envelope'];
}

/** How often a command is decided again when other instances keep changing the stream, before they are kept out. */
const ATTEMPTS = 4;

/** Load, fold, decide, append. Commands of one stream take turns; the folded state is kept for the next one. */
export class CommandHandler {
  readonly #folded: Lru<string, Folded<unknown>>;
  readonly #turns = new Map<string, Promise<unknown>>();

  /** `cacheSize`: streams whose folded state is kept. */
  constructor(
    readonly store: EventStore,
    options: { cacheSize?: number } = {},
  ) {
    this.#folded = new Lru(options.cacheSize ?? 10_000);
  }

  /**
   * Carries out a command. Throws {@link CommandRefused}, {@link VersionMismatch}, {@link ClaimTaken} or
   * {@link IdempotencyKeyReused}, {@link CommandOutdated} of its extras; StoreUnavailable when the database is away.
   */
  async handle<S, C, E>(
    type: StreamType<S, C, E>,
    streamId: string,
    command: C,
    context: CommandContext<E>,
  ): Promise<Handled<E>> {
    return this.#inTurn([streamId], () => this.#handle(type, streamId, command, context));
  }

  /**
   * Decides about several streams of a type at once and appends what follows to all of them or to none: a split, a merge, a
   * member who goes over. Loads the streams, calls `decide` with their states in the order of `streamIds`, and again on
   * newer states when another writer was quicker. `expectedVersion` (If-Match) and the idempotency key are the first
   * stream's. Throws what `handle` throws; a repeated command answers for every stream that it wrote to then.
   */
  handleAcross<S, C, E>(
    type: StreamType<S, C, E>,
    streamIds: readonly string[],
    decide: AcrossDecide<S, E>,
    context: AcrossContext<S, E>,
  ): Promise<HandledAcross<E>> {
    return this.#inTurn(streamIds, () => handleAcross(this.store, type, streamIds, decide, context));
  }

  /**
   * Carries out many commands in large steps; gives an outcome for each, in order, and never throws for a business
   * outcome. Several commands for one stream are decided in their order.
   */
  handleMany<S, C, E>(
    type: StreamType<S, C, E>,
    items: readonly CommandItem<C, E>[],
  ): Promise<(Handled<E> | CommandError)[]> {
    return handleMany(this, type, items);
  }

  /** A stream's events and state; version 0 for an unknown stream. */
  async read<S, C, E>(
    type: StreamType<S, C, E>,
    streamId: string,
  ): Promise<{ state: S; version: number; events: ReadEvent<E>[] }> {
    const stored = await this.store.load(streamId);
    let { state } = empty(type);
    const events = stored.map((event) => {
      const decoded = type.decode(event.payload);
      const { position, recordedAt, type: name } = event;
      const read = {
        ...recordedEvent(event, decoded),
        position,
        recordedAt,
        type: name,
        envelope: decoded.envelope,
      };
      state = type.decider.evolve(state, read);
      return read;
    });
    return { state, version: events.length, events };
  }

  /** Runs work when all that came earlier for its streams is done. Queued for all at once, so nobody waits in a circle. */
  async #inTurn<T>(streamIds: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = streamIds.flatMap((streamId) => this.#turns.get(streamId) ?? []);
    const turn = before.length > 0 ? Promise.all(before).then(work) : work();
    const settled = turn.then(ignore, ignore);
    for (const streamId of streamIds) this.#turns.set(streamId, settled);
    try {
      return await turn;
    } finally {
      for (const streamId of streamIds) {
        if (this.#turns.get(streamId) === settled) this.#turns.delete(streamId);
      }
    }
  }

  async #handle<S, C, E>(
    type: StreamType<S, C, E>,
    streamId: string,
    command: C,
    context: CommandContext<E>,
  ): Promise<Handled<E>> {
    const answer = await this.#attempt(this.store, type, streamId, command, context, ATTEMPTS);
    if (answer) return answer;
    // An instance with a hot state is always quicker than one that must reload: the lock gives this one its turn.
    this.#folded.delete(streamId);
    try {
      const held = await this.store.exclusively((tx) =>
        this.#attempt(tx, type, streamId, command, context, 1),
      );
      if (held) return held;
      throw new Error(`stream ${streamId} changed under the lock`);
    } finally {
      this.#folded.delete(streamId); // may be ahead of the database when the commit failed
    }
  }

  /** Undefined when every attempt met a newer version. */
  async #attempt<S, C, E>(
    store: Pick<EventStore, 'load' | 'append'>,
    type: StreamType<S, C, E>,
    streamId: string,
    command: C,
    context: CommandContext<E>,
    attempts: number,
  ): Promise<Handled<E> | undefined> {
    const { idempotency, expectedVersion } = context;
    const refresh = (from: Folded<S>) => this.#refresh(store, type, streamId, from);
    let folded = this.#folded.get(streamId) as Folded<S> | undefined;
    let fresh = false;
    if (!folded) {
      fresh = expectedVersion !== 0;
      folded = fresh ? await refresh(empty(type)) : empty(type);
    }
    for (let attempt = 1; ;) {
      const decision = decideAt(type, folded, command, context);
      if (decision instanceof Error) {
        const seen = idempotency && (await this.store.seen(idempotency));
        if (seen) return this.#answer(type, seen);
        if (fresh) throw decision;
        // The kept state may be behind what other instances appended: never refuse on its word alone.
        const { version } = folded;
        folded = await refresh(folded);
        fresh = true;
        if (folded.version === version) throw decision;
        continue;
      }
      if (decision.length === 0) return handled(type, streamId, folded, []);
      const extras = await context.extras?.(decision);
      const step = nextStep(type, streamId, folded, decision, context, extras);
      const outcome = await store.append(step.request);
      if (outcome.outcome === 'appended') {
        const next = { ...step.folded, position: outcome.lastPosition, hash: outcome.streams[0]!.lastHash };
        this.#folded.set(streamId, next);
        return handled(type, streamId, next, step.events);
      }
      if (outcome.outcome !== 'versionConflict') return this.#answer(type, outcome);
      if (expectedVersion !== undefined) {
        this.#folded.delete(streamId);
        throw new VersionMismatch(expectedVersion, outcome.actual);
      }
      // Not behind the database, yet another chain: it was restored from an older copy.
      folded = await refresh(outcome.actual <= folded.version ? empty(type) : folded);
      fresh = true;
      if (++attempt > attempts) return undefined;
    }
  }

  /** The answer of the first time, or the error that an outcome other than a conflict stands for. */
  async #answer<S, C, E>(
    type: StreamType<S, C, E>,
    outcome: Exclude<AppendOutcome, { outcome: 'appended' | 'versionConflict' }>,
  ): Promise<Handled<E>> {
    const replayed = outcome.outcome === 'replayed';
    const loaded = replayed ? await this.store.load(outcome.streamId, outcome.firstVersion - 1) : [];
    const answer = answerOf(type, outcome, loaded);
    if (answer instanceof Error) throw answer;
    return answer;
  }

  async #refresh<S, C, E>(
    store: Pick<EventStore, 'load'>,
    type: StreamType<S, C, E>,
    streamId: string,
    from: Folded<S>,
  ): Promise<Folded<S>> {
    const folded = foldStored(type, from, await store.load(streamId, from.version));
    if (folded.version > 0) this.#folded.set(streamId, folded);
    return folded;
  }
}

const ignore = () => undefined;
