import fc from 'fast-check';
import type { HouseholdRecord } from '../src/event.js';
import {
  changesByYear,
  figuresByCause,
  figuresOf,
  figuresOfChildren,
} from '../src/roll-up/roll-up.queries.js';
import { apply, createReadModel, dumpReadModel } from './apply.js';
import type { TestDatabase } from './database.js';
import { testDatabase } from './database.js';
import {
  causesRecorded,
  EventWriter,
  exited,
  OTHER_VILLAGE,
  registered,
  returned,
  surveyed,
  VILLAGE,
} from './events.js';

const COUNTY = '422823';
const fig = (households: number, persons: number) => ({ households, persons });

describe('applying household events to the read models', () => {
  let db: TestDatabase;
  let write: EventWriter;
  beforeAll(async () => {
    db = await testDatabase('projection_apply');
  });
  afterAll(() => db.drop());
  beforeEach(async () => {
    await db.pool.query('DROP SCHEMA IF EXISTS read_model CASCADE');
    await createReadModel(db.pool);
    write = new EventWriter();
  });
  const rollUp = (region: string, asOf: string, knownAt?: string) =>
    figuresOf(db.pool, region, { asOf, knownAt });

  it('counts registration, exit and return at all five levels from their days on', async () => {
    const id = write.household();
    await apply(db.pool, [write.record(id, { on: '2014-05-10' }, registered(4, '01'))]);
    await apply(db.pool, [
      write.record(id, { on: '2016-12-20' }, exited(4)),
      write.record(id, { on: '2018-03-02' }, returned(3, '02')),
    ]);
    for (const region of [VILLAGE, VILLAGE.slice(0, 9), COUNTY, '4228', '42']) {
      expect((await rollUp(region, '2014-05-09')).stillPoor).toEqual(fig(0, 0));
      expect((await rollUp(region, '2014-05-10')).stillPoor).toEqual(fig(1, 4));
      expect((await rollUp(region, '2016-12-19')).stillPoor).toEqual(fig(1, 4));
      expect(await rollUp(region, '2017-01-31')).toMatchObject({
        stillPoor: fig(0, 0),
        exited: fig(1, 4),
        exits: fig(1, 4),
      });
      expect(await rollUp(region, '2020-12-31')).toMatchObject({
        exited: fig(0, 0),
        returnedPoor: fig(1, 4),
        identified: fig(1, 4),
        returns: fig(1, 4),
      });
    }
    expect((await rollUp('422823100202', '2020-12-31')).identified).toEqual(fig(0, 0));
  });

  it('splits by main cause, and children of a region add up to it', async () => {
    const [a, b] = [write.household(), write.household()];
    await apply(db.pool, [
      write.record(a, { on: '2014-05-10' }, registered(4, '01')),
      write.record(b, { on: '2014-06-10', village: OTHER_VILLAGE }, registered(2, '05', 2)),
    ]);
    await apply(db.pool, [
      write.record(b, { on: '2015-01-05', village: OTHER_VILLAGE }, causesRecorded('02', '01')),
    ]);
    const causes = await figuresByCause(db.pool, COUNTY, { asOf: '2015-12-31' });
    expect(causes.get('01')?.stillPoor).toEqual(fig(1, 4));
    expect(causes.get('02')?.stillPoor).toEqual(fig(1, 2));
    expect(causes.get('05')?.stillPoor).toEqual(fig(0, 0));
    expect((await figuresByCause(db.pool, COUNTY, { asOf: '2014-12-31' })).get('05')?.stillPoor).toEqual(
      fig(1, 2),
    );
    const children = await figuresOfChildren(db.pool, COUNTY, { asOf: '2015-12-31' });
    expect([...children].map(([region, f]) => [region, f.stillPoor.persons])).toEqual([
      [VILLAGE.slice(0, 9), 4],
      [OTHER_VILLAGE.slice(0, 9), 2],
    ]);
    expect(await rollUp(COUNTY, '2015-12-31')).toMatchObject({
      stillPoor: fig(2, 6),
      identified: fig(1, 4),
      newlyPoor: fig(1, 2),
    });
  });

  it('lets a late event correct every later day in the current view while knownAt shows what was known', async () => {
    const [a, b] = [write.household(), write.household()];
    await apply(db.pool, [
      write.record(a, { on: '2014-05-10' }, registered(4)),
      write.record(b, { on: '2014-05-10' }, registered(2)),
    ]);
    // Exited in December 2016, recorded only in March 2017, at a quarter to midnight in Shanghai.
    await apply(db.pool, [
      write.record(a, { on: '2016-12-20', recordedAt: '2017-03-14T15:45:00Z' }, exited(4)),
    ]);
    expect((await rollUp(COUNTY, '2016-12-31')).stillPoor).toEqual(fig(1, 2));
    expect((await rollUp(COUNTY, '2016-12-31', '2017-03-13')).stillPoor).toEqual(fig(2, 6));
    expect((await rollUp(COUNTY, '2016-12-31', '2017-03-14')).stillPoor).toEqual(fig(1, 2));
    expect((await rollUp(COUNTY, '2020-12-31', '2016-12-31')).stillPoor).toEqual(fig(2, 6));

    // Recorded a second later than midnight it is known a day later.
    await apply(db.pool, [
      write.record(b, { on: '2016-12-21', recordedAt: '2017-03-14T16:00:01Z' }, exited(2)),
    ]);
    expect((await rollUp(COUNTY, '2016-12-31', '2017-03-14')).exited).toEqual(fig(1, 4));
    expect((await rollUp(COUNTY, '2016-12-31', '2017-03-15')).exited).toEqual(fig(2, 6));
  });

  it('sorts a cause with an earlier date than the last status change into its place', async () => {
    const id = write.household();
    await apply(db.pool, [
      write.record(id, { on: '2014-05-10' }, registered(4, '01')),
      write.record(id, { on: '2016-12-20' }, exited(4)),
    ]);
    await apply(db.pool, [
      write.record(id, { on: '2015-06-01', recordedAt: '2017-01-02T04:00:00Z' }, causesRecorded('03')),
    ]);
    const at = async (asOf: string, knownAt?: string) => figuresByCause(db.pool, VILLAGE, { asOf, knownAt });
    expect((await at('2015-05-31')).get('01')?.stillPoor).toEqual(fig(1, 4));
    expect((await at('2015-06-01')).get('03')?.stillPoor).toEqual(fig(1, 4));
    expect((await at('2020-01-01')).get('03')?.exited).toEqual(fig(1, 4));
    expect((await at('2020-01-01', '2017-01-01')).get('01')?.exited).toEqual(fig(1, 4));
    const { rows } = await db.pool.query('SELECT kind, cause FROM read_model.ledger ORDER BY version');
    expect(rows).toEqual([
      { kind: 'identified', cause: '01' },
      { kind: 'exits', cause: '03' },
    ]);
  });

  it('gives the changes of each year', async () => {
    const [a, b] = [write.household(), write.household()];
    await apply(db.pool, [
      write.record(a, { on: '2014-05-10' }, registered(4)),
      write.record(b, { on: '2015-05-10' }, registered(2, '01', 2)),
      write.record(a, { on: '2016-12-31' }, exited(4)),
    ]);
    const years = await changesByYear(db.pool, COUNTY, 2020);
    expect([...years.keys()]).toEqual([2014, 2015, 2016]);
    expect(years.get(2016)).toMatchObject({ stillPoor: fig(-1, -4), exited: fig(1, 4), exits: fig(1, 4) });
    expect([...(await changesByYear(db.pool, COUNTY, 2015)).keys()]).toEqual([2014, 2015]);
  });

  it('counts a backdated step where and when it is said to have happened', async () => {
    const id = write.household();
    await apply(db.pool, [write.record(id, { on: '2014-05-10', backdated: true }, registered(4))]);
    expect((await rollUp(VILLAGE, '2014-05-10')).backdated).toEqual(fig(1, 0));
    expect((await rollUp('42', '2014-05-10')).backdated).toEqual(fig(1, 0));
  });

  it('refuses an event of a version that it has already applied', async () => {
    const id = write.household();
    const first = write.record(id, { on: '2014-05-10' }, registered(4));
    await apply(db.pool, [first]);
    await expect(apply(db.pool, [first])).rejects.toThrow();
    await apply(db.pool, [write.record(id, { on: '2014-06-10' }, surveyed(2014, 250_000n))]);
    expect((await rollUp(VILLAGE, '2020-12-31')).stillPoor).toEqual(fig(1, 4));
  });

  it('ends in the same tables however the events are cut into batches', async () => {
    const events: HouseholdRecord[] = [];
    const steps = [
      registered(4),
      surveyed(2014, 250_000n),
      exited(4),
      surveyed(2017, 500_000n),
      returned(5, '02'),
      causesRecorded('07', '01'),
    ];
    const ids = Array.from({ length: 6 }, () => write.household());
    for (const [i, step] of steps.entries())
      for (const [j, id] of ids.entries())
        if ((i + j) % 4 !== 3)
          events.push(
            write.record(
              id,
              {
                on: `201${4 + i}-0${1 + j}-15`,
                village: j % 2 ? VILLAGE : OTHER_VILLAGE,
                backdated: j === 2,
              },
              step,
            ),
          );
    const dump = (schema: string) => dumpReadModel(db.pool, schema);
    await apply(db.pool, events);
    const whole = await dump('read_model');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 40, maxLength: 40 }),
        async (sizes) => {
          await db.pool.query('DROP SCHEMA IF EXISTS cut CASCADE');
          await createReadModel(db.pool, 'cut');
          for (let at = 0, i = 0; at < events.length; at += sizes[i++]!)
            await apply(db.pool, events.slice(at, at + sizes[i]!), 'cut');
          expect(await dump('cut')).toEqual(whole);
        },
      ),
      { numRuns: 10 },
    );
  });
});
