import { parse } from 'csv-parse/sync';
import { apply } from './apply.js';
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
import type { TestService } from './service.js';
import { testService } from './service.js';

type Figures = Record<string, { households: number }>;

describe('queries of the projection', () => {
  let db: TestDatabase;
  let api: TestService;
  let returnedId: string;
  let poorId: string;

  beforeAll(async () => {
    db = await testDatabase('projection_queries');
    api = await testService(db.url);
    const write = new EventWriter();
    returnedId = write.household();
    poorId = write.household();
    const others = Array.from({ length: 5 }, () => write.household());
    await apply(db.pool, [
      write.record(returnedId, { on: '2014-05-10' }, registered(4, '01')),
      write.record(returnedId, { on: '2016-11-01' }, surveyed(2016, 412_050n, 4)),
      write.record(
        returnedId,
        { on: '2016-11-05' },
        {
          case: 'guaranteesAssessed',
          value: {
            findings: [
              { guarantee: 5, holds: true },
              { guarantee: 6, holds: false },
            ],
          },
        },
      ),
      write.record(returnedId, { on: '2016-12-20' }, exited(4)),
      write.record(returnedId, { on: '2018-03-02' }, returned(3, '02')),
      write.record(poorId, { on: '2015-06-01', village: OTHER_VILLAGE }, registered(2, '05', 2)),
      write.record(poorId, { on: '2015-07-01', village: OTHER_VILLAGE }, causesRecorded('08', '01', '02')),
    ]);
    for (const id of others)
      await apply(db.pool, [
        write.record(id, { on: '2014-05-10' }, registered(3, '03')),
        write.record(id, { on: '2019-12-01' }, exited(3)),
      ]);
  });
  afterAll(async () => {
    await api.stop();
    await db.drop();
  });

  const json = async (
    path: string,
    of?: Parameters<TestService['get']>[1],
    headers?: Record<string, string>,
  ) => {
    const response = await api.get(path, of, headers);
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown> & { items: never[] },
    };
  };
  const csv = async (path: string) => {
    const response = await api.get(path, {}, { accept: 'text/csv' });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const text = Buffer.from(await response.arrayBuffer()).toString('utf8');
    expect(text.charCodeAt(0)).toBe(0xfeff);
    return parse<Record<string, string>>(text, { columns: true, bom: true });
  };

  it('gives the roll-up of a region as of a day', async () => {
    const { status, body } = await json('/v1/regions/422823/roll-up?asOf=2018-12-31');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      region: '422823',
      name: '巴东县',
      level: 'county',
      asOf: '2018-12-31',
      registered: { households: 7, persons: 21 },
      poor: { households: 7, persons: 21 },
      returnedPoor: { households: 1, persons: 4 },
      exited: { households: 0, persons: 0 },
      cumulative: {
        entries: { households: 7, persons: 21 },
        newlyPoor: { households: 1, persons: 2 },
        exits: { households: 1, persons: 4 },
        returns: { households: 1, persons: 4 },
      },
      povertyIncidence: null,
      ruralPopulation: null,
    });
    expect(body).not.toHaveProperty('knownAt');
  });

  it('gives the year table from the first year with a change to the last', async () => {
    const { body } = await json('/v1/regions/422823/years');
    const years = (body['years'] as { year: number; during: Figures; atYearEnd: Figures }[]).map(
      ({ year, during, atYearEnd }) => [
        year,
        during['entries']?.households,
        during['exits']?.households,
        during['returns']?.households,
        atYearEnd['poor']?.households,
      ],
    );
    expect(years).toEqual([
      [2014, 6, 0, 0, 6],
      [2015, 1, 0, 0, 7],
      [2016, 0, 1, 0, 6],
      [2017, 0, 0, 0, 6],
      [2018, 0, 0, 1, 7],
      [2019, 0, 5, 0, 2],
    ]);
    const rows = await csv('/v1/regions/422823/years?from=2016&to=2020');
    expect(
      rows.map((r) => [
        r['年份 year'],
        r['当年脱贫户数 during exits households'],
        r['贫困人数 poor persons'],
      ]),
    ).toEqual([
      ['2016', '1', '17'],
      ['2017', '0', '17'],
      ['2018', '0', '21'],
      ['2019', '5', '6'],
      ['2020', '0', '6'],
    ]);
  });

  it('gives every child of a region, also those without any household', async () => {
    const { body } = await json('/v1/regions/422823/children?asOf=2018-12-31');
    const items = body.items as { region: string; registered: { households: number } }[];
    expect(items.length).toBeGreaterThan(10);
    expect(
      items.filter((i) => i.registered.households > 0).map((i) => [i.region, i.registered.households]),
    ).toEqual([
      ['422823100', 6],
      ['422823101', 1],
    ]);
    expect((await csv('/v1/regions/422823/children')).length).toBe(items.length);
  });

  it('gives the causes of a region by their labels', async () => {
    const { body } = await json('/v1/regions/422823/causes?asOf=2018-12-31');
    expect(
      (body.items as { cause: string; labelZh: string; poor: unknown }[]).map((i) => [
        i.cause,
        i.labelZh,
        i.poor,
      ]),
    ).toEqual([
      ['03', '因学', { households: 5, persons: 15 }],
      ['02', '因残', { households: 1, persons: 4 }],
      ['08', '缺劳动力', { households: 1, persons: 2 }],
    ]);
  });

  it('computes the poverty incidence only where the rural population of that year was entered', async () => {
    const body = { persons: 1000, source: '巴东县统计年鉴 2017' };
    expect((await api.send('PUT', '/v1/rural-populations/422823/2016', body)).status).toBe(200);
    const of2016 = await json('/v1/regions/422823/roll-up?asOf=2016-12-31');
    expect(of2016.body).toMatchObject({ povertyIncidence: 0.017, ruralPopulation: { year: 2016, ...body } });
    expect((await json('/v1/regions/422823/roll-up?asOf=2017-01-01')).body['povertyIncidence']).toBeNull();
    expect((await json('/v1/rural-populations/422823')).body.items).toEqual([
      { region: '422823', year: 2016, ...body },
    ]);
    expect(await csv('/v1/rural-populations/422823')).toMatchObject([{ '年份 year': '2016' }]);

    expect(
      (await api.send('PUT', '/v1/rural-populations/422823/2016', body, { role: 'villageCadre' })).status,
    ).toBe(403);
    expect((await api.send('PUT', '/v1/rural-populations/422822/2016', body)).status).toBe(403);
    expect((await api.send('PUT', '/v1/rural-populations/422823/2016', { ...body, persons: 0 })).status).toBe(
      400,
    );
  });

  it('shows a household as it stands and all that happened to it', async () => {
    const { body } = await json(`/v1/households/${returnedId}`);
    expect(body).toMatchObject({
      id: returnedId,
      status: 'returnedPoor',
      statusZh: '返贫',
      statusSince: '2018-03-02',
      persons: 4,
      village: VILLAGE,
      mainCause: { code: '02', zh: '因残' },
      registeredOn: '2014-05-10',
      exitedOn: '2016-12-20',
      returnedOn: '2018-03-02',
      policiesRetainedUntil: null,
      income: { year: 2016, perCapitaNetIncome: '4120.50', netIncome: '16482.00', surveyedOn: '2016-11-01' },
      guarantees: [
        { guarantee: 'safeHousing', zh: '住房安全', holds: true, assessedOn: '2016-11-05' },
        { guarantee: 'safeWater', zh: '饮水安全', holds: false, assessedOn: '2016-11-05' },
      ],
      version: 5,
    });
    const timeline = await json(`/v1/households/${returnedId}/timeline`);
    const events = timeline.body['events'] as {
      type: string;
      typeZh: string;
      ruleIds: string[];
      data: Record<string, unknown>;
    }[];
    expect(events.map((e) => e.type)).toEqual([
      'HouseholdRegistered',
      'IncomeSurveyed',
      'GuaranteesAssessed',
      'HouseholdExited',
      'HouseholdReturned',
    ]);
    expect(events[3]).toMatchObject({
      typeZh: '脱贫',
      ruleIds: ['REG-01'],
      data: { year: 2016, persons: 4, perCapitaNetIncomeFen: '420000' },
    });
    expect((await json(`/v1/households/${crypto.randomUUID()}`)).status).toBe(404);
    expect((await json('/v1/households/42')).status).toBe(400);
  });

  it('lists households by region, status and cause, page by page', async () => {
    const first = await json('/v1/households?status=exited&limit=2');
    const seen: { id: string }[] = [...first.body.items];
    let next = first.body['next'] as string | undefined;
    while (next !== undefined) {
      const page = await json(`/v1/households?status=exited&limit=2&cursor=${next}`);
      seen.push(...page.body.items);
      next = page.body['next'] as string | undefined;
    }
    expect(new Set(seen.map((h) => h.id)).size).toBe(5);
    expect((await json('/v1/households?status=stillPoor,returnedPoor')).body.items).toHaveLength(2);
    expect((await json('/v1/households?cause=08')).body.items).toMatchObject([
      { id: poorId, otherCauses: [{ zh: '因病' }, { zh: '因残' }] },
    ]);
    expect((await json(`/v1/households?region=${OTHER_VILLAGE}`)).body.items).toHaveLength(1);
    expect(await csv('/v1/households')).toHaveLength(7);
    expect((await json('/v1/households?status=poor')).status).toBe(400);
  });

  it('lists the ledger by kind and period, newest first, and exports all of it', async () => {
    const first = await json('/v1/ledger?limit=3&kind=exits,returns');
    expect((first.body.items as { kind: string; occurredOn: string }[]).map((i) => i.kind)).toEqual([
      'exits',
      'exits',
      'exits',
    ]);
    const second = await json(`/v1/ledger?limit=500&kind=exits,returns&cursor=${String(first.body['next'])}`);
    expect(
      (second.body.items as { kind: string; occurredOn: string }[]).map((i) => [i.kind, i.occurredOn]),
    ).toEqual([
      ['exits', '2019-12-01'],
      ['exits', '2019-12-01'],
      ['returns', '2018-03-02'],
      ['exits', '2016-12-20'],
    ]);
    const of2016 = await json('/v1/ledger?from=2016-01-01&to=2016-12-31&order=oldest');
    expect(of2016.body.items).toMatchObject([
      {
        eventId: `${returnedId}:4`,
        kindZh: '脱贫',
        persons: 4,
        village: VILLAGE,
        cause: '01',
        causeZh: '因病',
      },
    ]);
    const rows = await csv(`/v1/ledger?region=${OTHER_VILLAGE}`);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      '日期 date': '2015-06-01',
      '类别 kind': '新致贫 newly poor',
      '人数 persons': '2',
    });
  });

  it('keeps every caller within his region', async () => {
    for (const path of [
      '/v1/regions/422822/roll-up',
      '/v1/regions/4228/children',
      '/v1/regions/42/years',
      '/v1/regions/42/causes',
      '/v1/ledger?region=42',
      '/v1/households?region=42',
    ]) {
      const { status, body } = await json(path);
      expect([path, status, body['type']]).toEqual([path, 403, 'urn:fupin:problem:region-not-allowed']);
    }
    const elsewhere = { role: 'villageCadre', region: OTHER_VILLAGE };
    expect((await json(`/v1/households/${returnedId}`, elsewhere)).status).toBe(403);
    expect((await json(`/v1/households/${returnedId}/timeline`, elsewhere)).status).toBe(403);
    expect((await json('/v1/ledger', elsewhere)).body.items).toHaveLength(1);
    expect((await fetch(`${api.service.url}/v1/ledger`)).status).toBe(401);
  });

  it('answers questions that make no sense with a problem that names the field', async () => {
    for (const [path, status, field] of [
      ['/v1/regions/422823/roll-up?asOf=2018-02-30', 400, 'asOf'],
      ['/v1/regions/422823/roll-up?knownAt=yesterday', 400, 'knownAt'],
      ['/v1/regions/42282/roll-up', 400, 'code'],
      ['/v1/regions/422823999/roll-up', 404, 'code'],
      ['/v1/regions/422823/years?from=abc', 400, 'from'],
      ['/v1/ledger?cursor=nonsense', 400, 'cursor'],
      ['/v1/ledger?kind=all', 400, 'kind'],
      ['/v1/ledger?limit=100000', 400, 'limit'],
      ['/v1/households?colour=red', 400, 'colour'],
    ] as const) {
      const { status: actual, body } = await json(path);
      expect([path, actual, body['field']]).toEqual([path, status, field]);
    }
  });

  it('waits for a position, and says how far behind it is when that does not come', async () => {
    const checkpoint = (position: number) =>
      db.pool.query(
        `INSERT INTO read_model.projector_checkpoints (topic, partition, position) VALUES ($1, 3, $2)
         ON CONFLICT (topic, partition) DO UPDATE SET position = excluded.position`,
        ['fupin.registry.household.v1', position],
      );
    await checkpoint(41);
    const late = api.get('/v1/ledger', {}, { 'fupin-position': 'fupin.registry.household.v1:3:42' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await checkpoint(42);
    expect((await late).status).toBe(200);

    const never = await api.get('/v1/ledger', {}, { 'fupin-position': 'fupin.registry.household.v1:3:43' });
    expect([never.status, never.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await never.json()).toMatchObject({
      type: 'urn:fupin:problem:projection-behind',
      detail: 'Position 43 was asked for, the read model is at 42',
    });
    expect((await api.get('/v1/ledger', {}, { 'fupin-position': 'other:3:43' })).status).toBe(400);
    await db.pool.query('DELETE FROM read_model.projector_checkpoints');
  });
});
