import { fromBinary } from '@bufbuild/protobuf';
import { HouseholdEventSchema, Origin } from '@fupin/contracts';
import { application, chain, exitSteps, findings, survey, VILLAGE } from './bodies.js';
import { identified, startHarness, take, type Harness, type Item } from './harness.js';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const status = async (id: string) => (await harness.get(`/v1/households/${id}`)).body;

it('REG-01 REG-03 REG-07 REG-20 leads a household from its application to its return', async () => {
  const filed = await harness.post('/v1/households', application('2016-01-05'));
  expect(filed.status).toBe(201);
  const id = String(filed.body.id);
  expect(filed.headers.get('location')).toBe(`/v1/households/${id}`);
  expect(filed.headers.get('etag')).toBe('"1"');
  expect(filed.headers.get('fupin-position')).toBe(filed.body.position);
  expect(await status(id)).toMatchObject({
    status: 'applicant',
    entryKind: 'identified',
    villageCode: VILLAGE,
    villageName: '湖北省恩施土家族苗族自治州巴东县东瀼口镇陈家岭村村民委员会',
    persons: 3,
    procedure: { procedure: 'identification', lastStep: 'application', nextStep: 'democraticReview' },
  });

  const registered = await take(harness, id, chain('2016-01', 'identification'));
  expect(registered.body.events.map((event) => event.type)).toEqual([
    'AnnouncementPublished',
    'HouseholdRegistered',
  ]);
  const poor = await status(id);
  expect(poor).toMatchObject({ status: 'stillPoor', registeredOn: '2016-01-26' });
  expect(poor.householdNo).toMatch(new RegExp(`^${VILLAGE}-\\d{5}$`));
  expect((await harness.get(`/v1/households?householdNo=${poor.householdNo}`)).body).toMatchObject({ id });

  // The exit in vain: below the line, and nothing assessed.
  await take(harness, id, [
    ['income-surveys', survey('2016-11-01', 2016, 2952)],
    ...exitSteps('2016-11').slice(0, 3),
  ]);
  const refused = await harness.post(`/v1/households/${id}/public-notices`, exitSteps('2016-11')[3]?.[1]);
  expect(refused.status).toBe(409);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  expect(refused.body).toMatchObject({ type: 'urn:fupin:problem:several-reasons' });
  expect(refused.body.errors.map((error) => [error.code, error.ruleId])).toEqual([
    ['income-not-above-line', 'REG-19'],
    ['guarantee-missing', 'REG-01'],
    ['guarantee-missing', 'REG-01'],
    ['guarantee-missing', 'REG-02'],
    ['guarantee-missing', 'REG-01'],
    ['guarantee-missing', 'REG-01'],
  ]);
  expect(refused.body.errors[0].quote).toBe('不准脱离现行国家脱贫标准');

  // One fen per head more, and all of 两不愁三保障 with evidence.
  await take(harness, id, [
    ['income-surveys', survey('2016-11-05', 2016, 2952.01)],
    ['guarantee-assessments', { occurredOn: '2016-11-05', findings: findings('2016-11-04') }],
    [
      'living-conditions',
      {
        occurredOn: '2016-11-05',
        housingArea: '96.5',
        structure: 'brickTimber',
        builtYear: 1998,
        electricity: true,
        tapWater: false,
      },
    ],
    ...exitSteps('2016-11').slice(3),
  ]);
  expect(await status(id)).toMatchObject({
    status: 'exited',
    exitedOn: '2016-11-13',
    policiesRetainedUntil: '2020-12-31',
    guarantees: expect.arrayContaining([expect.objectContaining({ guarantee: 'food', holds: true })]),
  });

  await take(harness, id, [
    ['monitoring-visits', { occurredOn: '2017-03-01', production: 'stable', living: 'atRisk' }],
    [
      'relapse-reports',
      {
        occurredOn: '2017-05-02',
        causes: { main: { code: '04' } },
        authorisation: { signedOn: '2017-05-01', documentId: id },
      },
    ],
    ...chain('2017-05', 'return'),
  ]);
  expect(await status(id)).toMatchObject({
    status: 'stillPoor',
    entryKind: 'identified',
    registeredOn: '2016-01-26',
    returnedOn: '2017-05-26',
    householdNo: poor.householdNo,
    causes: { main: { system: 'registerCause', code: '04', zh: '因灾' } },
  });

  const { body: log } = await harness.get(`/v1/households/${id}/events`);
  const exit = log.items.find((item) => item.type === 'HouseholdExited')!;
  expect(exit).toMatchObject({
    origin: 'history',
    backdated: false,
    actorRole: 'county',
    region: VILLAGE,
    ruleSetVersion: expect.stringContaining('national-2014'),
    event: { perCapitaNetIncomeFen: '295201', povertyLineFen: '295200', policiesRetainedUntil: '2020-12-31' },
  });
  expect(exit.rules).toContainEqual(
    expect.objectContaining({ ruleId: 'REG-20', quote: '不准违反精准识别和脱贫退出的程序和规定' }),
  );
  expect(exit.event.evidenceEventIds.length).toBeGreaterThanOrEqual(6);

  // The same facts, byte for byte, on Kafka, in order.
  const messages = await harness.messages(new Set([id]), log.items.length);
  const decoded = messages.map((message) => fromBinary(HouseholdEventSchema, message.value));
  expect(decoded.map((event) => event.envelope?.streamVersion)).toEqual(
    log.items.map((item) => item.version),
  );
  expect(decoded.at(-1)).toMatchObject({
    envelope: { region: VILLAGE, occurredOn: '2017-05-26', origin: Origin.HISTORY },
    event: { case: 'householdReturned' },
  });
  expect(String(messages[0]?.headers['ce_type'])).toMatch(
    /^fupin\.registry\.household\.v1\.[0-9a-f]+\.ApplicationFiled$/,
  );
  const { rows } = await harness.pool.query<{ payload: Buffer }>(
    'SELECT payload FROM events WHERE stream_id = $1 ORDER BY version',
    [id],
  );
  expect(messages.map((message) => Buffer.from(message.value).toString('hex'))).toEqual(
    rows.map((row) => row.payload.toString('hex')),
  );
});

