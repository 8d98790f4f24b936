import type { CustomTypesConfig } from 'pg';

/** An event as the store holds it. */
export interface StoredEvent {
  readonly position: number;
  readonly streamId: string;
  readonly streamType: string;
  readonly version: number;
  readonly type: string;
  /** Business date `YYYY-MM-DD`. */
  readonly occurredOn: string;
  readonly recordedAt: Date;
  readonly payload: Uint8Array;
  readonly hash: Uint8Array;
}

/** Columns of a stored event, in the order that {@link storedEvent} takes them, as text. */
export const EVENT_COLUMNS = `e.stream_id, e.position, e.stream_type, e.version, e.type, e.occurred_on,
  date_part('epoch', e.recorded_at), e.payload, e.hash`;

export type EventColumns = [string, string, string, string, string, string, string, string, string];

/** Leaves every value as the text that the server sent: cheaper than the driver's parsers. */
export const AS_TEXT: CustomTypesConfig = { getTypeParser: () => (text: string) => text };

export const storedEvent = (row: readonly string[]): StoredEvent => ({
  streamId: row[0]!,
  position: Number(row[1]),
  streamType: row[2]!,
  version: Number(row[3]),
  type: row[4]!,
  occurredOn: row[5]!,
  recordedAt: new Date(Math.round(Number(row[6]) * 1000)),
  payload: bytesOf(row[7]!),
  hash: bytesOf(row[8]!),
});

/** The bytes of a bytea in its text form, `\x…`. */
export const bytesOf = (text: string): Buffer => Buffer.from(text.slice(2), 'hex');
