import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { AttachmentMissed, type EventStore } from '../src/index.js';
import { appended, events, kinds, request, stream, to } from './things.js';

/** A store under test with a table `notes (id uuid primary key, stream uuid not null, text text)` for attachments. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Another instance over the same database. */
  readonly other: EventStore;
  rows(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** What every event store must do. */
export function storeBehaviour(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let t: StoreUnderTest;
    let store: EventStore;
    beforeAll(async () => {
      t = await make();
      ({ store } = t);
    });
    afterAll(() => t.stop());

    const versionsOf = async (streamId: string) => (await store.load(streamId)).map(({ version }) => version);
    const note = (streamId: string, id = randomUUID()) => ({
      table: 'notes',
      row: { id, stream: streamId, text: 'n' },
    });
    const notesOf = async (streamId: string) =>
      (await t.rows('select id from notes where stream = $1', [streamId])).length;
    const gaps = async () =>
      t.rows(`select position from events e where position > 1
        and not exists (select from events p where p.position = e.position - 1)`);

    it('gives back what was appended, byte for byte', async () => {
      const streamId = randomUUID();
      const recordedAt = new Date('2024-02-29T23:59:59.987Z');
      const payload = Buffer.from([0, 255, 10, 92, 0]);
      const event = { type: 'ThingHappened', occurredOn: '2014-01-01', recordedAt, payload };
      const { lastPosition } = await appended(store, {
        streams: [
          {
            streamId,
            streamType: 'test.thing',
            expectedVersion: 0,
            events: [event, { ...event, type: 'Öther' }],
          },
        ],
      });
      const loaded = await store.load(streamId);
      const common = { streamId, streamType: 'test.thing', occurredOn: '2014-01-01', recordedAt, payload };
      expect(loaded.map(({ hash, ...rest }) => ({ ...rest, hash: hash.length }))).toEqual([
        { ...common, position: lastPosition - 1, version: 1, type: 'ThingHappened', hash: 32 },
        { ...common, position: lastPosition, version: 2, type: 'Öther', hash: 32 },
      ]);
      expect(await store.load(streamId, 1)).toEqual(loaded.slice(1));
      expect((await store.loadMany([streamId, randomUUID()])).get(streamId)).toEqual(loaded);
    });

    it('gives each of many concurrent callers his own stream', async () => {
      const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => stream(store, 1 + (i % 3))));
      const loaded = await Promise.all([...ids, ...ids].map((id, i) => store.load(id, i < 20 ? 0 : 1)));
      expect(loaded.map((events) => events.map(({ version }) => version))).toEqual(
        loaded.map((_, i) => [1, 2, 3].slice(i < 20 ? 0 : 1, 1 + ((i % 20) % 3))),
      );
      loaded.forEach((events, i) =>
        expect(events.every(({ streamId }) => streamId === ids[i % 20])).toBe(true),
      );
      const settled = await Promise.allSettled([store.load('no uuid'), store.load(ids[0]!)]);
      expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    });

    it('refuses a version that is too low, too high, or of a stream that is not there', async () => {
      const streamId = await stream(store, 3);
      for (const expected of [0, 2, 4, 7]) {
        expect(await store.append(to(streamId, expected))).toEqual({
          outcome: 'versionConflict',
          streamId,
          actual: 3,
        });
        const [unchained] = to(streamId, expected).streams;
        const chained = { streams: [{ ...unchained!, previousHash: Buffer.alloc(32) }] };
        expect(await store.append(chained)).toEqual({ outcome: 'versionConflict', streamId, actual: 3 });
      }
      // The right version, but of another chain.
      const fork = { streams: [{ ...to(streamId, 3).streams[0]!, previousHash: Buffer.alloc(32) }] };
      expect(await store.append(fork)).toEqual({ outcome: 'versionConflict', streamId, actual: 3 });
      const unknown = randomUUID();
      expect(await store.append(to(unknown, 1))).toEqual({
        outcome: 'versionConflict',
        streamId: unknown,
        actual: 0,
      });
      expect(await versionsOf(streamId)).toEqual([1, 2, 3]);
    });

    it('appends over several streams all or nothing', async () => {
      const [a, b, c] = [await stream(store, 1), await stream(store, 2), randomUUID()];
      const over = (expected: number) => ({
        streams: [...to(a, 1).streams, ...to(c, 0, 2).streams, ...to(b, expected).streams],
      });
      expect(await store.append(over(1))).toEqual({ outcome: 'versionConflict', streamId: b, actual: 2 });
      expect([await versionsOf(a), await versionsOf(b), await versionsOf(c)]).toEqual([[1], [1, 2], []]);
      const done = await appended(store, over(2));
      expect(done.streams.map(({ streamId, lastVersion }) => [streamId, lastVersion])).toEqual([
        [a, 2],
        [c, 2],
        [b, 3],
      ]);
      expect((await store.load(b)).at(-1)?.position).toBe(done.lastPosition);
    });

    it('lets nobody fail for a neighbour in the same flush', async () => {
      const taken = `person:${randomUUID()}`;
      await stream(store, 1, { take: [taken] });
      const good = Array.from({ length: 8 }, () => randomUUID());
      const bad = randomUUID();
      const outcomes = await Promise.all([
        ...good.slice(0, 4).map((id) => store.append(to(id, 0, 2, { attachments: [note(id)] }))),
        store.append(to(bad, 0, 1, { take: [taken], attachments: [note(bad)] })),
        store.append(to(randomUUID(), 5)),
        ...good.slice(4).map((id) => store.append(to(id, 0))),
      ]);
      expect(kinds(outcomes)).toEqual([
        ...['appended', 'appended', 'appended', 'appended', 'claimTaken', 'versionConflict'],
        ...['appended', 'appended', 'appended', 'appended'],
      ]);
      expect(await Promise.all(good.map(notesOf))).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
      expect([await notesOf(bad), await versionsOf(bad)]).toEqual([0, []]);
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.outcome !== 'appended') continue;
        const { streamId } = outcome.streams[0]!;
        expect([i, (await store.load(streamId)).at(-1)?.position]).toEqual([i, outcome.lastPosition]);
      }
    });

    it('gives a claim to one of 32 concurrent writers', async () => {
      const claim = `person:${randomUUID()}`;
      const ids = Array.from({ length: 32 }, () => randomUUID());
      const outcomes = await Promise.all(
        ids.map((id, i) =>
          (i % 2 ? store : t.other).append(to(id, 0, 1, { take: [claim], attachments: [note(id)] })),
        ),
      );
      expect(kinds(outcomes).filter((kind) => kind === 'appended')).toHaveLength(1);
      const owner = ids[outcomes.findIndex(({ outcome }) => outcome === 'appended')];
      for (const outcome of outcomes) {
        if (outcome.outcome !== 'appended')
          expect(outcome).toEqual({ outcome: 'claimTaken', key: claim, owner });
      }
      expect(await Promise.all(ids.map(notesOf))).toEqual(ids.map((id) => (id === owner ? 1 : 0)));
    });

    it('keeps, hands over and releases claims', async () => {
      const [one, two] = [`person:${randomUUID()}`, `person:${randomUUID()}`];
      const a = await stream(store, 1, { take: [one, two] });
      const b = await stream(store);
      await appended(store, to(a, 1, 1, { take: [one] })); // holds it already
      expect(await store.append(to(b, 1, 1, { take: [two], release: [two] }))).toMatchObject({
        outcome: 'claimTaken',
      });
      await appended(store, to(a, 2, 1, { release: [two] }));
      await appended(store, to(b, 1, 1, { take: [two] }));
      expect(await store.append(to(b, 2, 1, { take: [one] }))).toMatchObject({
        outcome: 'claimTaken',
        owner: a,
      });
      // One append over both streams moves a claim from the second to the first.
      const both = {
        streams: [...to(b, 2).streams, ...to(a, 3).streams],
        extras: { take: [one], release: [one] },
      };
      await appended(store, both);
      expect(await store.append(to(a, 4, 1, { take: [one] }))).toMatchObject({
        outcome: 'claimTaken',
        owner: b,
      });
      await appended(store, to(b, 3, 1, { releaseAll: true }));
      await appended(store, to(a, 4, 1, { take: [one, two] }));
    });

    it('answers a repeated request as the first time, and refuses the key with another body', async () => {
      const streamId = await stream(store, 2);
      const key = randomUUID();
      const first = await appended(store, to(streamId, 2, 3, undefined, request(key)));
      await appended(store, to(streamId, 5, 1));
      const replayed = {
        outcome: 'replayed',
        streamId,
        firstVersion: 3,
        lastVersion: 5,
        lastPosition: first.lastPosition,
      };
      for (const again of [to(streamId, 2), to(randomUUID(), 0), to(randomUUID(), 9)]) {
        expect(await store.append({ ...again, idempotency: request(key) })).toEqual(replayed);
        expect(await store.append({ ...again, idempotency: request(key, 'other') })).toEqual({
          outcome: 'keyReused',
        });
      }
      expect(await store.seenMany([request('unseen'), request(key), request(key, 'other')])).toEqual([
        undefined,
        replayed,
        { outcome: 'keyReused' },
      ]);
      expect(await versionsOf(streamId)).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('does a request once, however often it comes at the same time', async () => {
      const key = randomUUID();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 ? store : t.other).append(to(randomUUID(), 0, 1, undefined, request(key))),
        ),
      );
      expect(kinds(outcomes).sort()).toEqual(['appended', ...Array.from({ length: 19 }, () => 'replayed')]);
    });

    it('writes attachments only with their events, and lets a bad one hurt nobody else', async () => {
      const [a, b, id] = [randomUUID(), randomUUID(), randomUUID()];
      await appended(store, to(a, 0, 1, { attachments: [note(a, id), note(a)] }));
      expect(await notesOf(a)).toBe(2);
      const [bad, good] = await Promise.allSettled([
        store.append(to(b, 0, 1, { attachments: [note(b, id)] })), // its primary key is there already
        store.append(to(a, 1, 1, { attachments: [note(a)] })),
      ]);
      expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
      expect([await versionsOf(b), await notesOf(b), await notesOf(a)]).toEqual([[], 0, 3]);
      expect(await store.append(to(a, 0, 1, { attachments: [note(a)] }))).toMatchObject({
        outcome: 'versionConflict',
      });
      expect(await notesOf(a)).toBe(3);
    });

    it('changes rows by their key with an append, and fails one whose key has no row, alone', async () => {
      const [a, b, id] = [randomUUID(), randomUUID(), randomUUID()];
      await appended(store, to(a, 0, 1, { attachments: [note(a, id), note(a)] }));
      const change = (row: Record<string, unknown>, ...key: string[]) => ({ table: 'notes', row, key });
      const textsOf = async (streamId: string) =>
        (await t.rows('select text from notes where stream = $1 order by text', [streamId])).map(
          ({ text }) => text,
        );
      // One by its id; all of a stream; and a null.
      await appended(store, to(a, 1, 1, { attachments: [change({ id, text: 'changed' }, 'id')] }));
      expect(await textsOf(a)).toEqual(['changed', 'n']);
      await appended(store, to(a, 2, 1, { attachments: [change({ stream: a, text: null }, 'stream')] }));
      expect(await textsOf(a)).toEqual([null, null]);
      const nobody = randomUUID();
      const settled = await Promise.allSettled([
        store.append(to(b, 0, 1, { attachments: [note(b), change({ id: nobody, text: 'x' }, 'id')] })),
        store.append(to(a, 3, 1, { attachments: [change({ id, stream: a, text: 'good' }, 'stream', 'id')] })),
        // Not accepted, so its key is not looked at either.
        store.append(to(a, 9, 1, { attachments: [change({ id, text: 'late' }, 'id')] })),
        ...Array.from({ length: 4 }, () => stream(store)),
      ]);
      expect(settled.map(({ status }) => status)).toEqual([
        ...['rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'],
      ]);
      expect(settled[0]).toMatchObject({ reason: { table: 'notes', key: { id: nobody } } });
      expect((settled[0] as PromiseRejectedResult).reason).toBeInstanceOf(AttachmentMissed);
      expect(settled[2]).toMatchObject({ value: { outcome: 'versionConflict' } });
      expect([await versionsOf(b), await notesOf(b), await textsOf(a)]).toEqual([[], 0, ['good', null]]);
      // Two changes of one row in one append would be decided by chance.
      const twice = [change({ id, text: '1' }, 'id'), change({ id, stream: a, text: '2' }, 'id', 'stream')];
      await expect(store.append(to(a, 4, 1, { attachments: twice }))).rejects.toThrow(AttachmentMissed);
      // Two appends of one flush that mean the same row both happen.
      const [c, d] = [randomUUID(), randomUUID()];
      await Promise.all([
        appended(store, to(c, 0, 1, { attachments: [change({ id, text: 'c' }, 'id')] })),
        appended(store, to(d, 0, 1, { attachments: [change({ id, stream: a, text: 'd' }, 'stream', 'id')] })),
      ]);
      expect(await textsOf(a)).toEqual(['d', null]);
      for (const senseless of [change({ id }), change({ id }, 'id'), change({ id, text: '' }, 'stream')]) {
        await expect(store.append(to(c, 1, 1, { attachments: [senseless] }))).rejects.toThrow(RangeError);
      }
    });

    it('hands claims over to any stream of an append', async () => {
      const [one, two] = [`person:${randomUUID()}`, `person:${randomUUID()}`];
      const a = await stream(store, 1, { take: [one, two] });
      const b = randomUUID();
      const over = (claims: string[]) => ({
        streams: [to(a, 1).streams[0]!, { ...to(b, 0).streams[0]!, take: claims }],
        extras: { release: claims },
      });
      await appended(store, over([two]));
      const c = await stream(store);
      expect(await store.append(to(c, 1, 1, { take: [two] }))).toMatchObject({ owner: b });
      expect(await store.append(to(c, 1, 1, { take: [one] }))).toMatchObject({ owner: a });
      // What a third one holds is not handed over by two others.
      const stolen = `person:${randomUUID()}`;
      await appended(store, to(c, 1, 1, { take: [stolen] }));
      const theft = {
        streams: [to(a, 2).streams[0]!, { ...to(b, 1).streams[0]!, take: [stolen] }],
        extras: { release: [stolen] },
      };
      expect(await store.append(theft)).toMatchObject({ outcome: 'claimTaken', owner: c });
    });

    it('forbids to change, delete or truncate events', async () => {
      const streamId = await stream(store);
      for (const sql of [
        `update events set occurred_on = '2020-01-01' where stream_id = '${streamId}'`,
        `delete from events where stream_id = '${streamId}'`,
        'truncate events',
      ]) {
        await expect(t.rows(sql)).rejects.toThrow('written once');
      }
      expect(await versionsOf(streamId)).toEqual([1]);
    });

    it('rejects requests that make no sense', async () => {
      const streamId = randomUUID();
      await expect(store.append({ streams: [] })).rejects.toThrow(RangeError);
      await expect(store.append(to(streamId, 0, 0))).rejects.toThrow(RangeError);
      await expect(store.append(to('no-uuid', 0))).rejects.toThrow(RangeError);
      await expect(store.append(to(streamId, 1.5))).rejects.toThrow(RangeError);
      const [one] = to(streamId, 0).streams;
      for (const occurredOn of ['2018-02-30', '2018', 'soon']) {
        const dated = { ...one!, events: [{ ...events()[0]!, occurredOn }] };
        await expect(store.append({ streams: [dated] })).rejects.toThrow(RangeError);
      }
      await expect(
        store.append({ streams: [...to(streamId, 0).streams, ...to(streamId, 0).streams] }),
      ).rejects.toThrow(RangeError);
    });

    it('keeps versions and positions without gap or double under random concurrent appends', async () => {
      const step = fc.record({
        at: fc.nat(3),
        offset: fc.constantFrom(0, 0, 0, 0, 1, -1),
        count: fc.integer({ min: 1, max: 3 }),
        other: fc.boolean(),
        claim: fc.option(fc.nat(2)),
        key: fc.option(fc.nat(4)),
        also: fc.option(fc.nat(3)),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 24 }), async (steps) => {
          const ids = Array.from({ length: 4 }, () => randomUUID());
          const scope = randomUUID();
          const accepted = new Map<string, number>(ids.map((id) => [id, 0]));
          const owners = new Map<string, string>();
          await Promise.all(
            steps.map(async ({ at, offset, count, other, claim, key, also }) => {
              const instance = other ? t.other : store;
              const all = also === null || also === at ? [at] : [at, also];
              const streams = await Promise.all(
                all.map(async (n) => {
                  const streamId = ids[n]!;
                  const expectedVersion = Math.max(0, (await instance.load(streamId)).length + offset);
                  return { streamId, streamType: 'test.thing', expectedVersion, events: events(count) };
                }),
              );
              const outcome = await instance.append({
                streams,
                ...(claim !== null && { extras: { take: [`${scope}${claim}`] } }),
                ...(key !== null && { idempotency: request(`${scope}${key}`) }),
              });
              if (outcome.outcome !== 'appended') return;
              for (const { streamId } of streams) accepted.set(streamId, accepted.get(streamId)! + count);
              if (claim === null) return;
              const owner = owners.get(`${claim}`) ?? streams[0]!.streamId;
              expect(owner).toBe(streams[0]!.streamId);
              owners.set(`${claim}`, owner);
            }),
          );
          for (const id of ids) {
            const loaded = await store.load(id);
            expect(loaded.map(({ version }) => version)).toEqual(loaded.map((_, i) => i + 1));
            expect(loaded).toHaveLength(accepted.get(id)!);
          }
        }),
        { numRuns: 25 },
      );
      expect(await gaps()).toEqual([]);
    });

    it('tells its listeners about every flush', async () => {
      const heard: number[] = [];
      const stop = store.onFlush((position) => heard.push(position));
      const { lastPosition } = await appended(store, to(randomUUID(), 0));
      await store.append(to(randomUUID(), 3));
      stop();
      await stream(store);
      expect(heard).toEqual([lastPosition]);
    });
  });
}
