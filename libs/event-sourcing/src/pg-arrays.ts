// One-dimensional PostgreSQL arrays in the binary wire format. node-pg sends a Buffer as a binary parameter, so the
// server reads these with array_recv, without parsing any text: about twice as fast as arrays of literals or JSON.
const HEADER = 20;
const DAYS_1970_TO_2000 = 10_957;
const MS_1970_TO_2000 = DAYS_1970_TO_2000 * 86_400_000;

function header(oid: number, count: number, bytes: number, hasNulls = false): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + bytes);
  buffer.writeInt32BE(1, 0); // dimensions
  buffer.writeInt32BE(hasNulls ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16); // lower bound
  return buffer;
}

/** `int4[]`; null where an element is undefined. */
export function intArray(values: readonly (number | undefined)[]): Buffer {
  const hasNulls = values.includes(undefined);
  const nulls = hasNulls ? values.filter((value) => value === undefined).length : 0;
  const buffer = header(23, values.length, values.length * 8 - nulls * 4, hasNulls);
  let at = HEADER;
  for (const value of values) {
    if (value === undefined) {
      at = buffer.writeInt32BE(-1, at);
    } else {
      at = buffer.writeInt32BE(4, at);
      at = buffer.writeInt32BE(value, at);
    }
  }
  return buffer;
}

/** `bytea[]`; null where an element is undefined. */
export function byteaArray(values: readonly (Uint8Array | undefined)[]): Buffer {
  let bytes = 0;
  let hasNulls = false;
  for (const value of values) {
    bytes += 4 + (value?.length ?? 0);
    hasNulls ||= value === undefined;
  }
  const buffer = header(17, values.length, bytes, hasNulls);
  let at = HEADER;
  for (const value of values) {
    at = buffer.writeInt32BE(value?.length ?? -1, at);
    if (value) {
      buffer.set(value, at);
      at += value.length;
    }
  }
  return buffer;
}

/** `text[]`; null where an element is undefined. */
export function textArray(values: readonly (string | undefined)[]): Buffer {
  let bytes = 0;
  let hasNulls = false;
  for (const value of values) {
    bytes += 4 + (value === undefined ? 0 : Buffer.byteLength(value));
    hasNulls ||= value === undefined;
  }
  const buffer = header(25, values.length, bytes, hasNulls);
  let at = HEADER;
  let previous: string | undefined;
  let from = 0;
  for (const value of values) {
    if (value === undefined) {
      at = buffer.writeInt32BE(-1, at);
    } else if (value === previous) {
      at += buffer.copy(buffer, at, from, from + 4 + buffer.readInt32BE(from)); // names of types repeat
    } else {
      const length = buffer.write(value, at + 4);
      buffer.writeInt32BE(length, at);
      [previous, from] = [value, at];
      at += 4 + length;
    }
  }
  return buffer;
}

/** `uuid[]` from the 16 raw bytes of each. */
export function uuidArray(values: readonly Uint8Array[]): Buffer {
  const buffer = header(2950, values.length, values.length * 20);
  let at = HEADER;
  for (const value of values) {
    at = buffer.writeInt32BE(16, at);
    buffer.set(value, at);
    at += 16;
  }
  return buffer;
}

/** `date[]` from `YYYY-MM-DD`. */
export function dateArray(values: readonly string[]): Buffer {
  const buffer = header(1082, values.length, values.length * 8);
  let at = HEADER;
  for (const value of values) {
    at = buffer.writeInt32BE(4, at);
    at = buffer.writeInt32BE(dayNumber(value), at);
  }
  return buffer;
}

const days = new Map<string, number>();

/** Days from 2000-01-01 to a date `YYYY-MM-DD`; throws `RangeError` for anything but a day of the calendar. */
export function dayNumber(date: string): number {
  let day = days.get(date);
  if (day === undefined) {
    const time = Date.parse(date);
    if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) {
      throw new RangeError(`not a date: ${date}`);
    }
    day = time / 86_400_000 - DAYS_1970_TO_2000;
    if (days.size > 50_000) days.clear();
    days.set(date, day);
  }
  return day;
}

/** `timestamptz[]`, to the millisecond. */
export function timestampArray(values: readonly Date[]): Buffer {
  const buffer = header(1184, values.length, values.length * 12);
  let at = HEADER;
  for (const value of values) {
    const microseconds = (value.getTime() - MS_1970_TO_2000) * 1000;
    const high = Math.floor(microseconds / 0x1_0000_0000);
    at = buffer.writeInt32BE(8, at);
    at = buffer.writeInt32BE(high, at);
    at = buffer.writeUInt32BE(microseconds - high * 0x1_0000_0000, at);
  }
  return buffer;
}

/** The 16 bytes of a UUID; throws `RangeError` for anything else. */
export function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.length === 36 ? uuid.replaceAll('-', '') : '', 'hex');
  if (bytes.length !== 16) throw new RangeError(`not a UUID: ${uuid}`);
  return bytes;
}
