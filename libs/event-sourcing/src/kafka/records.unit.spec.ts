import { createRequire } from 'node:module';
import { crc32c, recordBatch } from './records.js';

const internals = createRequire(import.meta.url);
const Decoder = internals('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decode = internals('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<{
  producerId: string;
  producerEpoch: number;
  firstSequence: number;
  lastOffsetDelta: number;
  records: {
    offset: string;
    timestamp: string;
    key: Buffer;
    value: Buffer;
    headers: Record<string, Buffer>;
  }[];
}>;

const message = (key: string, size: number, timestamp: number) => ({
  partition: 0,
  key,
  value: Buffer.alloc(size, key),
  timestamp,
  headers: { ce_id: `${key}:1`, 名: '脱贫', empty: '' },
});

describe('record batch', () => {
  it('is read back by kafkajs as it was written', async () => {
    const sizes = [1, 0, 7, 50, 63, 64, 127, 128, 8191, 8192, 20_000, 1_048_577];
    const messages = sizes.map((size, i) =>
      message(`stream-${i}`, size, 1_500_000_000_000 + i * 86_400_000 * 30),
    );
    const bytes = recordBatch(messages, { producerId: 4711n, producerEpoch: 3 }, 99);
    const batch = await decode(new Decoder(bytes));
    expect(batch).toMatchObject({
      producerId: '4711',
      producerEpoch: 3,
      firstSequence: 99,
      lastOffsetDelta: 11,
    });
    for (const [i, record] of batch.records.entries()) {
      const sent = messages[i];
      expect(record.offset).toBe(String(i));
      expect(record.timestamp).toBe(String(sent?.timestamp));
      expect(record.key.toString()).toBe(sent?.key);
      expect(record.value.equals(sent?.value ?? Buffer.alloc(0))).toBe(true);
      expect(record.headers['名']?.toString()).toBe('脱贫');
      expect(record.headers['ce_id']?.toString()).toBe(`stream-${i}:1`);
      expect(record.headers['empty']?.length).toBe(0);
    }
  });

  it('takes messages older than the first', async () => {
    const bytes = recordBatch(
      [message('a', 1, 5000), message('b', 1, 2000)],
      { producerId: 1n, producerEpoch: 0 },
      0,
    );
    const { records } = await decode(new Decoder(bytes));
    expect(records.map(({ timestamp }) => timestamp)).toEqual(['5000', '2000']);
  });

  it('carries the CRC-32C of the standard', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from('xx123456789'), 2)).toBe(0xe3069283);
  });
});