describe('headers', () => {
  it('answers a repeated request as the first time, and refuses the key with another body', async () => {
    const headers = { 'idempotency-key': 'application-1' };
    const body = application();
    const first = await harness.post('/v1/households', body, { headers });
    const again = await harness.post('/v1/households', body, { headers });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await harness.post('/v1/households', application(), { headers });
    expect(other).toMatchObject({ status: 422, body: { type: 'urn:fupin:problem:idempotency-key-reused' } });
    const count = await harness.pool.query('SELECT FROM household_directory WHERE household_id = $1', [
      first.body.id,
    ]);
    expect(count.rowCount).toBe(1);
  });

  it('refuses a stale If-Match with 412 and takes the right one', async () => {
    const { body } = await harness.post('/v1/households', application());
    const review = chain('2016-01', 'identification')[0]?.[1];
    const path = `/v1/households/${body.id}/democratic-reviews`;
    expect(await harness.post(path, review, { headers: { 'if-match': '"2"' } })).toMatchObject({
      status: 412,
    });
    expect(await harness.post(path, review, { headers: { 'if-match': '"1"' } })).toMatchObject({
      status: 201,
    });
  });

  it('gives the id of the first time for a repeated objection', async () => {
    const { body } = await harness.post('/v1/households', application());
    await take(harness, body.id, chain('2016-01', 'identification').slice(0, 4));
    const objection = { occurredOn: '2016-01-10', procedure: 'identification', text: '此户在县城有房' };
    const headers = { 'idempotency-key': 'objection-1' };
    const first = await harness.post(`/v1/households/${body.id}/objections`, objection, { headers });
    const again = await harness.post(`/v1/households/${body.id}/objections`, objection, { headers });
    expect(again.body.objectionId).toBe(first.body.objectionId);
    expect(
      (await harness.pool.query('SELECT FROM vault_notes WHERE household_id = $1', [body.id])).rowCount,
    ).toBe(1);
    const blocked = await harness.post(
      `/v1/households/${body.id}/township-reviews`,
      chain('2016-01', 'identification')[4]?.[1],
    );
    expect(blocked).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:objection-open', ruleId: 'REG-20' },
    });
    await take(harness, body.id, [
      [
        `objections/${first.body.objectionId}/resolutions`,
        { occurredOn: '2016-01-12', procedure: 'identification', upheld: false, text: '经核实不属实' },
      ],
      ...chain('2016-01', 'identification').slice(4),
    ]);
    expect(await status(body.id)).toMatchObject({ status: 'stillPoor' });
  });
});

