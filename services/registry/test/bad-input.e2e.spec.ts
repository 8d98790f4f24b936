import { startDevelopmentIssuer } from '@fupin/service/development-issuer';
import {
  application,
  chain,
  COUNTY,
  evidence,
  exitSteps,
  findings,
  NEIGHBOUR,
  person,
  survey,
  VILLAGE,
} from './bodies.js';
import { identified, refused, startHarness, take, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

describe('places and callers', () => {
  it('refuses a village that does not exist or is none', async () => {
    const unknown = application('2016-01-05', { villageCode: '422823101999' });
    expect(await refused(harness, '/v1/households', unknown)).toMatchObject({
      status: 400,
      body: { field: 'villageCode', errors: [{ code: 'village-unknown' }] },
    });
    const town = application('2016-01-05', { villageCode: '422823101' });
    expect(await refused(harness, '/v1/households', town)).toMatchObject({
      status: 400,
      body: { field: 'villageCode' },
    });
  });

  it("refuses a village in another county than the caller's", async () => {
    const token = await harness.token('county', '422822', 'history:write');
    const answer = await refused(harness, '/v1/households', application(), { token });
    expect(answer).toMatchObject({
      status: 403,
      body: { type: 'urn:fupin:problem:region-not-allowed', field: 'villageCode' },
    });
  });

  it('lets nobody of another county or village see or change a household', async () => {
    const { body } = await harness.post('/v1/households', application());
    const review = chain('2016-01', 'identification')[0]?.[1];
    for (const [role, region] of [
      ['county', '422822'],
      ['villageCadre', NEIGHBOUR],
    ] as const) {
      const token = await harness.token(role, region, 'history:write');
      expect(
        await refused(harness, `/v1/households/${body.id}/democratic-reviews`, review, { token }),
      ).toMatchObject({
        status: 403,
      });
      for (const path of [
        `/v1/households/${body.id}`,
        `/v1/households/${body.id}/events`,
        `/v1/villages/${VILLAGE}/households`,
      ]) {
        expect(await harness.get(path, { token })).toMatchObject({
          status: 403,
          body: { type: 'urn:fupin:problem:region-not-allowed' },
        });
      }
    }
  });

  it('refuses a step to a role that does not take it', async () => {
    const id = await identified(harness);
    const cadre = await harness.token('villageCadre', VILLAGE);
    const answer = await refused(
      harness,
      `/v1/households/${id}/county-reviews`,
      { occurredOn: '2016-02-01', procedure: 'return', approved: true },
      { token: cadre },
    );
    expect(answer).toMatchObject({ status: 403, body: { type: 'urn:fupin:problem:role-not-allowed' } });
    const consumer = await harness.token('dataConsumer', '42');
    expect(await harness.get(`/v1/households/${id}`, { token: consumer })).toMatchObject({ status: 403 });
  });

  it('refuses no token, an expired one, a foreign one, and one without role', async () => {
    const expired = await harness.issuer.token({ role: 'county', region: COUNTY }, -60);
    expect(await refused(harness, '/v1/households', application(), { token: expired })).toMatchObject({
      status: 401,
      body: { type: 'urn:fupin:problem:token-expired' },
    });
    const stranger = await startDevelopmentIssuer();
    const foreign = await stranger.token({ role: 'county', region: COUNTY });
    expect(await refused(harness, '/v1/households', application(), { token: foreign })).toMatchObject({
      status: 401,
      body: { type: 'urn:fupin:problem:token-not-accepted' },
    });
    await stranger.stop();
    const roleless = await harness.issuer.token({ role: 'emperor', region: COUNTY });
    expect(await refused(harness, '/v1/households', application(), { token: roleless })).toMatchObject({
      status: 401,
    });
    expect((await fetch(`${harness.registry.url}/v1/policy?region=42`)).status).toBe(401);
  });

  it('says 404 for a household nobody knows and 400 for an id that is none', async () => {
    const path = '/v1/households/0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42';
    expect(await harness.get(path)).toMatchObject({ status: 404 });
    expect(
      await refused(harness, `${path}/exit-plans`, { occurredOn: '2016-01-01', year: 2016 }),
    ).toMatchObject({
      status: 404,
    });
    expect(await harness.get('/v1/households/4711')).toMatchObject({ status: 400 });
    expect(await harness.get('/v1/households?householdNo=4711')).toMatchObject({
      status: 400,
      body: { field: 'householdNo' },
    });
    expect(await harness.get(`/v1/households?householdNo=${VILLAGE}-99999`)).toMatchObject({ status: 404 });
  });
});

describe('dates', () => {
  it.each(['2016-02-30', '2016-13-01', '2016-1-5', '20160105', ''])(
    'refuses the date %j',
    async (occurredOn) => {
      const answer = await refused(harness, '/v1/households', { ...application(), occurredOn });
      expect(answer).toMatchObject({ status: 400, body: { field: 'occurredOn' } });
    },
  );

  it('refuses the future, a day before the first rule set, and past years without the history scope', async () => {
    expect(await refused(harness, '/v1/households', application('2999-01-05'))).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('date-in-future') },
    });
    expect(await refused(harness, '/v1/households', application('2013-01-05'))).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('no-rule-set') },
    });
    const cadre = await harness.token('villageCadre', VILLAGE);
    const answer = await refused(harness, '/v1/households', application(), { token: cadre });
    expect(answer).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('past-year-needs-history-scope') },
    });
  });

  it('takes what is recorded live, by the role that takes the step', async () => {
    const today = new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Shanghai' }).format(new Date());
    const cadre = await harness.token('villageCadre', VILLAGE);
    const { status, body } = await harness.post('/v1/households', application(today), { token: cadre });
    expect(status).toBe(201);
    const { body: log } = await harness.get(`/v1/households/${body.id}/events`);
    expect(log.items[0]).toMatchObject({
      origin: 'live',
      backdated: false,
      actorRole: 'villageCadre',
      occurredOn: today,
    });
  });
});

