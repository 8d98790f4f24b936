import { incompleteOperations, requestsWith } from '@fupin/service';
import { parse } from 'csv-parse/sync';
import { apply, applyYears } from './apply.js';
import type { TestDatabase } from './database.js';
import { testDatabase } from './database.js';
import {
  corrected,
  EventWriter,
  exited,
  findingClosed,
  findingRaised,
  memberAdded,
  memberLeft,
  moved,
  OTHER_VILLAGE,
  policyEnded,
  registered,
  removed,
  reversed,
  split,
  splitOff,
  VILLAGE,
  yearClosed,
} from './events.js';
import type { TestService } from './service.js';
import { testService } from './service.js';

type Json = Record<string, never>;
const fig = (households: number, persons: number) => ({ households, persons });

describe('changes of the register, corrections and closed years in the queries', () => {
  let db: TestDatabase;
  let api: TestService;
  const write = new EventWriter();
  const [mover, mistaken, wrongExit, parent, child, gone] = Array.from({ length: 6 }, () =>
    write.household(),
  );

  beforeAll(async () => {
    db = await testDatabase('projection_changes');
    api = await testService(db.url);
    await apply(db.pool, [
      write.record(mover!, { on: '2014-05-10' }, registered(4)),
      write.record(mover!, { on: '2016-12-20' }, exited(4)),
      write.record(mistaken!, { on: '2014-05-10' }, registered(3)),
      write.record(mistaken!, { on: '2016-11-01' }, exited(3)),
      write.record(wrongExit!, { on: '2014-05-10', village: OTHER_VILLAGE }, registered(2)),
      write.record(wrongExit!, { on: '2016-12-01', village: OTHER_VILLAGE }, exited(2)),
      write.record(parent!, { on: '2014-05-10' }, registered(5)),
      write.record(gone!, { on: '2014-05-10' }, registered(1)),
    ]);
    await applyYears(db.pool, [yearClosed('422823', 2016, '2017-01-31')]);
    const to2017 = { on: '2017-03-01' };
    await apply(db.pool, [
      write.record(mistaken!, to2017, corrected(`${mistaken}:2`, '2017-01-10', exited(3))),
      write.record(
        mistaken!,
        to2017,
        findingRaised(`${mistaken}:2`, `${mistaken}:3`, 'income-not-above-line'),
      ),
      write.record(wrongExit!, { on: '2017-05-01', village: OTHER_VILLAGE }, reversed(`${wrongExit}:2`)),
      write.record(parent!, { on: '2017-06-01' }, split(child!, 2)),
      write.record(child!, { on: '2017-06-01' }, splitOff(parent!, 2)),
      write.record(gone!, { on: '2017-07-01' }, removed(1)),
      write.record(mover!, { on: '2018-06-01' }, moved(VILLAGE, OTHER_VILLAGE)),
      write.record(mover!, { on: '2018-07-01', village: OTHER_VILLAGE }, memberLeft()),
      write.record(mover!, { on: '2021-01-01', village: OTHER_VILLAGE }, policyEnded),
    ]);
  });
  afterAll(async () => {
    await api.stop();
    await db.drop();
  });

  const json = async (path: string, of?: Parameters<TestService['get']>[1]) => {
    const response = await api.get(path, of);
    return {
      status: response.status,
      body: (await response.json()) as Json & { items: Json[]; next?: string },
    };
  };
  const csv = async (path: string) => {
    const response = await api.get(path, {}, { accept: 'text/csv' });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    return parse<Record<string, string>>(await response.text(), { columns: true, bom: true });
  };

  it('shows a closed year as published beside what is known now, with both values and the difference', async () => {
    const { body } = await json('/v1/regions/422823/years');
    const years = body['years'] as unknown as { year: number; published?: Json & { differences: Json[] } }[];
    expect(years.map(({ year, published }) => [year, published !== undefined])).toEqual([
      [2014, false],
      [2015, false],
      [2016, true],
      [2017, false],
      [2018, false],
      [2019, false],
      [2020, false],
      [2021, false],
    ]);
    expect(years[2]).toMatchObject({
      during: { exits: fig(1, 4), exitReversals: fig(0, 0) },
      atYearEnd: { exited: fig(1, 4), poor: fig(4, 11) },
      published: {
        closedRegion: '422823',
        knownOn: '2017-01-31',
        during: { exits: fig(3, 9) },
        atYearEnd: { exited: fig(3, 9), poor: fig(2, 6), registered: fig(5, 15) },
      },
    });
    const exits = years[2]!.published!.differences.find((d) => d['metric'] === 'exits');
    expect(exits).toEqual({
      metric: 'exits',
      labelZh: '脱贫',
      published: fig(3, 9),
      current: fig(1, 4),
      difference: fig(-2, -5),
    });
    expect(years[3]).toMatchObject({
      during: { exits: fig(1, 3), exitReversals: fig(1, 2), splitOff: fig(1, 0), removed: fig(1, 1) },
    });
    // As known on the day of the closing and before it there is nothing beside.
    const then = (await json('/v1/regions/422823/years?to=2016&knownAt=2017-01-30')).body[
      'years'
    ] as unknown as Json[];
    expect(then.at(-1)).not.toHaveProperty('published');
    expect((await csv('/v1/regions/422823/years?from=2016&to=2016'))[0]).toMatchObject({
      '当年脱贫户数 during exits households': '1',
      '封库日 closed as known on': '2017-01-31',
      '封库当年脱贫户数 published during exits households': '3',
    });
  });

  it('shows the published figures with the roll-up of a day in a closed year, also of the regions within', async () => {
    const county = await json('/v1/regions/422823/roll-up?asOf=2016-12-31');
    expect(county.body).toMatchObject({
      exited: fig(1, 4),
      published: { closedYear: 2016, exited: fig(3, 9), cumulative: { exits: fig(3, 9) } },
    });
    const village = await json(`/v1/regions/${OTHER_VILLAGE}/roll-up?asOf=2016-12-31`);
    expect(village.body).toMatchObject({
      exited: fig(0, 0),
      published: { closedRegion: '422823', exited: fig(1, 2) },
    });
    expect((await json('/v1/regions/422823/roll-up?asOf=2017-01-01')).body).not.toHaveProperty('published');
    expect(
      (await json('/v1/regions/422823/roll-up?asOf=2016-12-31&knownAt=2018-01-01')).body,
    ).not.toHaveProperty('published');
  });

  it('lists closed years and, event by event, what has changed since', async () => {
    expect((await json('/v1/regions/422823/year-closings')).body.items).toMatchObject([
      { year: 2016, region: '422823', name: '巴东县', knownOn: '2017-01-31' },
    ]);
    const first = await json('/v1/regions/422823/year-closings/2016?limit=1');
    const rest = await json(`/v1/regions/422823/year-closings/2016?cursor=${first.body.next}`);
    const items = [...first.body.items, ...rest.body.items];
    expect(items.map((item) => [item['eventId'], item['type']]).sort()).toEqual(
      [
        [`${mistaken}:3`, 'EventCorrected'],
        [`${wrongExit}:3`, 'ExitReversed'],
      ].sort(),
    );
    const correction = items.find((item) => item['type'] === 'EventCorrected');
    expect(correction).toMatchObject({
      occurredOn: '2017-01-10',
      typeZh: '更正',
      changes: [
        { metric: 'stillPoor', ...fig(1, 3) },
        { metric: 'exited', ...fig(-1, -3) },
        { metric: 'exits', ...fig(-1, -3) },
      ],
    });
    expect((await json('/v1/regions/422823/year-closings/2015')).status).toBe(404);
    expect(await csv('/v1/regions/422823/year-closings')).toHaveLength(1);
    expect(await csv('/v1/regions/422823/year-closings/2016')).toHaveLength(6);
    expect((await json('/v1/regions/42/year-closings')).status).toBe(403);
  });

  it('publishes what was known at the last second of the closing day in Shanghai, and nothing later', async () => {
    const village = '420102001001';
    const id = write.household();
    const at = (recordedAt: string) => ({ on: '2016-12-30', village, recordedAt });
    await apply(db.pool, [
      write.record(id, { on: '2014-05-10', village }, registered(3)),
      write.record(id, at('2017-01-31T15:59:59Z'), memberAdded()),
      write.record(id, at('2017-01-31T16:00:00Z'), memberAdded()),
    ]);
    await applyYears(db.pool, [yearClosed('420102', 2016, '2017-01-31')]);
    const province = { role: 'province', region: '42' } as const;
    expect((await json('/v1/regions/420102/roll-up?asOf=2016-12-31', province)).body).toMatchObject({
      poor: fig(1, 5),
      published: { poor: fig(1, 4) },
    });
    expect((await json('/v1/regions/420102/year-closings/2016', province)).body.items).toMatchObject([
      {
        eventId: `${id}:3`,
        changes: [
          { metric: 'stillPoor', ...fig(0, 1) },
          { metric: 'membersAdded', ...fig(0, 1) },
        ],
      },
    ]);
  });

  it('lists open findings until they are closed', async () => {
    const open = await json('/v1/findings');
    expect(open.body.items).toMatchObject([
      {
        eventId: `${mistaken}:4`,
        kind: 'exitUnlawful',
        kindZh: '更正后脱贫不达标',
        aboutEventId: `${mistaken}:2`,
        correctionEventId: `${mistaken}:3`,
        missing: ['income-not-above-line'],
        village: VILLAGE,
      },
    ]);
    expect((await json(`/v1/households/${mistaken}`)).body).toMatchObject({ openFindings: 1 });
    expect(await csv('/v1/findings')).toHaveLength(1);
    expect((await json('/v1/findings', { region: OTHER_VILLAGE, role: 'villageCadre' })).body.items).toEqual(
      [],
    );
    expect((await json('/v1/findings?status=pending')).status).toBe(400);

    await apply(db.pool, [write.record(mistaken!, { on: '2017-09-01' }, findingClosed(`${mistaken}:4`))]);
    expect((await json('/v1/findings')).body.items).toEqual([]);
    expect((await json('/v1/findings?status=closed')).body.items).toMatchObject([
      { closedOn: '2017-09-01', closedBy: `${mistaken}:5`, outcome: 'exitStands', outcomeZh: '经核实维持' },
    ]);
    expect((await json(`/v1/households/${mistaken}`)).body).toMatchObject({ openFindings: 0 });
  });

  it('shows a correction beside what it corrected, both as they were recorded, and which exit is void', async () => {
    const events = (await json(`/v1/households/${mistaken}/timeline`)).body['events'] as unknown as Json[];
    expect(events[1]).toMatchObject({
      type: 'HouseholdExited',
      occurredOn: '2016-11-01',
      corrections: [
        {
          eventId: `${mistaken}:3`,
          reason: 'typingError',
          occurredOn: '2017-01-10',
          data: { persons: 3 },
          counts: true,
        },
      ],
    });
    expect(events[2]).toMatchObject({ typeZh: '更正', corrects: `${mistaken}:2` });
    const reversedEvents = (await json(`/v1/households/${wrongExit}/timeline`)).body[
      'events'
    ] as unknown as Json[];
    expect(reversedEvents[1]).toMatchObject({ type: 'HouseholdExited', voidedBy: `${wrongExit}:3` });
    expect((await csv(`/v1/households/${mistaken}/timeline`))[1]).toMatchObject({
      '更正后日期 right date': '2017-01-10',
    });
    expect((await json(`/v1/households/${mistaken}`)).body).toMatchObject({ exitedOn: '2017-01-10' });
    expect((await json(`/v1/households/${wrongExit}`)).body).toMatchObject({
      status: 'stillPoor',
      statusSince: '2014-05-10',
      exitedOn: null,
    });
  });

  it('compares regions of any level, rates beside figures', async () => {
    const path = '/v1/regions/compare?regions=422823,422823100,422823101&asOf=2018-12-31';
    const { body } = await json(path);
    expect(body.items.map((i) => [i['region'], i['level'], i['registered'], i['rates']])).toEqual([
      ['422823', 'county', fig(5, 13), { exitedShare: 0.4, returnRate: 0, exitReversalRate: 0.333333 }],
      ['422823100', 'township', fig(3, 8), { exitedShare: 0.333333, returnRate: 0, exitReversalRate: 0 }],
      ['422823101', 'township', fig(2, 5), { exitedShare: 0.5, returnRate: null, exitReversalRate: 1 }],
    ]);
    expect(body.items[1]).toMatchObject({ cumulative: { movedOut: fig(1, 4) } });
    expect(body.items[0]).toMatchObject({ cumulative: { movedOut: fig(0, 0), movedIn: fig(0, 0) } });
    expect((await csv(path)).map((r) => r['脱贫户占比 exited share'])).toEqual(['0.4', '0.333333', '0.5']);
    expect((await json('/v1/regions/compare?regions=422823,4201')).status).toBe(403);
    for (const query of ['', '?regions=', '?regions=42282'])
      expect((await json(`/v1/regions/compare${query}`)).status).toBe(400);
  });

  it('gives the events behind a figure, page by page and as CSV', async () => {
    const path = '/v1/regions/422823/figures/exits/events';
    const { body } = await json(`${path}?from=2017-01-01&to=2017-12-31`);
    expect(body.items).toMatchObject([
      {
        eventId: `${mistaken}:2`,
        type: 'HouseholdExited',
        occurredOn: '2017-01-10',
        correctedBy: `${mistaken}:3`,
        ...fig(1, 3),
      },
    ]);
    const published = await json(`${path}?asOf=2016-12-31&knownAt=2017-01-31`);
    expect(published.body.items).toHaveLength(3);
    const first = await json(`${path}?asOf=2016-12-31&knownAt=2017-01-31&limit=2`);
    expect(
      (await json(`${path}?asOf=2016-12-31&knownAt=2017-01-31&cursor=${first.body.next}`)).body.items,
    ).toHaveLength(1);
    expect(await csv(`${path}?asOf=2016-12-31&knownAt=2017-01-31`)).toHaveLength(3);

    const stock = await json(`/v1/regions/422823101/figures/exited/events?asOf=2018-12-31`);
    expect(stock.body.items).toMatchObject([
      {
        eventId: `${mover}:3`,
        type: 'HouseholdMoved',
        occurredOn: '2018-06-01',
        village: OTHER_VILLAGE,
        ...fig(1, 3),
      },
    ]);
    // In the county, which holds both villages, the exit is what put it there.
    expect(
      (await json('/v1/regions/422823/figures/exited/events?asOf=2018-12-31')).body.items,
    ).toContainEqual(expect.objectContaining({ eventId: `${mover}:2`, village: OTHER_VILLAGE }));
    for (const [bad, field] of [
      ['/v1/regions/422823/figures/everything/events', 'figure'],
      ['/v1/regions/422823/figures/poor/events?from=2016-01-01', 'from'],
      [`${path}?asOf=2016-12-31&to=2016-12-31`, 'to'],
      [`${path}?cursor=nonsense`, 'cursor'],
    ] as const) {
      const { status, body: problem } = await json(bad);
      expect([bad, status, problem['field']]).toEqual([bad, 400, field]);
    }
  });

  it('lists moves in the ledger of the regions that lie on one side only', async () => {
    const moves = async (region: string) =>
      (await json(`/v1/ledger?region=${region}&kind=movedIn,movedOut`)).body.items.map((i) => i['kind']);
    expect(await moves('422823')).toEqual([]);
    expect(await moves('422823100')).toEqual(['movedOut']);
    expect(await moves(OTHER_VILLAGE)).toEqual(['movedIn']);
    expect((await json(`/v1/ledger?household=${mistaken}&kind=exits`)).body.items).toMatchObject([
      { occurredOn: '2017-01-10', eventId: `${mistaken}:2`, changedBy: `${mistaken}:3` },
    ]);
  });

  it('finds households by the statuses in which they left, and by policies', async () => {
    expect((await json('/v1/households?status=removed')).body.items).toMatchObject([
      { id: gone, statusZh: '已清退', statusSince: '2017-07-01' },
    ]);
    expect((await json(`/v1/households/${child}`)).body).toMatchObject({ splitFrom: parent, persons: 2 });
    expect((await json(`/v1/households/${mover}`)).body).toMatchObject({
      village: OTHER_VILLAGE,
      persons: 3,
      policyEndedOn: '2021-01-01',
    });
    expect((await json('/v1/regions/422823/roll-up?asOf=2021-01-01')).body).toMatchObject({
      exited: fig(2, 6),
      policyRetained: fig(1, 3),
      policyEnded: fig(1, 3),
    });
  });

  it('refuses null in every property of every body, and names it', async () => {
    const document = (await json('/openapi.json')).body as unknown as { paths: object };
    const requests = requestsWith(document, null);
    expect(requests.length).toBeGreaterThan(5);
    for (const { method, path, field, body } of requests) {
      const place = path.replace('{region}', '422823').replace('{year}', '2016');
      const answer = await api.send(method as 'POST', place, body, { scope: 'projection:operate' });
      expect([path, field, answer.status]).toEqual([path, field, 400]);
      expect(await answer.json()).toMatchObject({ errors: [{ field, code: 'not-null' }] });
    }
  });

  it('documents every operation with summary, example and problem types', async () => {
    const document = (await json('/openapi.json')).body as unknown as { paths: object };
    expect(incompleteOperations(document)).toEqual([]);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/v1/regions/compare',
        '/v1/regions/{code}/figures/{figure}/events',
        '/v1/regions/{code}/year-closings/{year}',
        '/v1/findings',
      ]),
    );
  });
});
