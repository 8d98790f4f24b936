import { fromBinary } from '@bufbuild/protobuf';
import { HouseholdEventSchema, Procedure } from '@fupin/contracts';
import { loadDivisions } from '@fupin/domain/divisions';
import {
  application,
  chain,
  COUNTY,
  evidence,
  exitSteps,
  findings,
  person,
  survey,
  VILLAGE,
} from './bodies.js';
import { identified, refused, startHarness, take, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const view = async (id: string) => (await harness.get(`/v1/households/${id}`)).body;
const events = async (id: string) => (await harness.get(`/v1/households/${id}/events`)).body.items;
const removal = (month: string): [string, Record<string, unknown>][] => {
  const procedure = 'removal';
  return [
    [
      'removal-proposals',
      { occurredOn: `${month}-01`, reason: 'urbanHouse', evidence: evidence(`${month}-01`) },
    ],
    [
      'democratic-reviews',
      { occurredOn: `${month}-02`, procedure, participants: 30, votesFor: 28, votesAgainst: 1 },
    ],
    [
      'verifications',
      { occurredOn: `${month}-03`, procedure, confirmed: true, evidence: evidence(`${month}-03`) },
    ],
    ['public-notices', { occurredOn: `${month}-04`, procedure, level: 'village' }],
    ['township-reviews', { occurredOn: `${month}-12`, procedure, approved: true }],
    ['county-reviews', { occurredOn: `${month}-13`, procedure, approved: true }],
    ['announcements', { occurredOn: `${month}-14`, procedure }],
  ];
};
/** A household that left in November 2016, with the id of its exit. */
async function exited(): Promise<{ id: string; exitEventId: string }> {
  const id = await identified(harness);
  await take(harness, id, [
    ['income-surveys', survey('2016-11-01', 2016, 4000)],
    ['guarantee-assessments', { occurredOn: '2016-11-01', findings: findings('2016-11-01') }],
    ...exitSteps('2016-11'),
  ]);
  const exit = (await events(id)).find(({ type }) => type === 'HouseholdExited')!;
  return { id, exitEventId: exit.id };
}

describe('removal (清退)', () => {
  it('REG-05 REG-06 REG-20 leads an ineligible household out of the register, and in again', async () => {
    const id = await identified(harness);
    const { householdNo } = await view(id);
    const steps = removal('2016-03');
    await take(harness, id, steps.slice(0, -1));
    expect(await view(id)).toMatchObject({
      status: 'stillPoor',
      procedure: { procedure: 'removal', nextStep: 'announcement' },
    });
    const gone = await take(harness, id, steps.slice(-1));
    expect(gone.body.events.map(({ type }) => type)).toEqual(['AnnouncementPublished', 'IneligibleRemoved']);
    expect(await view(id)).toMatchObject({ status: 'removed', removedOn: '2016-03-14', householdNo });
    const last = (await events(id)).at(-1)!;
    expect(last.rules).toContainEqual(
      expect.objectContaining({ ruleId: 'REG-05', quote: expect.stringContaining('剔除不符合条件的人口') }),
    );
    expect(last.event.evidenceEventIds).toHaveLength(6);

    // Out of the register: no exit, no relapse; it may apply again, under a new number.
    await refused(harness, `/v1/households/${id}/democratic-reviews`, exitSteps('2016-04')[0]?.[1]);
    await take(harness, id, [
      [
        'applications',
        {
          occurredOn: '2016-05-05',
          entryKind: 'missed',
          householdKind: 'ordinary',
          causes: { main: { code: '01' } },
          authorisation: { signedOn: '2016-05-04', documentId: id },
        },
      ],
      ...chain('2016-05', 'identification'),
    ]);
    const again = await view(id);
    expect(again).toMatchObject({
      status: 'stillPoor',
      entryKind: 'missed',
      registeredOn: '2016-05-26',
      persons: 3,
    });
    expect(again.householdNo).not.toBe(householdNo);
    for (const number of [householdNo, again.householdNo]) {
      expect((await harness.get(`/v1/households?householdNo=${number}`)).body).toMatchObject({ id });
    }

    const log = await events(id);
    const messages = await harness.messages(new Set([id]), log.length);
    expect(messages.map(({ value }) => fromBinary(HouseholdEventSchema, value).event)).toContainEqual(
      expect.objectContaining({ case: 'removalProposed' }),
    );
  });

  it('REG-20 an upheld objection ends it, poor or exited as before', async () => {
    const poor = await identified(harness);
    const { id: out } = await exited();
    for (const [id, month, status] of [
      [poor, '2016-03', 'stillPoor'],
      [out, '2017-03', 'exited'],
    ] as const) {
      await take(harness, id, removal(month).slice(0, 4));
      const { body } = await harness.post(`/v1/households/${id}/objections`, {
        occurredOn: `${month}-05`,
        procedure: 'removal',
        text: '该户住房系租住，并非自购商品房',
      });
      await refused(harness, `/v1/households/${id}/township-reviews`, removal(month)[4]?.[1]);
      await take(harness, id, [
        [
          `objections/${body.objectionId}/resolutions`,
          { occurredOn: `${month}-06`, procedure: 'removal', upheld: true },
        ],
      ]);
      expect(await view(id)).toMatchObject({ status });
      expect((await view(id)).procedure).toBeUndefined();
      const down = (await events(id)).at(-1)!;
      expect(down).toMatchObject({ type: 'ProcedureTurnedDown', event: { procedure: 'PROCEDURE_REMOVAL' } });
      expect(Procedure.REMOVAL).toBe(4);
    }
  });

  it('refuses bad proposals, and whoever may not make them', async () => {
    const id = await identified(harness);
    const path = `/v1/households/${id}/removal-proposals`;
    const good = removal('2016-03')[0]![1];
    for (const [change, field] of [
      [{ reason: 'disliked' }, 'reason'],
      [{ reason: undefined }, 'reason'],
      [{ evidence: undefined }, 'evidence'],
      [{ evidence: { ...evidence('2016-03-01'), datedOn: '2016-02-30' } }, 'evidence.datedOn'],
      [{ occurredOn: '2016-13-01' }, 'occurredOn'],
      [{ note: '太富' }, 'note'],
    ] as const) {
      expect(await refused(harness, path, { ...good, ...change })).toMatchObject({
        status: 400,
        body: { field },
      });
    }
    const late = await refused(harness, path, { ...good, evidence: evidence('2016-03-02') });
    expect(late).toMatchObject({ status: 409, body: { type: 'urn:fupin:problem:paper-later-than-fact' } });
    const bureau = await harness.token('sectorBureau', COUNTY);
    expect(await refused(harness, path, good, { token: bureau })).toMatchObject({ status: 403 });
    const elsewhere = await harness.token('county', '422822');
    expect(await refused(harness, path, good, { token: elsewhere })).toMatchObject({ status: 403 });
    expect(
      await refused(harness, `/v1/households/${id}/announcements`, removal('2016-03')[6]![1]),
    ).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:procedure-not-open', ruleId: 'REG-20' },
    });
    await take(harness, id, [removal('2016-03')[0]!]);
    expect(await refused(harness, path, good)).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:procedure-open', ruleId: 'REG-20' },
    });
  });
});