describe('steps', () => {
  it('REG-20 refuses a step out of order, with the rule and its words', async () => {
    const { body } = await harness.post('/v1/households', application());
    const answer = await refused(
      harness,
      `/v1/households/${body.id}/township-reviews`,
      chain('2016-01', 'identification')[4]?.[1],
    );
    expect(answer).toMatchObject({
      status: 409,
      body: {
        type: 'urn:fupin:problem:step-out-of-order',
        ruleId: 'REG-20',
        quote: '不准违反精准识别和脱贫退出的程序和规定',
        titleZh: expect.any(String),
      },
    });
  });

  it('REG-01 REG-19 refuses the exit of a household at the line', async () => {
    const id = await identified(harness);
    await take(harness, id, [
      ['income-surveys', survey('2016-11-01', 2016, 2952)],
      ['guarantee-assessments', { occurredOn: '2016-11-01', findings: findings('2016-11-01') }],
      ...exitSteps('2016-11').slice(0, 3),
    ]);
    const answer = await refused(
      harness,
      `/v1/households/${id}/public-notices`,
      exitSteps('2016-11')[3]?.[1],
    );
    expect(answer).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:income-not-above-line', ruleId: 'REG-19' },
    });
    expect(answer.body.detail).toContain('2952.00');
    expect(answer.body.detailZh).toContain('扶贫标准');
  });
});