describe("a village's list", () => {
  it('takes a step for many households; a refused one does not stop the others, and a repetition changes nothing', async () => {
    const ids = await Promise.all([identified(harness), identified(harness), identified(harness)]);
    const { body: applicant } = await harness.post('/v1/households', application());
    const items = [...ids, applicant.id].map((householdId) => ({
      householdId,
      votesFor: 20,
      votesAgainst: 3,
    }));
    const list = { occurredOn: '2016-11-02', procedure: 'exit', participants: 30, items };
    const headers = { 'idempotency-key': 'list-1' };
    const first = await harness.post(`/v1/villages/${VILLAGE}/democratic-reviews`, list, { headers });
    expect(first).toMatchObject({ status: 200, body: { done: 3, refused: 1 } });
    expect(first.body.items[3]).toMatchObject({
      householdId: applicant.id,
      outcome: 'refused',
      problem: { type: 'urn:fupin:problem:procedure-not-open', ruleId: 'REG-20' },
    });
    const again = await harness.post(`/v1/villages/${VILLAGE}/democratic-reviews`, list, { headers });
    expect(again.body.items.slice(0, 3)).toEqual(
      first.body.items.slice(0, 3).map((item) => ({ ...item, replayed: true })),
    );
    // Another list under the key is refused as a whole, whatever is different about it.
    for (const changed of [{ participants: 31 }, { items: items.slice(1) }, { occurredOn: '2016-11-03' }]) {
      expect(
        await harness.post(
          `/v1/villages/${VILLAGE}/democratic-reviews`,
          { ...list, ...changed },
          { headers },
        ),
      ).toMatchObject({ status: 422, body: { type: 'urn:fupin:problem:idempotency-key-reused' } });
    }

    const village = `/v1/villages/${VILLAGE}`;
    const of = (rest: object) => ids.map((householdId) => ({ householdId, ...rest }));
    const answers = [
      await harness.post(`${village}/income-surveys`, {
        occurredOn: '2016-11-01',
        year: 2016,
        items: of({ ...survey('2016-11-01', 2016, 4000), occurredOn: undefined, year: undefined }),
      }),
      await harness.post(`${village}/guarantee-assessments`, {
        occurredOn: '2016-11-02',
        items: of({ findings: findings('2016-11-01') }),
      }),
      await harness.post(`${village}/verifications`, {
        occurredOn: '2016-11-03',
        procedure: 'exit',
        items: of({ confirmed: true, evidence: findings('2016-11-03')[0]?.evidence }),
      }),
      await harness.post(`${village}/acknowledgements`, {
        occurredOn: '2016-11-04',
        items: of({ documentId: ids[0] }),
      }),
      await harness.post(`${village}/public-notices`, {
        occurredOn: '2016-11-05',
        procedure: 'exit',
        level: 'village',
        items: of({}),
      }),
      await harness.post(`${village}/announcements`, {
        occurredOn: '2016-11-13',
        procedure: 'exit',
        items: of({}),
      }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 200, body: { done: 3, refused: 0 } });
    for (const id of ids)
      expect(await status(id)).toMatchObject({ status: 'exited', exitedOn: '2016-11-13' });
  });

  it('announces a whole list into the register with numbers of their own', async () => {
    const applied = await Promise.all([1, 2, 3, 4].map(() => harness.post('/v1/households', application())));
    const ids = applied.map(({ body }) => String(body.id));
    for (const id of ids) await take(harness, id, chain('2016-01', 'identification').slice(0, -1));
    const items = ids.map((householdId) => ({ householdId }));
    const body = { occurredOn: '2016-01-26', procedure: 'identification', items };
    const answer = await harness.post(`/v1/villages/${VILLAGE}/announcements`, body);
    expect(answer.body).toMatchObject({ done: 4, refused: 0 });
    const numbers = await Promise.all(ids.map(async (id) => (await status(id)).householdNo));
    expect(new Set(numbers).size).toBe(4);
  });

  it('pages through its households, with names for its own cadre only', async () => {
    const cadre = await harness.token('villageCadre', VILLAGE);
    const seen: Item[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const { status: code, body } = await harness.get(
        `/v1/villages/${VILLAGE}/households?limit=3${cursor}`,
        { token: cadre },
      );
      expect(code).toBe(200);
      seen.push(...body.items);
      next = body.next;
    }
    const { rowCount } = await harness.pool.query('SELECT FROM household_directory WHERE village = $1', [
      VILLAGE,
    ]);
    expect(new Set(seen.map((row) => row.householdId)).size).toBe(rowCount);
    expect(seen.every((row) => row.headName === '覃守义')).toBe(true);
    const province = await harness.token('province', '42');
    const { body } = await harness.get(`/v1/villages/${VILLAGE}/households`, { token: province });
    expect(body.items[0].headName).toBeUndefined();
  });
});

it('shows the policy of a region on a day with its sources', async () => {
  const { body } = await harness.get('/v1/policy?region=422823&on=2018-06-30');
  expect(body.version).toContain('hubei-2018');
  expect(body.parameters).toContainEqual(
    expect.objectContaining({ name: 'dibaoContinuesAfterExit', ruleId: 'REG-23' }),
  );
  expect(await harness.get('/v1/policy?region=1&on=2018-06-30')).toMatchObject({ status: 400 });
});
