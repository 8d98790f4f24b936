import fc from 'fast-check';
import { coalescer, type CoalescerOptions } from './coalescer.js';

interface Item {
  readonly name: string;
  readonly keys?: readonly string[];
  readonly events?: number;
  readonly bytes?: number;
}
const item = (name: string, ...keys: string[]): Item => ({ name, keys });

/** A coalescer whose flushes are ended by the test. */
function gathered(options: Partial<CoalescerOptions<Item, string>> = {}) {
  const flushes: { names: string[]; end(error?: Error): void }[] = [];
  const gatherer = coalescer<Item, string>({
    flush: (batch) =>
      new Promise((resolve, reject) => {
        const names = batch.map(({ name }) => name);
        flushes.push({
          names,
          end: (error) => (error ? reject(error) : resolve(names.map((name) => `${name}!`))),
        });
      }),
    keysOf: ({ keys }) => keys ?? [],
    sizeOf: ({ events = 1, bytes = 1 }) => ({ events, bytes }),
    separate: () => true,
    refuse: (reason) => new Error(reason),
    lanes: 1,
    maxEvents: 10,
    enoughEvents: Infinity,
    maxBytes: 100,
    maxPending: 100,
    ...options,
  });
  return { gatherer, flushes };
}
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('coalescer', () => {
  it('flushes at once when idle and gathers those who come meanwhile', async () => {
    const { gatherer, flushes } = gathered();
    const a = gatherer.submit(item('a'));
    await turn();
    const others = ['b', 'c', 'd'].map((name) => gatherer.submit(item(name)));
    await turn();
    expect(flushes.map(({ names }) => names)).toEqual([['a']]);
    flushes[0]!.end();
    expect(await a).toBe('a!');
    await turn();
    expect(flushes[1]!.names).toEqual(['b', 'c', 'd']);
    flushes[1]!.end();
    expect(await Promise.all(others)).toEqual(['b!', 'c!', 'd!']);
  });

  it('does not let enough for a flush wait for the callers to pause', async () => {
    const { gatherer, flushes } = gathered({ enoughEvents: 3 });
    for (const name of ['a', 'b', 'c', 'd']) void gatherer.submit(item(name));
    expect(flushes.map(({ names }) => names)).toEqual([['a', 'b', 'c']]);
    flushes[0]!.end();
    await turn();
    expect(flushes[1]!.names).toEqual(['d']);
  });

  it('keeps items with a common key apart and in order, also over several lanes', async () => {
    const { gatherer, flushes } = gathered({ lanes: 2 });
    for (const [name, ...keys] of [
      ['a', 'x'],
      ['b', 'x', 'y'],
      ['c', 'y'],
      ['d', 'z'],
    ] as const) {
      void gatherer.submit(item(name, ...keys));
    }
    await turn();
    // c waits for b, which waits for a, although c itself has nothing to do with a.
    expect(flushes.map(({ names }) => names)).toEqual([['a', 'd']]);
    flushes[0]!.end();
    await turn();
    expect(flushes[1]!.names).toEqual(['b']);
    flushes[1]!.end();
    await turn();
    expect(flushes[2]!.names).toEqual(['c']);
  });

  it('caps a flush by events and bytes, but takes a large item alone', async () => {
    const { gatherer, flushes } = gathered();
    for (const [name, events, bytes] of [
      ['a', 6, 1],
      ['b', 5, 1],
      ['c', 1, 99],
      ['d', 1, 2],
      ['e', 50, 500],
    ] as const) {
      void gatherer.submit({ name, events, bytes });
    }
    for (let n = 0; n < 4; n++) {
      await turn();
      flushes[n]!.end();
    }
    expect(flushes.map(({ names }) => names)).toEqual([['a'], ['b', 'c'], ['d'], ['e']]);
  });

  it('tries each alone when one may have spoilt the flush for all', async () => {
    const { gatherer, flushes } = gathered();
    const outcome = Promise.allSettled(['good', 'bad', 'fine'].map((name) => gatherer.submit(item(name))));
    await turn();
    flushes[0]!.end(new Error('somebody'));
    for (const n of [1, 2, 3]) {
      await turn();
      flushes[n]!.end(flushes[n]!.names[0] === 'bad' ? new Error('me') : undefined);
    }
    expect(await outcome).toMatchObject([
      { value: 'good!' },
      { reason: { message: 'me' } },
      { value: 'fine!' },
    ]);
  });

  it('rejects the whole flush when trying again would not help, and goes on', async () => {
    const { gatherer, flushes } = gathered({ separate: () => false });
    const outcome = Promise.allSettled(['a', 'b'].map((name) => gatherer.submit(item(name, 'key' + name))));
    await turn();
    flushes[0]!.end(new Error('away'));
    expect((await outcome).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = gatherer.submit(item('c', 'keya'));
    await turn();
    flushes[1]!.end();
    expect(await next).toBe('c!');
    expect(gatherer.pending).toBe(0);
  });

  it('refuses beyond its limit and after close, which waits for the last', async () => {
    const { gatherer, flushes } = gathered({ maxPending: 1 });
    const a = gatherer.submit(item('a'));
    await expect(gatherer.submit(item('b'))).rejects.toThrow('full');
    let closed = false;
    const closing = gatherer.close().then(() => (closed = true));
    await turn();
    expect(closed).toBe(false);
    await expect(gatherer.submit(item('c'))).rejects.toThrow('closed');
    flushes[0]!.end();
    await Promise.all([a, closing]);
  });

  it('answers every item exactly once, in the order of its keys', async () => {
    const items = fc.array(
      fc.record({ keys: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')), events: fc.nat(6) }),
      {
        maxLength: 40,
      },
    );
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 3 }), async (list, lanes) => {
        const seen: number[] = [];
        const underWay = new Set<string>();
        const gatherer = coalescer<(typeof list)[number] & { n: number }, number>({
          flush: async (batch) => {
            const keys = batch.flatMap((one) => one.keys);
            expect(new Set(keys).size).toBe(keys.length);
            for (const key of keys) expect(underWay.has(key)).toBe(false);
            keys.forEach((key) => underWay.add(key));
            await turn();
            keys.forEach((key) => underWay.delete(key));
            seen.push(...batch.map(({ n }) => n));
            return batch.map(({ n }) => n);
          },
          keysOf: ({ keys }) => keys,
          sizeOf: ({ events }) => ({ events, bytes: 0 }),
          separate: () => false,
          refuse: (reason) => new Error(reason),
          ...{ lanes, maxEvents: 8, enoughEvents: 6, maxBytes: 1, maxPending: 100 },
        });
        const results = await Promise.all(list.map((one, n) => gatherer.submit({ ...one, n })));
        expect(results).toEqual(list.map((_, n) => n));
        for (const key of ['x', 'y', 'z'] as const) {
          const order = seen.filter((n) => list[n]!.keys.includes(key));
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  });
});