describe('amounts', () => {
  it.each<[string, unknown]>([
    ['NaN', 'NaN'],
    ['a negative one', '-1.00'],
    ['1e300', '1e300'],
    ['three decimals', '1.005'],
    ['more than money has', '90071992547409.92'],
    ['a number instead of a string', 12.5],
    ['infinity', 'Infinity'],
    ['nothing', ''],
  ])('refuses %s', async (_name, wage) => {
    const { body } = await harness.post('/v1/households', application());
    const answer = await refused(harness, `/v1/households/${body.id}/income-surveys`, {
      ...survey('2016-02-01', 2016, 1),
      wage,
    });
    expect(answer).toMatchObject({ status: 400, body: { field: 'wage' } });
  });

  it('takes the largest amount there is, and no more in sum', async () => {
    const { body } = await harness.post('/v1/households', application());
    const most = '90071992547409.91';
    const path = `/v1/households/${body.id}/income-surveys`;
    const only = { ...survey('2016-02-01', 2016, 1), wage: most };
    expect(await refused(harness, path, { ...only, property: '0.01' })).toMatchObject({
      status: 409,
      body: { field: 'netIncome' },
    });
    expect(await harness.post(path, only)).toMatchObject({ status: 201 });
    const { body: household } = await harness.get(`/v1/households/${body.id}`);
    expect(household.incomeSurveys[0]).toMatchObject({
      netIncome: most,
      perCapitaNetIncome: '30023997515803.30',
    });
  });
});

describe('bodies', () => {
  it('refuses unknown fields, and names them', async () => {
    const answer = await refused(harness, '/v1/households', { ...application(), province: '湖北' });
    expect(answer).toMatchObject({ status: 400, body: { field: 'province' } });
    const nested = application('2016-01-05', { members: [person('01', { age: 45 })] });
    expect(await refused(harness, '/v1/households', nested)).toMatchObject({
      status: 400,
      body: { field: 'members[0].age' },
    });
  });

  it('refuses what is missing or of another kind', async () => {
    for (const field of [
      'villageCode',
      'occurredOn',
      'entryKind',
      'householdKind',
      'members',
      'causes',
      'authorisation',
    ]) {
      const answer = await refused(harness, '/v1/households', { ...application(), [field]: undefined });
      expect(answer.body.errors.map((error) => error.field.split('.')[0])).toContain(field);
    }
    for (const body of [[], null, 'text', 7])
      expect((await refused(harness, '/v1/households', body)).status).toBe(400);
    expect(await refused(harness, '/v1/households', { ...application(), members: {} })).toMatchObject({
      status: 400,
    });
    expect(await refused(harness, '/v1/households', { ...application(), causes: [] })).toMatchObject({
      status: 400,
    });
    expect(await refused(harness, '/v1/households', undefined, { raw: '{"villageCode":' })).toMatchObject({
      status: 400,
      body: { type: 'urn:fupin:problem:malformed-json' },
    });
  });

  it('refuses 10 MB of JSON, and a list of more than 2000', async () => {
    const huge = `{"villageCode":"${'4'.repeat(10 * 1024 * 1024)}"}`;
    const answer = await refused(harness, '/v1/households', undefined, { raw: huge }).catch(
      (error: Error) => error,
    );
    // The service may close the connection before everything has been sent.
    if (answer instanceof Error) expect(answer.message).toContain('fetch failed');
    else expect(answer).toMatchObject({ status: 413, body: { type: 'urn:fupin:problem:body-too-large' } });
    const items = Array.from({ length: 2001 }, () => ({
      householdId: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42',
    }));
    const list = { occurredOn: '2016-01-01', procedure: 'exit', items };
    expect(await refused(harness, `/v1/villages/${VILLAGE}/announcements`, list)).toMatchObject({
      status: 400,
      body: { field: 'items', detail: expect.stringContaining('leave items out for the whole village') },
    });
  });

  it('refuses a household twice in a list, and one of another village', async () => {
    const id = await identified(harness);
    const list = (village: string, ...ids: string[]) =>
      harness.post(`/v1/villages/${village}/verifications`, {
        occurredOn: '2016-02-03',
        procedure: 'exit',
        items: ids.map((householdId) => ({ householdId, confirmed: true, evidence: evidence('2016-02-03') })),
      });
    expect(await list(VILLAGE, id, id)).toMatchObject({
      status: 400,
      body: { field: 'items[1].householdId' },
    });
    expect((await list(NEIGHBOUR, id)).body).toMatchObject({
      done: 0,
      refused: 1,
      items: [{ problem: { type: 'urn:fupin:problem:household-not-in-village' } }],
    });
  });
});
