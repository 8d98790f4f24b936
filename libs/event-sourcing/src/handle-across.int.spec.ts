import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { added, COUNTER, ENVELOPE } from '../test/counter.js';
import { storeFixture, type StoreFixture } from '../test/store-fixture.js';
import { request } from '../test/things.js';
import type { HouseholdEvent } from '@fupin/contracts';
import {
  AttachmentMissed,
  ClaimTaken,
  CommandHandler,
  CommandRefused,
  IdempotencyKeyReused,
  verify,
  VersionMismatch,
} from './index.js';
import type { AcrossContext, AcrossDecision, EventOf, HandledAcross } from './index.js';

type Event = EventOf<HouseholdEvent>;
type Context = Partial<AcrossContext<number, Event>>;

/** Merges the second counter into the first; one that was merged has an odd count. */
const merge = ([, absorbed]: readonly number[]): AcrossDecision<Event> =>
  absorbed! % 2 === 1
    ? { accepted: false, reasons: [{ code: 'merged-away', message: 'merged already' }] }
    : { accepted: true, events: [[added()], [added()]] };

describe('commands over several streams', () => {
  let t: StoreFixture;
  let one: CommandHandler;
  let two: CommandHandler;
  beforeAll(async () => {
    t = await storeFixture();
    one = new CommandHandler(t.store);
    two = new CommandHandler(t.another());
  });
  afterAll(() => t.stop());

  const across = (
    by: CommandHandler,
    ids: readonly string[],
    decide: (states: readonly number[]) => AcrossDecision<Event>,
    context: Context = {},
  ): Promise<HandledAcross<Event>> =>
    by.handleAcross(COUNTER, ids, decide, { envelope: () => ENVELOPE, ...context });
  const begin = async (count = 2, extras?: { take: string[] }) => {
    const streamId = randomUUID();
    const context = { envelope: ENVELOPE, ...(extras && { extras: () => extras }) };
    await one.handle(COUNTER, streamId, { add: count }, context);
    return streamId;
  };
  const stateOf = async (streamId: string) => (await two.read(COUNTER, streamId)).state;

  it('decides on all states and appends to all streams, with an envelope and a position for each', async () => {
    const [a, b, fresh] = [await begin(2), await begin(4), randomUUID()];
    const states: (readonly number[])[] = [];
    const answer = await across(
      one,
      [a, b, fresh],
      (seen) => {
        states.push(seen);
        return { accepted: true, events: [[added()], [added(), added('2018-07-01')], [added()]] };
      },
      { envelope: (streamId, state) => ({ ...ENVELOPE, region: streamId === b ? '42' : `4201${state}` }) },
    );
    expect(states).toEqual([[2, 4, 0]]);
    const read = await Promise.all([a, b, fresh].map((id) => two.read(COUNTER, id)));
    expect(answer.streams.map(({ streamId, version, position }) => [streamId, version, position])).toEqual(
      read.map(({ version, events }, i) => [[a, b, fresh][i], version, events.at(-1)!.position]),
    );
    expect(answer.streams[1]!.events.map(({ id }) => id)).toEqual([`${b}:5`, `${b}:6`]);
    expect(read.map(({ events }) => events.at(-1)!.envelope.region)).toEqual(['42012', '42', '42010']);
    expect((await verify(t.pool)).first).toBeUndefined();
  });

  it('leaves out a stream that gets nothing, and appends nothing when there is nothing to do', async () => {
    const [a, b] = [await begin(), await begin()];
    const some = await across(one, [a, b], () => ({ accepted: true, events: [[added()], []] }));
    expect(some.streams.map(({ streamId }) => streamId)).toEqual([a]);
    const none = await across(one, [a, b], () => ({ accepted: true, events: [[], []] }));
    expect(none).toMatchObject({ replayed: false, streams: [{ streamId: a, version: 3, events: [] }] });
    expect([await stateOf(a), await stateOf(b)]).toEqual([3, 2]);
  });

  it('refuses with every reason, and honours If-Match of the first stream', async () => {
    const [a, merged] = [await begin(2), await begin(3)];
    await expect(across(one, [a, merged], merge)).rejects.toMatchObject({
      reasons: [{ code: 'merged-away' }],
    });
    const b = await begin(4);
    await expect(across(one, [a, b], merge, { expectedVersion: 4 })).rejects.toMatchObject({
      constructor: VersionMismatch,
      actual: 2,
    });
    await across(one, [a, b], merge, { expectedVersion: 2 });
    expect([await stateOf(a), await stateOf(b)]).toEqual([3, 5]);
  });

  it('lets one of many merges of the same stream win, and leaves nothing half done', async () => {
    const into = await Promise.all(Array.from({ length: 16 }, () => begin()));
    const absorbed = await begin();
    const outcomes = await Promise.allSettled(
      into.map((id, i) => across(i % 2 ? one : two, [id, absorbed], merge)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(CommandRefused);
    }
    expect(await stateOf(absorbed)).toBe(3);
    const states = await Promise.all(into.map(stateOf));
    expect(states).toEqual(outcomes.map(({ status }) => (status === 'fulfilled' ? 3 : 2)));
  });

  it('does not wait in a circle when commands name the same streams in another order', async () => {
    const [a, b] = [await begin(), await begin()];
    const both = () => ({ accepted: true as const, events: [[added()], [added()]] });
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => across(i % 3 ? one : two, i % 2 ? [a, b] : [b, a], both)),
    );
    expect([await stateOf(a), await stateOf(b)]).toEqual([32, 32]);
    // Single commands in between take their turn too.
    await Promise.all([
      across(one, [a, b], both),
      one.handle(COUNTER, b, { add: 1 }, { envelope: ENVELOPE }),
      across(two, [b, a], both),
    ]);
    expect([await stateOf(a), await stateOf(b)]).toEqual([34, 35]);
  });

  it('hands claims over either way, and writes rows, with the append', async () => {
    const claim = `person:${randomUUID()}`;
    const [a, b, stranger] = [await begin(2, { take: [claim] }), await begin(), await begin()];
    const ownerOf = async () =>
      (await t.rows('select owner from keys where key = $1', [`claim:${claim}`]))[0]?.['owner'];
    const step = () => ({ accepted: true as const, events: [[added()], [added()]] });
    // From the second to the first, then back from the first to the second.
    await across(one, [b, a], step, { extras: () => ({ release: [claim], take: [claim] }) });
    expect(await ownerOf()).toBe(b);
    await across(one, [b, a], step, {
      extras: async () => ({ release: [claim], takeFor: { [a]: [claim] } }),
    });
    expect(await ownerOf()).toBe(a);
    // Neither of these two holds it.
    const stolen = across(one, [b, stranger], step, { extras: () => ({ release: [claim], take: [claim] }) });
    await expect(stolen).rejects.toThrow(ClaimTaken);
    const missed = across(one, [a, b], step, {
      extras: () => ({
        release: [claim],
        attachments: [{ table: 'notes', row: { id: randomUUID(), text: '' }, key: ['id'] }],
      }),
    });
    await expect(missed).rejects.toThrow(AttachmentMissed);
    expect([await ownerOf(), await stateOf(a), await stateOf(b)]).toEqual([a, 4, 4]);
  });

  it('answers a repeated command with every stream it wrote to, also under another new id', async () => {
    const [a, b] = [await begin(), await begin()];
    const idempotency = request(randomUUID());
    const split = () => ({ accepted: true as const, events: [[added(), added()], [added()], [added()]] });
    const first = await across(one, [a, b, randomUUID()], split, { idempotency });
    await one.handle(COUNTER, a, { add: 1 }, { envelope: ENVELOPE });
    const replay = { streams: first.streams.map((s) => ({ ...s, replayed: true })), replayed: true };
    expect(await across(two, [a, b, randomUUID()], split, { idempotency })).toEqual(replay);
    expect(await across(two, [a, b, randomUUID()], split, { idempotency, expectedVersion: 2 })).toEqual(
      replay,
    );
    const refused = () => ({ accepted: false as const, reasons: [{ code: 'no', message: 'no' }] });
    expect(await across(two, [a, b], refused, { idempotency })).toEqual(replay);
    const other = { idempotency: { ...idempotency, fingerprint: Buffer.alloc(32) } };
    await expect(across(one, [a, b, randomUUID()], split, other)).rejects.toThrow(IdempotencyKeyReused);
    expect(await stateOf(b)).toBe(3);
  });

  it('keeps what it moves: whatever transfers run at once, nothing is lost and nothing is doubled', async () => {
    // Tokens are claims; a transfer moves one from a stream that holds it to another, whoever else tries the same.
    const plan = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(5), fc.boolean()), {
      minLength: 4,
      maxLength: 16,
    });
    await fc.assert(
      fc.asyncProperty(plan, async (transfers) => {
        const tokens = Array.from({ length: 6 }, () => `token:${randomUUID()}`);
        const streams = await Promise.all([begin(2, { take: tokens }), begin(), begin(), begin()]);
        const outcomes = await Promise.allSettled(
          transfers
            .filter(([from, to]) => from !== to)
            .map(([from, to, token, first]) =>
              across(
                first ? one : two,
                [streams[to]!, streams[from]!],
                () => ({ accepted: true, events: [[added()], [added()]] }),
                { extras: () => ({ take: [tokens[token]!], release: [tokens[token]!] }) },
              ),
            ),
        );
        const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ClaimTaken);
        }
        const owners = await t.rows('select owner from keys where key = any($1)', [
          tokens.map((token) => `claim:${token}`),
        ]);
        expect(owners).toHaveLength(6);
        const states = await Promise.all(streams.map(stateOf));
        expect(states.reduce((sum, state) => sum + state, 0)).toBe(8 + 2 * done);
      }),
      { numRuns: 25 },
    );
  });
});