describe('reversal of a wrong exit (错退回退)', () => {
  it('REG-05 REG-09 makes the household poor as before, without a return', async () => {
    const { id, exitEventId } = await exited();
    await take(harness, id, [
      [
        'exit-reversals',
        { occurredOn: '2017-05-01', exitEventId, reason: 'income', evidence: evidence('2017-04-20') },
      ],
    ]);
    const after = await view(id);
    expect(after).toMatchObject({ status: 'stillPoor', registeredOn: '2016-01-26' });
    expect(after).not.toHaveProperty('exitedOn');
    expect(after).not.toHaveProperty('returnedOn');
    const last = (await events(id)).at(-1)!;
    expect(last).toMatchObject({
      type: 'ExitReversed',
      event: { exitEventId, reason: 'EXIT_REVERSAL_REASON_INCOME', persons: 3 },
    });
    expect(last.rules).toContainEqual(expect.objectContaining({ ruleId: 'REG-19' }));
    const twice = {
      occurredOn: '2017-05-02',
      exitEventId,
      reason: 'income',
      evidence: evidence('2017-04-20'),
    };
    expect(await refused(harness, `/v1/households/${id}/exit-reversals`, twice)).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:wrong-status', ruleId: 'REG-09' },
    });
  });

  it('refuses another event than the exit, and anybody but the county', async () => {
    const { id, exitEventId } = await exited();
    const path = `/v1/households/${id}/exit-reversals`;
    const body = {
      occurredOn: '2017-05-01',
      exitEventId,
      reason: 'income',
      evidence: evidence('2017-04-20'),
    };
    expect(await refused(harness, path, { ...body, exitEventId: `${id}:1` })).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:not-the-last-exit', field: 'exitEventId', ruleId: 'REG-09' },
    });
    for (const bad of [id, `${id}:0`, '17', '', `${id}:1; drop`]) {
      expect(await refused(harness, path, { ...body, exitEventId: bad })).toMatchObject({
        status: 400,
        body: { field: 'exitEventId' },
      });
    }
    expect(await refused(harness, path, { ...body, reason: 'none' })).toMatchObject({ status: 400 });
    const cadre = await harness.token('villageCadre', VILLAGE);
    expect(await refused(harness, path, body, { token: cadre })).toMatchObject({ status: 403 });
  });
});

