import type { OutgoingMessage } from './types.js';

/** Who writes: the broker drops what it has already taken from a producer with the same sequence number. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

const HEADER_BYTES = 61;

/** Memory for the record batches of one request, used again for the next one. */
export class Scratch {
  private bytes = Buffer.allocUnsafeSlow(1 << 20);
  private used = 0;

  /** At least `size` bytes, ours until {@link reset}. */
  take(size: number): Buffer {
    // The old one lives on in what was taken from it.
    if (this.used + size > this.bytes.length) {
      this.bytes = Buffer.allocUnsafeSlow(Math.max(size, this.bytes.length * 2));
      this.used = 0;
    }
    return this.bytes.subarray(this.used, (this.used += size));
  }

  /** Gives back what was taken but not needed at the end of the last piece. */
  giveBack(size: number): void {
    this.used -= size;
  }

  reset(): void {
    this.used = 0;
  }
}

/**
 * Encodes messages as one Kafka record batch (magic 2), uncompressed. kafkajs does the same with an object and a
 * growing buffer per field, which made encoding the slowest part of the relay by far.
 */
export function recordBatch(
  messages: readonly OutgoingMessage[],
  identity: ProducerIdentity,
  firstSequence: number,
  scratch = new Scratch(),
): Buffer {
  const bytes = scratch.take(messages.reduce((sum, message) => sum + upperBound(message), HEADER_BYTES));
  const first = messages[0]?.timestamp ?? 0;
  let max = first;
  let at = HEADER_BYTES;
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i] as OutgoingMessage;
    max = Math.max(max, message.timestamp);
    // The length goes before the record: it is known once the record is written, so leave room for its varint.
    const start = at + sizeOfVarint(upperBound(message));
    const end = writeRecord(bytes, start, message, message.timestamp - first, i);
    const length = end - start;
    const lengthAt = start - sizeOfVarint(length);
    writeVarint(bytes, lengthAt, length);
    if (lengthAt > at) bytes.copyWithin(at, lengthAt, end);
    at = end - (lengthAt - at);
  }
  const batch = bytes.subarray(0, at);
  scratch.giveBack(bytes.length - at);
  batch.writeBigInt64BE(0n, 0); // base offset: the broker's
  batch.writeInt32BE(at - 12, 8);
  batch.writeInt32BE(-1, 12); // leader epoch: the broker's
  batch.writeInt8(2, 16);
  batch.writeInt16BE(0, 21); // no compression, time of creation
  batch.writeInt32BE(messages.length - 1, 23);
  batch.writeBigInt64BE(BigInt(first), 27);
  batch.writeBigInt64BE(BigInt(max), 35);
  batch.writeBigInt64BE(identity.producerId, 43);
  batch.writeInt16BE(identity.producerEpoch, 51);
  batch.writeInt32BE(firstSequence, 53);
  batch.writeInt32BE(messages.length, 57);
  batch.writeUInt32BE(crc32c(batch, 21), 17);
  return batch;
}

function writeRecord(
  b: Buffer,
  start: number,
  message: OutgoingMessage,
  timestampDelta: number,
  i: number,
): number {
  let at = start;
  b[at++] = 0; // attributes
  at = writeVarint(b, at, timestampDelta);
  at = writeVarint(b, at, i);
  at = writeText(b, at, message.key);
  at = writeVarint(b, at, message.value.length);
  b.set(message.value, at);
  at += message.value.length;
  const names = Object.keys(message.headers);
  at = writeVarint(b, at, names.length);
  for (const name of names) {
    at = writeText(b, at, name);
    at = writeText(b, at, message.headers[name] ?? '');
  }
  return at;
}

/** Bytes of a message in a batch, at most. */
export function upperBound(message: OutgoingMessage): number {
  // Three bytes for a UTF-16 unit at most, five for the varint of a length.
  let size = 40 + 3 * message.key.length + message.value.length;
  for (const name of Object.keys(message.headers)) {
    size += 10 + 3 * (name.length + (message.headers[name] ?? '').length);
  }
  return size;
}

function writeText(b: Buffer, at: number, text: string): number {
  const length = Buffer.byteLength(text);
  const start = writeVarint(b, at, length);
  b.write(text, start, length, 'utf8');
  return start + length;
}

// Zigzag varints. Deltas of time may exceed 32 bits, hence no bit operators on the large part.
function writeVarint(b: Buffer, at: number, value: number): number {
  let rest = value >= 0 ? value * 2 : value * -2 - 1;
  while (rest >= 0x80) {
    b[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  b[at++] = rest;
  return at;
}

function sizeOfVarint(value: number): number {
  let rest = value >= 0 ? value * 2 : value * -2 - 1;
  let size = 1;
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80);
    size++;
  }
  return size;
}

const TABLES = crcTables();

// Four tables: four bytes in one step.
function crcTables(): Int32Array[] {
  const tables = Array.from({ length: 4 }, () => new Int32Array(256));
  const [t0, t1, t2, t3] = tables as [Int32Array, Int32Array, Int32Array, Int32Array];
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    t0[i] = crc;
  }
  for (let i = 0; i < 256; i++) {
    t1[i] = ((t0[i] as number) >>> 8) ^ (t0[(t0[i] as number) & 255] as number);
    t2[i] = ((t1[i] as number) >>> 8) ^ (t0[(t1[i] as number) & 255] as number);
    t3[i] = ((t2[i] as number) >>> 8) ^ (t0[(t2[i] as number) & 255] as number);
  }
  return tables;
}

/** CRC-32C (Castagnoli) of the bytes from `from` on. */
export function crc32c(bytes: Uint8Array, from = 0): number {
  const [t0, t1, t2, t3] = TABLES as [Int32Array, Int32Array, Int32Array, Int32Array];
  const { length } = bytes;
  let crc = -1;
  let i = from;
  for (; i + 4 <= length; i += 4) {
    crc ^=
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    crc =
      (t3[crc & 255] as number) ^
      (t2[(crc >>> 8) & 255] as number) ^
      (t1[(crc >>> 16) & 255] as number) ^
      (t0[crc >>> 24] as number);
  }
  for (; i < length; i++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[i] as number)) & 255] as number);
  return ~crc >>> 0;
}
