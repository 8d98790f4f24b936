import { randomUUID } from 'node:crypto';
import { storeFixture, type StoreFixture } from '../test/store-fixture.js';
import { appended, stream, to } from '../test/things.js';
import { eventHash, NO_HASH, verify, type CopiedEvent } from './index.js';
import { uuidBytes } from './pg-arrays.js';

describe('verify', () => {
  let t: StoreFixture;
  let copied: CopiedEvent[];
  let victim: string;
  beforeAll(async () => {
    t = await storeFixture();
    await stream(t.store, 3); // positions 1–3
    victim = await stream(t.store, 4); // 4–7
    await stream(t.store, 2); // 8–9
    await appended(t.store, to(victim, 4, 2)); // 10–11
    const rows = await t.rows('select position, stream_id, version, payload from events order by position');
    copied = rows.map((row) => ({
      position: Number(row['position']),
      streamId: row['stream_id'] as string,
      version: row['version'] as number,
      payload: row['payload'] as Buffer,
    }));
  });
  afterAll(() => t.stop());

  async function* copy(events = copied): AsyncGenerator<CopiedEvent> {
    yield* events;
  }
  /** What someone with full rights over the database could do; undone again afterwards. */
  const tampered = async (sql: string, check: () => Promise<void>) => {
    await t.pool.query('create table backup as table events; alter table events disable trigger user');
    await t.pool.query(sql);
    try {
      await check();
    } finally {
      await t.pool.query(`delete from events; insert into events table backup; drop table backup;
        alter table events enable trigger user`);
    }
  };
  const first = async (withCopy = false) => (await verify(t.pool, withCopy ? { copy: copy() } : {})).first;

  it('finds nothing in an untouched store, also beside its copy with doubles in any order', async () => {
    expect(await verify(t.pool)).toEqual({ events: 11, lastPosition: 11, first: undefined });
    const shuffled = [...copied.slice(5), ...copied.slice(0, 8)];
    expect((await verify(t.pool, { copy: copy(shuffled) })).copy).toEqual({
      compared: 14,
      notCopied: 0,
      firstNotCopied: undefined,
    });
  });

  it.each([
    ['payload', `payload = '\\x00'`],
    ['type', `type = 'SomethingElse'`],
    ['stream type', `stream_type = 'other'`],
    ['business date', `occurred_on = '2017-06-30'`],
    ['recorded time', `recorded_at = recorded_at - interval '1 day'`],
    ['hash', `hash = sha256('x')`],
  ])('names the event whose %s was changed', async (_, change) => {
    await tampered(`update events set ${change} where position = 5`, async () => {
      expect(await first()).toEqual({ position: 5, streamId: victim, version: 2, misfit: 'hash-differs' });
    });
  });

  it('names the event after a deleted one', async () => {
    await tampered('delete from events where position = 6', async () => {
      expect(await first()).toMatchObject({ position: 7, misfit: 'position-missing' });
    });
    // Closing the gap in the positions does not hide it: the stream's versions and chain show.
    await tampered(
      'delete from events where position = 6; update events set position = 6 where position = 11',
      async () => {
        expect(await first()).toMatchObject({ position: 6, version: 6, misfit: 'version-missing' });
      },
    );
  });

  it('sees a cut tail beside the copy on Kafka', async () => {
    await tampered('delete from events where position > 9', async () => {
      expect(await first()).toBeUndefined();
      expect(await first(true)).toEqual({
        position: 10,
        streamId: victim,
        version: 5,
        misfit: 'not-in-store',
      });
    });
  });

  it('sees a rewritten chain beside the copy on Kafka', async () => {
    const events = await t.store.load(victim);
    let previous = NO_HASH;
    const rewrite = events.map((event, i) => {
      const forged = i === 1 ? { ...event, payload: Buffer.from('better figures') } : event;
      previous = eventHash(previous, { ...forged, stream: uuidBytes(victim) });
      const [payload, hash] = [forged.payload, previous].map((bytes) => Buffer.from(bytes).toString('hex'));
      return `update events set payload = '\\x${payload}', hash = '\\x${hash}' where position = ${event.position}`;
    });
    await tampered(rewrite.join(';'), async () => {
      expect(await first()).toBeUndefined();
      expect(await first(true)).toEqual({
        position: 5,
        streamId: victim,
        version: 2,
        misfit: 'differs-from-copy',
      });
    });
  });

  it('sees an invented event, and counts what is not copied yet', async () => {
    const invented = { position: 12, streamId: randomUUID(), version: 1, payload: Buffer.from('x') };
    const report = await verify(t.pool, { copy: copy([...copied.slice(0, 8), invented]) });
    expect(report.first).toMatchObject({ position: 12, misfit: 'not-in-store' });
    expect(report.copy).toEqual({ compared: 9, notCopied: 3, firstNotCopied: 9 });
  });
});
