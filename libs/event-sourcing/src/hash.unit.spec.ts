import { createHash } from 'node:crypto';
import { eventHash, NO_HASH } from './hash.js';
import { uuidBytes } from './pg-arrays.js';

describe('eventHash', () => {
  it('covers the bytes that the README lays out', () => {
    const event = {
      stream: uuidBytes('0190d3a8-7c1e-7aa0-b1c5-3f9b2f1d4e5a'),
      streamType: 'registry.household',
      version: 258,
      type: 'HouseholdExited',
      occurredOn: '2018-06-30',
      recordedAt: new Date('2018-07-01T08:00:00.123Z'),
      payload: Buffer.from([1, 2, 255]),
    };
    const bytes = Buffer.concat([
      NO_HASH,
      Buffer.from('0190d3a87c1e7aa0b1c53f9b2f1d4e5a', 'hex'),
      Buffer.from('00000102', 'hex'), // version
      Buffer.from('0000016454db107b', 'hex'), // 1530432000123
      Buffer.from('2018-06-30'),
      Buffer.from('0012', 'hex'),
      Buffer.from('registry.household'),
      Buffer.from('000f', 'hex'),
      Buffer.from('HouseholdExited'),
      Buffer.from([1, 2, 255]),
    ]);
    expect(eventHash(NO_HASH, event)).toEqual(createHash('sha256').update(bytes).digest());
    expect(eventHash(eventHash(NO_HASH, event), event)).not.toEqual(eventHash(NO_HASH, event));
  });
});