describe('policies after the exit', () => {
  it('REG-13 REG-25 stay to the promised day, longer when it is decided, and end after it', async () => {
    const { id } = await exited();
    expect(await view(id)).toMatchObject({ policy: 'retained', policiesRetainedUntil: '2020-12-31' });
    const early = await refused(harness, `/v1/households/${id}/policy-endings`, { occurredOn: '2020-12-31' });
    expect(early).toMatchObject({
      status: 409,
      body: {
        type: 'urn:fupin:problem:policy-still-retained',
        ruleId: 'REG-13',
        quote: expect.stringContaining('相关政策保持一段时间'),
      },
    });
    await refused(harness, `/v1/households/${id}/policy-retentions`, {
      occurredOn: '2018-01-01',
      until: '2020-12-31',
    });
    await take(harness, id, [['policy-retentions', { occurredOn: '2018-01-01', until: '2021-06-30' }]]);
    await refused(harness, `/v1/households/${id}/policy-endings`, { occurredOn: '2021-06-30' });
    await take(harness, id, [['policy-endings', { occurredOn: '2021-07-01' }]]);
    expect(await view(id)).toMatchObject({ status: 'exited', policy: 'ended', policyEndedOn: '2021-07-01' });
    await refused(harness, `/v1/households/${id}/policy-endings`, { occurredOn: '2021-07-02' });
    await take(harness, id, [['policy-retentions', { occurredOn: '2021-08-01', until: '2021-12-31' }]]);
    expect(await view(id)).toMatchObject({ policy: 'retained', policiesRetainedUntil: '2021-12-31' });
    for (const until of ['2021-02-30', '', null, 20220101]) {
      expect(
        await refused(harness, `/v1/households/${id}/policy-retentions`, { occurredOn: '2021-08-02', until }),
      ).toMatchObject({ status: 400, body: { field: 'until' } });
    }
    const township = await harness.token('township', '422823101');
    await refused(
      harness,
      `/v1/households/${id}/policy-endings`,
      { occurredOn: '2022-01-01' },
      { token: township },
    );
  });
});

describe('missed households (漏评补录)', () => {
  it('REG-05 REG-06 enter by the full chain, are told apart for ever, and nobody enters twice', async () => {
    const members = [person('01', { name: '向春梅' })];
    const filed = await harness.post(
      '/v1/households',
      application('2017-01-05', { entryKind: 'missed', members }),
    );
    const { id } = filed.body;
    const steps = chain('2017-01', 'identification');
    // No way around the procedure.
    await refused(harness, `/v1/households/${id}/announcements`, steps.at(-1)![1]);
    await take(harness, id, steps);
    expect(await view(id)).toMatchObject({ status: 'stillPoor', entryKind: 'missed' });
    const registered = (await events(id)).find(({ type }) => type === 'HouseholdRegistered')!;
    expect(registered.event).toMatchObject({ entryKind: 'ENTRY_KIND_MISSED' });
    expect(registered.rules).toContainEqual(
      expect.objectContaining({
        ruleId: 'REG-06',
        quote: expect.stringContaining('及时纳入符合条件但遗漏在外的贫困人口'),
      }),
    );
    await refused(harness, '/v1/households', application('2017-02-05', { entryKind: 'missed', members }));
    await refused(harness, '/v1/households', application('2017-02-05', { entryKind: 'relapsed' }));
  });
});

describe('the exit standard of a household', () => {
  it('REG-01 REG-10 REG-19 shows what an exit would be refused for before anybody takes a step', async () => {
    const id = await identified(harness);
    const path = `/v1/households/${id}/exit-standard`;
    await take(harness, id, [['income-surveys', survey('2016-11-01', 2016, 2952)]]);
    const { body } = await harness.get(`${path}?on=2016-11-20`);
    expect(body).toMatchObject({
      meets: false,
      povertyLine: '2952.00',
      perCapitaNetIncome: '2952.00',
      exitDeadline: '2020-12-31',
      aims: [],
    });
    expect(body).toMatchObject({
      missing: [
        { code: 'income-not-above-line', ruleId: 'REG-19', quote: '不准脱离现行国家脱贫标准' },
        ...findings('2016-11-01').map(({ guarantee }) => ({ code: 'guarantee-missing', field: guarantee })),
      ],
    });
    await take(harness, id, [
      ['income-surveys', survey('2016-11-02', 2016, 2952.01)],
      ['guarantee-assessments', { occurredOn: '2016-11-02', findings: findings('2016-11-02') }],
    ]);
    expect((await harness.get(`${path}?on=2016-11-01`)).body).toMatchObject({ meets: false });
    expect((await harness.get(`${path}?on=2016-11-20`)).body).toMatchObject({ meets: true, missing: [] });
    expect(await harness.get(`${path}?on=yesterday`)).toMatchObject({ status: 400 });
    expect(await harness.get(`${path}?on=2001-01-01`)).toMatchObject({ status: 409 });
  });
});

