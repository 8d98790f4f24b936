import { kafkaError, type Broker, type Encoded } from './cluster.js';

// Kafka's newer requests, which kafkajs does not know. They name a topic by its id, and a topic that was deleted and
// made again has another: only so can a producer be sure that it writes to the log that it thinks it does.
const PRODUCE = 0;
const METADATA = 3;

/** Reads the primitive types of Kafka's flexible messages. */
class Reader {
  private at = 1; // after the header's tagged fields, of which there are none

  constructor(private readonly bytes: Buffer) {}

  int16 = (): number => this.bytes.readInt16BE(this.move(2));
  int32 = (): number => this.bytes.readInt32BE(this.move(4));
  int64 = (): number => Number(this.bytes.readBigInt64BE(this.move(8)));
  uuid = (): string => this.bytes.toString('hex', this.move(16), this.at);
  skip = (length: number): void => void this.move(length);

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes.readUInt8(this.move(1));
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  /** Null and the empty one are alike here. */
  string(): string {
    const length = Math.max(0, this.varint() - 1);
    return this.bytes.toString('utf8', this.move(length), this.at);
  }

  array<T>(element: () => T): T[] {
    return Array.from({ length: Math.max(0, this.varint() - 1) }, element);
  }

  tags(): void {
    for (let count = this.varint(); count > 0; count--) {
      this.varint();
      this.skip(this.varint());
    }
  }

  private move(length: number): number {
    const from = this.at;
    this.at += length;
    return from;
  }
}

const NO_TAGS = Buffer.from([0]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
}

const text = (value: string): Buffer =>
  Buffer.concat([varint(Buffer.byteLength(value) + 1), Buffer.from(value)]);

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const encoded = (parts: readonly Buffer[]): Encoded => {
  const buf = Buffer.concat(parts);
  return { buf, buffer: buf };
};

function call<T>(
  broker: Broker,
  api: { apiKey: number; apiVersion: number; apiName: string },
  request: Encoded,
  decode: (payload: Buffer) => T,
  timeoutMs: number,
): Promise<T> {
  return broker.connectionPool.send<T>({
    request: { ...api, encode: () => Promise.resolve(request) },
    response: {
      decode: (payload) => Promise.resolve(decode(payload)),
      parse: (answer) => Promise.resolve(answer),
    },
    requestTimeout: timeoutMs,
  });
}

/** The id of a topic, 32 hexadecimal digits. */
export async function topicId(broker: Broker, topic: string, timeoutMs: number): Promise<string> {
  const request = encoded([
    NO_TAGS, // of the header
    varint(2),
    Buffer.alloc(16),
    text(topic),
    NO_TAGS,
    Buffer.from([0, 0]), // make no topics, tell no permissions
    NO_TAGS,
  ]);
  const decode = (payload: Buffer) => {
    const r = new Reader(payload);
    r.int32();
    r.array(() => (r.int32(), r.string(), r.int32(), r.string(), r.tags()));
    r.string();
    r.int32();
    return r.array(() => {
      const found = { error: r.int16(), name: r.string(), id: r.uuid() };
      r.skip(1);
      r.array(() => {
        r.int16();
        for (let i = 0; i < 3; i++) r.int32();
        for (let i = 0; i < 3; i++) r.array(r.int32);
        r.tags();
      });
      r.int32();
      r.tags();
      return found;
    });
  };
  const [found] = await call(
    broker,
    { apiKey: METADATA, apiVersion: 12, apiName: 'Metadata' },
    request,
    decode,
    timeoutMs,
  );
  if (found === undefined) throw new Error(`no answer about topic ${topic}`);
  if (found.error !== 0) throw kafkaError(found.error);
  return found.id;
}

export interface TopicRecords {
  readonly topicId: string;
  readonly partitions: readonly { readonly partition: number; readonly records: Buffer }[];
}

export interface PartitionAnswer {
  readonly topicId: string;
  readonly partition: number;
  readonly errorCode: number;
  /** -1 when the broker cannot tell. */
  readonly baseOffset: number;
}

/** Whether a broker takes topic ids from producers: Kafka 4.0 and later. */
export const takesTopicIds = (broker: Broker): boolean => (broker.versions?.[PRODUCE]?.maxVersion ?? 0) >= 13;

/** Sends record batches to partitions that this broker leads, and waits for all replicas. */
export function produce(
  broker: Broker,
  topics: readonly TopicRecords[],
  timeoutMs: number,
): Promise<PartitionAnswer[]> {
  const parts = [NO_TAGS, Buffer.from([0, 0xff, 0xff]), int32(timeoutMs), varint(topics.length + 1)];
  for (const { topicId, partitions } of topics) {
    parts.push(Buffer.from(topicId, 'hex'), varint(partitions.length + 1));
    for (const { partition, records } of partitions) {
      parts.push(int32(partition), varint(records.length + 1), records, NO_TAGS);
    }
    parts.push(NO_TAGS);
  }
  parts.push(NO_TAGS);
  const decode = (payload: Buffer): PartitionAnswer[] => {
    const r = new Reader(payload);
    const answers = r.array(() => {
      const id = r.uuid();
      const partitions = r.array(() => {
        const answer = { topicId: id, partition: r.int32(), errorCode: r.int16(), baseOffset: r.int64() };
        r.int64();
        r.int64();
        r.array(() => (r.int32(), r.string(), r.tags()));
        r.string();
        r.tags();
        return answer;
      });
      r.tags();
      return partitions;
    });
    return answers.flat();
  };
  return call(
    broker,
    { apiKey: PRODUCE, apiVersion: 13, apiName: 'Produce' },
    encoded(parts),
    decode,
    timeoutMs,
  );
}
