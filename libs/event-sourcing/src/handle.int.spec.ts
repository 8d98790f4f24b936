import type { HouseholdEvent } from '@fupin/contracts';
import { randomUUID } from 'node:crypto';
import { COUNTER, ENVELOPE, type Add } from '../test/counter.js';
import { storeFixture, type StoreFixture } from '../test/store-fixture.js';
import { request } from '../test/things.js';
import {
  ClaimTaken,
  CommandHandler,
  CommandOutdated,
  CommandRefused,
  IdempotencyKeyReused,
  verify,
  VersionMismatch,
} from './index.js';
import type { CommandContext, EventOf } from './index.js';

type Context = Partial<CommandContext<EventOf<HouseholdEvent>>>;

describe('commands', () => {
  let t: StoreFixture;
  let one: CommandHandler;
  let two: CommandHandler;
  beforeAll(async () => {
    t = await storeFixture();
    one = new CommandHandler(t.store);
    two = new CommandHandler(t.another());
  });
  afterAll(() => t.stop());

  const add = (by: CommandHandler, streamId: string, command: Add, context: Context = {}) =>
    by.handle(COUNTER, streamId, command, { envelope: ENVELOPE, ...context });
  const item = (streamId: string, command: Add, context: Context = {}) => ({
    streamId,
    command,
    context: { envelope: ENVELOPE, ...context },
  });
  const stateOf = async (streamId: string) => (await two.read(COUNTER, streamId)).state;

  describe('handle', () => {
    it('loads, decides, appends, and says where', async () => {
      const streamId = randomUUID();
      await add(one, streamId, { add: 1 });
      const handled = await add(one, streamId, { add: 2 });
      const read = await one.read(COUNTER, streamId);
      expect(read).toMatchObject({ state: 3, version: 3 });
      expect(handled).toEqual({
        streamId,
        version: 3,
        position: read.events[2]!.position,
        topic: COUNTER.topic.name,
        partition: expect.any(Number),
        replayed: false,
        events: read.events
          .slice(1)
          .map(({ event, occurredOn, version, id }) => ({ event, occurredOn, version, id })),
      });
      expect(read.events[0]).toMatchObject({ type: 'ExitPlanned', envelope: { region: ENVELOPE.region } });
    });

    it('looks extras up after the stream was read, and appends nothing when they call the command outdated', async () => {
      const [streamId, other] = [randomUUID(), randomUUID()];
      await add(one, streamId, { add: 1 });
      const seen: number[] = [];
      // Another instance is quicker the first time: what was looked up before counts for nothing.
      const extras = async () => {
        seen.push(await stateOf(streamId));
        if (seen.length === 1) await add(two, streamId, { add: 1 });
        return {};
      };
      await add(one, streamId, { add: 5 }, { extras });
      expect(seen).toEqual([1, 2]);
      expect(await stateOf(streamId)).toBe(7);

      const outdated = () => Promise.reject(new CommandOutdated());
      await expect(add(one, streamId, { add: 1 }, { extras: outdated })).rejects.toThrow(CommandOutdated);
      const [refused, done] = await one.handleMany(COUNTER, [
        item(streamId, { add: 1 }, { extras: outdated }),
        item(other, { add: 3 }, { extras: () => Promise.resolve({}) }),
      ]);
      expect(refused).toBeInstanceOf(CommandOutdated);
      expect(done).toMatchObject({ version: 3 });
      expect([await stateOf(streamId), await stateOf(other)]).toEqual([7, 3]);
    });

    it('appends nothing when there is nothing to do', async () => {
      const streamId = randomUUID();
      const { position } = await add(one, streamId, { add: 1 });
      expect(await add(one, streamId, { add: 0 })).toMatchObject({ version: 1, position, events: [] });
    });

    it('carries a refusal with all its reasons', async () => {
      const refused = add(one, randomUUID(), { add: 2, max: 1 });
      await expect(refused).rejects.toThrow(CommandRefused);
      await expect(refused).rejects.toMatchObject({ reasons: [{ code: 'too-many', ruleId: 'REG-19' }] });
    });

    it('decides again on what another instance appended, and never refuses on an old state', async () => {
      const streamId = randomUUID();
      await add(one, streamId, { add: 1 });
      await add(two, streamId, { add: 2 });
      expect(await add(one, streamId, { add: 1, max: 4 })).toMatchObject({ version: 4 });
      await expect(add(two, streamId, { add: 1, max: 4 })).rejects.toThrow(CommandRefused);
      // Both at once: exactly two of the ten find room.
      const both = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) => add(i % 2 ? one : two, streamId, { add: 1, max: 6 })),
      );
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
      expect(await stateOf(streamId)).toBe(6);
    });

    it('lets every command through although two instances fight for one stream', async () => {
      const streamId = randomUUID();
      await Promise.all(Array.from({ length: 60 }, (_, i) => add(i % 2 ? one : two, streamId, { add: 1 })));
      expect(await stateOf(streamId)).toBe(60);
      expect((await verify(t.pool)).first).toBeUndefined();
    });

    it('honours the expected version (If-Match)', async () => {
      const streamId = randomUUID();
      await add(one, streamId, { add: 2 }, { expectedVersion: 0 });
      const mismatch = add(one, streamId, { add: 1 }, { expectedVersion: 1 });
      await expect(mismatch).rejects.toThrow(VersionMismatch);
      await expect(mismatch).rejects.toMatchObject({ expected: 1, actual: 2 });
      await expect(add(two, streamId, { add: 1 }, { expectedVersion: 0 })).rejects.toMatchObject({
        actual: 2,
      });
      await add(two, streamId, { add: 1 }, { expectedVersion: 2 });
      // This instance still knows version 2 only, but 3 is what the caller saw elsewhere.
      expect(await add(one, streamId, { add: 1 }, { expectedVersion: 3 })).toMatchObject({ version: 4 });
    });

    it('answers a repeated command as the first time, also when it would be refused by now', async () => {
      const streamId = randomUUID();
      const idempotency = request(randomUUID());
      const first = await add(one, streamId, { add: 2, max: 2 }, { idempotency });
      await add(two, streamId, { add: 1 });
      for (const [by, id, context] of [
        [one, streamId, {}],
        [two, streamId, {}],
        [two, randomUUID(), {}], // the caller's new id for a thing that he made already
        [one, streamId, { expectedVersion: 0 }],
        [two, streamId, { expectedVersion: 9 }],
      ] as const) {
        expect(await add(by, id, { add: 2, max: 2 }, { idempotency, ...context })).toEqual({
          ...first,
          replayed: true,
        });
      }
      const reused = { idempotency: { ...idempotency, fingerprint: Buffer.alloc(32) } };
      await expect(add(one, streamId, { add: 1 }, reused)).rejects.toThrow(IdempotencyKeyReused);
      expect(await stateOf(streamId)).toBe(3);
    });

    it('takes claims with what was decided', async () => {
      const claim = `person:${randomUUID()}`;
      const extras = () => ({ take: [claim] });
      const ids = Array.from({ length: 32 }, () => randomUUID());
      const outcomes = await Promise.allSettled(
        ids.map((id, i) => add(i % 2 ? one : two, id, { add: 1 }, { extras })),
      );
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refusal = await add(one, randomUUID(), { add: 1 }, { extras }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(ClaimTaken);
      expect(refusal).toMatchObject({ key: claim, owner: ids[winner] });
    });

    it('finds its way back when the database is older than what it remembers', async () => {
      const streamId = randomUUID();
      await add(one, streamId, { add: 3 });
      await t.pool.query('alter table events disable trigger user');
      await t.pool.query('delete from events where stream_id = $1 and version > 1', [streamId]);
      await t.pool.query('alter table events enable trigger user');
      expect(await add(one, streamId, { add: 1 })).toMatchObject({ version: 2 });
      expect(await stateOf(streamId)).toBe(2);
    });
  });

  describe('handleMany', () => {
    it('gives an outcome for each, in order', async () => {
      const [a, b, known] = [randomUUID(), randomUUID(), randomUUID()];
      const [claim, idempotency] = [`person:${randomUUID()}`, request(randomUUID())];
      const extras = () => ({ take: [claim] });
      await add(one, known, { add: 2 }, { idempotency });
      const outcomes = await two.handleMany(COUNTER, [
        item(a, { add: 1 }, { extras }),
        item(b, { add: 1 }, { extras }), // claim taken by a
        item(b, { add: 5, max: 5 }), // fits only because the one before failed
        item(a, { add: 1, max: 1 }), // refused: a is at 1
        item(a, { add: 1, max: 2 }),
        item(known, { add: 9, max: 1 }, { idempotency }), // would be refused, but was done before
        item(randomUUID(), { add: 1 }, { idempotency }), // done before, under another id
        item(known, { add: 1 }, { idempotency: { ...idempotency, fingerprint: Buffer.alloc(32) } }),
        item(known, { add: 1 }, { expectedVersion: 7 }),
        item(known, { add: 1 }, { expectedVersion: 0 }),
        item(known, { add: 0 }),
        item(known, { add: 1 }),
      ]);
      expect(
        outcomes.map((outcome) => (outcome instanceof Error ? outcome.constructor.name : outcome.version)),
      ).toEqual([
        ...[1, 'ClaimTaken', 5, 'CommandRefused', 2, 2, 2, 'IdempotencyKeyReused'],
        ...['VersionMismatch', 'VersionMismatch', 2, 3],
      ]);
      expect(outcomes[6]).toMatchObject({
        streamId: known,
        replayed: true,
        events: [{ version: 1 }, { version: 2 }],
      });
      expect([await stateOf(a), await stateOf(b), await stateOf(known)]).toEqual([2, 5, 3]);
    });

    it('carries out thousands, several for one stream, beside another instance', async () => {
      const ids = Array.from({ length: 1500 }, () => randomUUID());
      const items = [...ids, ...ids].map((id) => item(id, { add: 1 }));
      const rival = Promise.all(ids.slice(0, 40).map((id) => add(two, id, { add: 1 })));
      const outcomes = await one.handleMany(COUNTER, items);
      await rival;
      expect(outcomes.filter((outcome) => outcome instanceof Error)).toEqual([]);
      const states = await Promise.all(ids.slice(0, 50).map(stateOf));
      expect(states).toEqual(ids.slice(0, 50).map((_, i) => (i < 40 ? 3 : 2)));
      expect(await verify(t.pool)).toMatchObject({ first: undefined });
    });

    it('does a repeated bulk once', async () => {
      const items = Array.from({ length: 300 }, (_, i) => {
        const key = `bulk ${i % 200}`; // a hundred rows are twice in it
        return item(randomUUID(), { add: 1 }, { idempotency: request(key), expectedVersion: 0 });
      });
      const first = await one.handleMany(COUNTER, items);
      const again = await two.handleMany(COUNTER, items);
      const done = (outcomes: typeof first) =>
        outcomes.map((o) => (o instanceof Error ? o : [o.streamId, o.version]));
      expect(done(again)).toEqual(done(first));
      expect(first.filter((o) => !(o instanceof Error) && !o.replayed)).toHaveLength(200);
      expect(again.filter((o) => !(o instanceof Error) && !o.replayed)).toHaveLength(0);
    });
  });
});
