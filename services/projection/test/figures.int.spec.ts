import fc from 'fast-check';
import type { HouseholdRecord } from '../src/event.js';
import type { FigureName, Question } from '../src/figure-events/figure.js';
import { FIGURES, isStock, metricsOf } from '../src/figure-events/figure.js';
import { eventsBehind } from '../src/figure-events/figure.queries.js';
import { take } from '../src/figure-events/places.js';
import { BALANCE, METRICS, STOCKS } from '../src/roll-up/metrics.js';
import type { Metric } from '../src/roll-up/metrics.js';
import type { AsOf, Figure, Figures } from '../src/roll-up/roll-up.queries.js';
import {
  addFigures,
  figuresKnown,
  figuresOf,
  figuresOfChildren,
  figuresOfRegions,
  NO_FIGURES,
} from '../src/roll-up/roll-up.queries.js';
import { changesSince, closingsOver } from '../src/year/year.queries.js';
import { apply, applyYears, createReadModel, dumpReadModel } from './apply.js';
import type { TestDatabase } from './database.js';
import { testDatabase } from './database.js';
import { EventWriter, yearClosed } from './events.js';
import { anyDay, anyLife, eventsOf } from './lives.js';

const [year, knownOn] = [2016, '2017-01-15'];
const closings = [yearClosed('42', year, knownOn)];
const REGIONS = ['42', '4228', '422823', '422823100', '422823100201', '4201', '420102001001'];
const NONE: Figure = { households: 0, persons: 0 };
const plus = (a: Figure, sign: number, b: Figure): Figure => ({
  households: a.households + sign * b.households,
  persons: a.persons + sign * b.persons,
});
const registeredOf = (f: Figures) => plus(f.stillPoor, 1, plus(f.returnedPoor, 1, f.exited));

