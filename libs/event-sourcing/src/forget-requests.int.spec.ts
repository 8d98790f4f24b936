import { randomUUID } from 'node:crypto';
import { storeFixture, type StoreFixture } from '../test/store-fixture.js';
import { appended, request, to } from '../test/things.js';
import { claimOwner, forgetRequests } from './index.js';

describe('forgetting requests', () => {
  let t: StoreFixture;
  beforeAll(async () => void (t = await storeFixture()));
  afterAll(() => t.stop());

  const DAY = 86_400_000;
  const START = Date.UTC(2024, 0, 1);
  /** Ten streams, one recorded each day, each with a claim and an idempotency key. */
  const day = async (n: number) => {
    const streamId = randomUUID();
    const key = { key: `day-${n}`, fingerprint: Buffer.alloc(32, n) };
    await appended(t.store, {
      streams: [
        {
          streamId,
          streamType: 'test.thing',
          expectedVersion: 0,
          events: [1, 2].map(() => ({
            type: 'ThingHappened',
            occurredOn: '2024-01-01',
            recordedAt: new Date(START + n * DAY),
            payload: Buffer.from([n]),
          })),
        },
      ],
      extras: { take: [`day-${n}`] },
      idempotency: key,
    });
    return { streamId, key };
  };

  it('forgets the keys of what was recorded before the moment, exactly, and keeps every claim', async () => {
    expect(await forgetRequests(t.pool, new Date())).toBe(0);
    const days: Awaited<ReturnType<typeof day>>[] = [];
    for (let n = 0; n < 10; n++) days.push(await day(n));
    const seen = async () => (await t.store.seenMany(days.map(({ key }) => key))).map(Boolean);

    expect(await forgetRequests(t.pool, new Date(START))).toBe(0);
    // The moment itself stays.
    expect(await forgetRequests(t.pool, new Date(START + 4 * DAY))).toBe(4);
    expect(await seen()).toEqual([...Array<boolean>(4).fill(false), ...Array<boolean>(6).fill(true)]);
    expect(await forgetRequests(t.pool, new Date(START + 4 * DAY))).toBe(0);
    for (const [n, { streamId }] of days.entries())
      expect(await claimOwner(t.pool, `day-${n}`)).toBe(streamId);
    expect(await claimOwner(t.pool, 'nobody')).toBeUndefined();
    expect(await forgetRequests(t.pool, new Date())).toBe(6);
  });

  it('takes a repetition for a new request afterwards', async () => {
    const again = () => t.store.append(to(randomUUID(), 0, 1, undefined, request('again')));
    expect((await again()).outcome).toBe('appended');
    expect((await again()).outcome).toBe('replayed');
    await forgetRequests(t.pool, new Date(Date.now() + DAY));
    expect((await again()).outcome).toBe('appended');
  });
});
