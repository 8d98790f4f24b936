import { hash } from 'node:crypto';

/** What an event's hash covers beside its predecessor's hash. */
export interface HashedEvent {
  /** The 16 bytes of the stream id. */
  readonly stream: Uint8Array;
  readonly streamType: string;
  readonly version: number;
  readonly type: string;
  /** `YYYY-MM-DD` */
  readonly occurredOn: string;
  readonly recordedAt: Date;
  readonly payload: Uint8Array;
}

/** Stands for the predecessor of a stream's first event. */
export const NO_HASH: Uint8Array = new Uint8Array(32);

/**
 * The hash of an event: SHA-256 over
 *
 * | bytes | |
 * |---|---|
 * | 32 | hash of the stream's previous event, zeros for the first |
 * | 16 | stream id (UUID) |
 * | 4 | version, unsigned, big-endian |
 * | 8 | recorded time, ms since 1970-01-01 UTC, signed, big-endian |
 * | 10 | business date, ASCII `YYYY-MM-DD` |
 * | 2 + n | length in bytes (unsigned, big-endian) and UTF-8 of the stream type |
 * | 2 + n | the same of the event type |
 * | rest | payload |
 */
export function eventHash(previous: Uint8Array, event: HashedEvent): Buffer {
  const streamType = Buffer.byteLength(event.streamType);
  const type = Buffer.byteLength(event.type);
  const bytes = Buffer.allocUnsafe(74 + streamType + type + event.payload.length);
  bytes.set(previous, 0);
  bytes.set(event.stream, 32);
  bytes.writeUInt32BE(event.version, 48);
  bytes.writeBigInt64BE(BigInt(event.recordedAt.getTime()), 52);
  bytes.write(event.occurredOn, 60, 10, 'ascii');
  bytes.writeUInt16BE(streamType, 70);
  bytes.write(event.streamType, 72);
  bytes.writeUInt16BE(type, 72 + streamType);
  bytes.write(event.type, 74 + streamType);
  bytes.set(event.payload, 74 + streamType + type);
  return hash('sha256', bytes, 'buffer');
}