describe('figures over random lives', () => {
  let db: TestDatabase;
  let events: HouseholdRecord[];
  beforeAll(async () => {
    db = await testDatabase('projection_figures');
    await createReadModel(db.pool);
    const write = new EventWriter();
    events = fc.sample(anyLife, { numRuns: 90, seed: 20_161_220 }).flatMap((life) => eventsOf(write, life));
    for (const batch of inBatches(mixed(events), [7, 31, 3, 80])) await apply(db.pool, batch);
  });
  afterAll(() => db.drop());

  const figures = (region: string, at: AsOf) => figuresOf(db.pool, region, at);

  it('has moves, corrections and everything else in it', async () => {
    const now = await figures('42', { asOf: '2030-12-31' });
    for (const metric of METRICS.filter((m) => m !== 'movedIn' && m !== 'movedOut'))
      expect([metric, now[metric].households !== 0 || now[metric].persons !== 0]).toEqual([metric, true]);
    expect((await figures('4228', { asOf: '2030-12-31' })).movedOut.households).toBeGreaterThan(0);
    expect(now.movedIn).toEqual(NONE);
  });

  it('REG-36 keeps stock(t) = stock(t0) + flows in every region, now and as known on any day', async () => {
    await fc.assert(
      fc.asyncProperty(anyDay, anyDay, fc.option(anyDay, { nil: undefined }), async (from, to, knownAt) => {
        for (const region of REGIONS) {
          const before = await figures(region, { asOf: from, knownAt });
          const after = await figures(region, { asOf: to, knownAt });
          const change = addFigures(after, before, -1);
          const balance = METRICS.reduce((sum, m) => plus(sum, BALANCE[m] ?? 0, change[m]), NONE);
          expect([region, registeredOf(after)]).toEqual([region, plus(registeredOf(before), 1, balance)]);
        }
      }),
      { numRuns: 6 },
    );
  });

  it('lets children add up to their parent, several regions at once give the same as one by one', async () => {
    for (const at of [{ asOf: '2017-06-30' }, { asOf: '2018-12-31', knownAt: '2017-12-31' }]) {
      const all = await figuresOfRegions(db.pool, REGIONS, at);
      for (const region of REGIONS) {
        const whole = await figures(region, at);
        expect(all.get(region)).toEqual(whole);
        if (region.length === 12) continue;
        const children = [...(await figuresOfChildren(db.pool, region, at)).values()];
        const sum = children.reduce((total, child) => addFigures(total, child), NO_FIGURES);
        for (const metric of METRICS.filter((m) => m !== 'movedIn' && m !== 'movedOut'))
          expect([region, metric, sum[metric]]).toEqual([region, metric, whole[metric]]);
        expect(plus(sum.movedIn, -1, sum.movedOut)).toEqual(plus(whole.movedIn, -1, whole.movedOut));
      }
    }
  });

  /** The figure as the roll-up has it. */
  async function figureOf({ figure, region, from, to, knownAt }: Question): Promise<Figure> {
    const upTo = async (asOf: string) => {
      const f = await figures(region, { asOf, knownAt });
      if (figure === 'policyRetained') return plus(f.exited, -1, f.policyEnded);
      return metricsOf(figure).reduce((sum, metric) => plus(sum, 1, f[metric]), NONE);
    };
    const dayBefore = from && new Date(Date.parse(from) - 86_400_000).toISOString().slice(0, 10);
    return dayBefore === undefined || isStock(figure)
      ? upTo(to)
      : plus(await upTo(to), -1, await upTo(dayBefore));
  }
  async function sharesOf(question: Question): Promise<Figure> {
    let sum = NONE;
    for await (const { item } of eventsBehind(db.pool, question)) sum = plus(sum, 1, item);
    return sum;
  }

  it.each(FIGURES.map((figure) => [figure]))(
    'gives the events behind %s, and they add up to it, after moves and corrections too',
    async (figure: FigureName) => {
      for (const region of ['42', '422823', '422823100', '422823100201'])
        for (const when of [
          { to: '2030-12-31' },
          { to: '2017-06-30' },
          { to: '2018-12-31', knownAt: '2017-12-31' },
          ...(isStock(figure) ? [] : [{ from: '2016-01-01', to: '2017-12-31', knownAt: '2018-03-31' }]),
        ]) {
          const question = { figure, region, ...when };
          expect([question, await sharesOf(question)]).toEqual([question, await figureOf(question)]);
        }
    },
  );

  it('gives the same events page by page', async () => {
    const question: Question = { figure: 'registered', region: '42', to: '2017-12-31' };
    const all = await take(eventsBehind(db.pool, question), 1000);
    const paged = [];
    for (let page = await take(eventsBehind(db.pool, question), 3); page.length > 0;) {
      paged.push(...page);
      page = await take(eventsBehind(db.pool, question, page.at(-1)!.key), 3);
    }
    expect(paged.map(({ key }) => key)).toEqual(all.map(({ key }) => key));
    expect(new Set(all.map(({ at }) => at.householdId)).size).toBe(all.length);
  });

  it('keeps a closed year as it was published and names the events behind every difference', async () => {
    await applyYears(db.pool, closings);
    for (const region of REGIONS) {
      const [closing] = await closingsOver(db.pool, region, year);
      expect(closing).toMatchObject({ region: '42', year, knownOn });
      const [start, published] = await figuresKnown(db.pool, region, [
        { asOf: `${year - 1}-12-31`, knownAt: knownOn },
        { asOf: `${year}-12-31`, knownAt: knownOn },
      ]);
      expect(published).toEqual(await figures(region, { asOf: `${year}-12-31`, knownAt: knownOn }));
      const [startNow, now] = [
        await figures(region, { asOf: `${year - 1}-12-31` }),
        await figures(region, { asOf: `${year}-12-31` }),
      ];
      const late = new Map<Metric, Figure>();
      for await (const { item } of changesSince(db.pool, closing!, region))
        for (const { metric, ...change } of item.changes)
          late.set(metric, plus(late.get(metric) ?? NONE, 1, change));
      for (const metric of METRICS) {
        const stock = (STOCKS as readonly Metric[]).includes(metric);
        const difference = stock
          ? plus(now[metric], -1, published![metric])
          : plus(plus(now[metric], -1, startNow[metric]), -1, plus(published![metric], -1, start![metric]));
        expect([region, metric, late.get(metric) ?? NONE]).toEqual([region, metric, difference]);
      }
    }
  });

  it('ends in the same tables however the events are cut into batches', async () => {
    const whole = await dumpReadModel(db.pool);
    for (const sizes of [[1], [1000], [2, 5, 17]]) {
      await db.pool.query('DROP SCHEMA IF EXISTS cut CASCADE');
      await createReadModel(db.pool, 'cut');
      for (const batch of inBatches(mixed(events), sizes)) await apply(db.pool, batch, 'cut');
      await applyYears(db.pool, closings, 'cut');
      expect(await dumpReadModel(db.pool, 'cut')).toEqual(whole);
    }
  });
});

/** The events of all streams through each other, in order within each. */
function mixed(events: readonly HouseholdRecord[]): HouseholdRecord[] {
  const streams = [...Map.groupBy(events, (e) => e.streamId).values()];
  const longest = Math.max(...streams.map((s) => s.length));
  const rows = Array.from({ length: longest }, (_, i) => streams.flatMap((s) => s.slice(i, i + 1)));
  return rows.flat().map((record, i) => ({ ...record, position: i + 1 }));
}

function* inBatches(events: readonly HouseholdRecord[], sizes: readonly number[]) {
  for (let at = 0, i = 0; at < events.length; at += sizes[(i - 1) % sizes.length]!)
    yield events.slice(at, at + sizes[i++ % sizes.length]!);
}