describe('what Wuhan asks of an exit', () => {
  it('REG-27 names the figures that the installation has not set, to 2017, and refuses nothing for them from 2018 on', async () => {
    const villageCode = loadDivisions().villagesOf('420116')[0]!.code;
    const token = await harness.token('county', '420116', 'history:write');
    const post = async (path: string, body: unknown) => {
      const answer = await harness.post(path, body, { token });
      return answer.status === 201 ? answer : Promise.reject(new Error(JSON.stringify(answer.body)));
    };
    const { body } = await post('/v1/households', application('2016-01-05', { villageCode }));
    const { id } = body;
    for (const [path, step] of chain('2016-01', 'identification'))
      await post(`/v1/households/${id}/${path}`, step);
    for (const [on, year] of [
      ['2017-11-01', 2017],
      ['2018-11-01', 2018],
    ] as const) {
      await post(`/v1/households/${id}/income-surveys`, survey(on, year, 5000));
      await post(`/v1/households/${id}/guarantee-assessments`, { occurredOn: on, findings: findings(on) });
    }
    const standard = async (on: string) =>
      (await harness.get(`/v1/households/${id}/exit-standard?on=${on}`, { token })).body;
    const unset = (year: number) =>
      ['cityRuralIncomeGrowth', 'municipalPovertyLine'].map((name) => ({
        code: 'setting-missing',
        field: `${name}.${year}`,
        ruleId: 'REG-27',
      }));
    expect(await standard('2017-11-20')).toMatchObject({
      meets: false,
      missing: unset(2017),
      aims: [{ code: 'setting-missing', field: 'districtRuralIncome.2017' }],
      exitDeadline: '2018-12-31',
    });
    expect(await standard('2018-11-20')).toMatchObject({ meets: true, missing: [] });
    expect((await standard('2018-11-20')) as unknown).toMatchObject({
      aims: [...unset(2018), { code: 'setting-missing', field: 'districtRuralIncome.2018' }],
    });
    const steps = exitSteps('2018-11');
    for (const [path, step] of steps) await post(`/v1/households/${id}/${path}`, step);
    expect((await harness.get(`/v1/households/${id}`, { token })).body).toMatchObject({ status: 'exited' });
  });
});

describe('exit plans with their paths (五个一批)', () => {
  it('REG-21 TGT-14 TGT-17 are shown with labels and found by path', async () => {
    const [first, second] = [await identified(harness), await identified(harness)];
    await take(harness, first, [
      ['exit-plans', { occurredOn: '2016-02-01', year: 2016, paths: ['education', 'production'] }],
    ]);
    await take(harness, second, [['exit-plans', { occurredOn: '2016-02-01', year: 2017 }]]);
    expect(await view(first)).toMatchObject({
      plannedExitYear: 2016,
      plannedExitPaths: [
        { code: 'production', zh: '发展生产脱贫' },
        { code: 'education', zh: '发展教育脱贫' },
      ],
    });
    const listed = async (query: string) =>
      (await harness.get(`/v1/villages/${VILLAGE}/households?${query}`)).body.items.map(
        (item) => item.householdId,
      );
    expect(await listed('exitPath=education')).toEqual([first]);
    expect(await listed('plannedExitYear=2017')).toEqual([second]);
    expect(await listed('plannedExitYear=2017&exitPath=education')).toEqual([]);
    for (const paths of [['luck'], ['education', 'education'], 'education', [1]]) {
      expect(
        await refused(harness, `/v1/households/${second}/exit-plans`, {
          occurredOn: '2016-02-02',
          year: 2016,
          paths,
        }),
      ).toMatchObject({ status: 400 });
    }
    expect(await harness.get(`/v1/villages/${VILLAGE}/households?exitPath=luck`)).toMatchObject({
      status: 400,
    });
  });
});
