import type { Envelope, Topic } from '@fupin/contracts';
import type pg from 'pg';
import type { IncomingMessage } from './kafka.js';
import type { DecodedEvent } from './stream-type.js';

/** An event on its way into a read model. */
export interface ProjectedEvent<E> {
  readonly streamId: string;
  /** Number within the stream, from 1. */
  readonly version: number;
  /** Position in the store that wrote it; grows along a partition. */
  readonly position: number;
  readonly recordedAt: Date;
  /** Business date `YYYY-MM-DD`. */
  readonly occurredOn: string;
  readonly region: string;
  readonly event: E;
  readonly envelope: Envelope;
  readonly payload: Uint8Array;
  readonly topic: string;
  readonly partition: number;
}

/** A read model over one topic. */
export interface Projection<E> {
  readonly topic: Topic;
  /** Throws for what it cannot read or does not know: that stops the partition. */
  decode(payload: Uint8Array): DecodedEvent<E>;
  /**
   * Writes a batch of one partition, in order and without repetitions, through `tx`, whose search_path is the read
   * model's schema. It shares its transaction with the checkpoint: commit nothing, and touch nothing but the database.
   */
  apply(tx: pg.ClientBase, batch: readonly ProjectedEvent<E>[]): Promise<void>;
}

/** A projection of whatever events: what each knows of its own is its own affair. */
export interface AnyProjection {
  readonly topic: Topic;
  decode(payload: Uint8Array): DecodedEvent<unknown>;
  apply(tx: pg.ClientBase, batch: readonly ProjectedEvent<never>[]): Promise<void>;
}

/** The store position in a message's header; undefined when it has none. */
export function positionOf(message: IncomingMessage): number | undefined {
  const header = message.headers['fupin_position'];
  if (header === undefined) return undefined;
  const position = Number(header.toString('latin1'));
  return Number.isSafeInteger(position) && position > 0 ? position : undefined;
}

/** Decodes a message; throws when it is not an event of ours or not known to this build. */
export function projectedEvent(
  message: IncomingMessage,
  position: number,
  projection: AnyProjection,
  place: { topic: string; partition: number },
): ProjectedEvent<never> {
  const { event, envelope } = projection.decode(message.value);
  if ((event as { case?: unknown }).case === undefined)
    throw new Error('an event that this build does not know');
  const { recordedAt } = envelope;
  return {
    streamId: message.key,
    version: envelope.streamVersion,
    position,
    recordedAt: new Date(
      recordedAt === undefined ? 0 : Number(recordedAt.seconds) * 1000 + recordedAt.nanos / 1e6,
    ),
    occurredOn: envelope.occurredOn,
    region: envelope.region,
    event: event as never,
    envelope,
    payload: message.value,
    topic: place.topic,
    partition: place.partition,
  };
}

/** Whether `message` follows `last` in the same log: the same writer, the next number (they wrap at 2^31). */
export function continues(last: IncomingMessage, message: IncomingMessage): boolean {
  return message.writer === last.writer && message.sequence === (last.sequence + 1) % 2 ** 31;
}
