import { randomUUID } from 'node:crypto';
import {
  application,
  chain,
  checkDigit,
  COUNTY,
  exitSteps,
  findings,
  idNumber,
  person,
  survey,
  VILLAGE,
} from './bodies.js';
import { refused, startHarness, take, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const WRITERS = 32;
const of = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

describe(`claims under ${WRITERS} concurrent writers`, () => {
  it('lets a person into one household only', async () => {
    for (let round = 0; round < 5; round += 1) {
      const shared = idNumber();
      const answers = await of(WRITERS, () =>
        harness.post(
          '/v1/households',
          application('2016-01-05', { members: [person('01'), person('02', { idNumber: shared })] }),
        ),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      for (const { status, body } of answers) {
        if (status === 201) continue;
        expect(body).toMatchObject({
          status: 409,
          type: 'urn:fupin:problem:person-already-registered',
          field: 'members[1].idNumber',
        });
      }
    }
    // Nothing of those who came too late: no directory row, no vault row, no event.
    const { rows } = await harness.pool.query<Record<string, string>>(
      `SELECT (SELECT count(*) FROM household_directory) households, (SELECT count(*) FROM person_vault) persons,
         (SELECT count(DISTINCT stream_id) FROM events) streams`,
    );
    expect(rows[0]).toEqual({ households: '5', persons: '10', streams: '5' });
  });

  it('takes one of 32 same requests, and answers all alike', async () => {
    const body = application();
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await of(WRITERS, () => harness.post('/v1/households', body, { headers }));
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.body.id}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
  });

  it('takes one of 32 decisions on the same version', async () => {
    const { body } = await harness.post('/v1/households', application());
    const review = chain('2016-01', 'identification')[0]?.[1];
    const answers = await of(WRITERS, () =>
      harness.post(`/v1/households/${body.id}/democratic-reviews`, review, {
        headers: { 'if-match': '"1"' },
      }),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status } of answers) expect([201, 412]).toContain(status);
  });

  it('gives every household of a village a number of its own', async () => {
    const ids = await of(WRITERS, async () =>
      String((await harness.post('/v1/households', application())).body.id),
    );
    await of(WRITERS, (index) => take(harness, ids[index] ?? '', chain('2016-01', 'identification')));
    const numbers = await of(
      WRITERS,
      async (index) => (await harness.get(`/v1/households/${ids[index]}`)).body.householdNo,
    );
    expect(new Set(numbers).size).toBe(WRITERS);
  });
});

const withHead = (rest: Record<string, unknown>) =>
  application('2016-01-05', { members: [person('01', rest)] });
const nameOf = async (householdId: string): Promise<string> => {
  const reader = await harness.token('county', COUNTY, 'person:read');
  const { body: household } = await harness.get(`/v1/households/${householdId}`);
  return (await harness.get(`/v1/persons/${household.members[0]?.personId}`, { token: reader })).body.name;
};

describe('persons of a request', () => {
  it.each([
    [
      'a wrong check digit',
      (good: string) => good.slice(0, 17) + (good.endsWith('1') ? '2' : '1'),
      'wrong check digit',
    ],
    ['30 February', () => '42282319700230002' + checkDigit('42282319700230002'), 'no real date of birth'],
    ['17 digits', (good: string) => good.slice(0, 17), '18 characters'],
    ['a number', () => 422823197003070021 as unknown as string, ''],
  ])('refuses an ID number with %s and does not repeat it', async (_name, change, words) => {
    const number = change(idNumber());
    const answer = await refused(harness, '/v1/households', withHead({ idNumber: number }));
    expect(answer).toMatchObject({ status: 400, body: { field: 'members[0].idNumber' } });
    expect(answer.body.detail).toContain(words);
    expect(JSON.stringify(answer.body)).not.toContain(String(number));
  });

  it('takes a disability card in the place of an ID number and compares it by its first 18', async () => {
    const number = idNumber();
    const card = await harness.post('/v1/households', withHead({ idNumber: `${number}43` }));
    expect(card.status).toBe(201);
    const again = await refused(harness, '/v1/households', withHead({ idNumber: number }));
    expect(again).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:person-already-registered', field: 'members[0].idNumber' },
    });
  });

  it('refuses a member twice, also once by ID number and once by disability card', async () => {
    const number = idNumber();
    const members = [person('01', { idNumber: number }), person('02', { idNumber: `${number}12` })];
    const answer = await refused(harness, '/v1/households', application('2016-01-05', { members }));
    expect(answer).toMatchObject({
      status: 400,
      body: { field: 'members[1].idNumber', errors: [{ code: 'member-twice' }] },
    });
  });

  it.each([
    ['50 characters with the dot ·', `${'阿'.repeat(24)}·${'孜'.repeat(25)}`],
    ['rare characters of GB 18030', '覃𠀀㐀𪚥'],
    ['a private use character of GB 18030', '王\uE7C7'],
    ['Uyghur letters', 'ئابدۇللا'],
  ])('keeps a name of %s exactly', async (_name, name) => {
    const { status, body } = await harness.post('/v1/households', withHead({ name }));
    expect(status).toBe(201);
    expect(await nameOf(body.id)).toBe(name);
  });

  it.each([
    ['51 characters', '阿'.repeat(51)],
    ['none', ''],
    ['a line break', '覃\n守义'],
    ['traces of a wrong encoding', '覃\uFFFD义'],
    ['half a character', '覃\uD840'],
  ])('refuses a name of %s', async (_name, name) => {
    expect(await refused(harness, '/v1/households', withHead({ name }))).toMatchObject({
      status: 400,
      body: { field: 'members[0].name' },
    });
  });

  it('refuses codes of another list, unknown codes and a household without head', async () => {
    expect(await refused(harness, '/v1/households', withHead({ health: { code: '77' } }))).toMatchObject({
      body: { field: 'members[0].health' },
    });
    const foreign = { system: 'gbt4761', code: '01' };
    expect(await refused(harness, '/v1/households', withHead({ relation: foreign }))).toMatchObject({
      body: { field: 'members[0].relation' },
    });
    const headless = application('2016-01-05', { members: [person('02')] });
    expect(await refused(harness, '/v1/households', headless)).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('one-head-needed') },
    });
  });
});

describe('personal data', () => {
  it('is in the vault and nowhere else: not on Kafka, in logs, in other tables or in problems', async () => {
    const members = [
      person('01', { name: '覃守义', phone: '13971234567', bankAccount: '6217002870012345678' }),
      person('02', { name: '阿依古丽·买买提江', idNumber: `${idNumber()}43` }),
    ];
    const text = '此户在县城有商品房，电话18671234567';
    const { body } = await harness.post(
      '/v1/households',
      application('2016-01-05', { members, address: '三组十二号门牌' }),
    );
    const id = String(body.id);
    await take(harness, id, [
      ...chain('2016-01', 'identification').slice(0, 4),
      ['objections', { occurredOn: '2016-01-10', procedure: 'identification', text }],
    ]);
    const { body: household } = await harness.get(`/v1/households/${id}`);
    const [objectionId] = household.procedure.openObjections;
    await take(harness, id, [
      [
        `objections/${objectionId}/resolutions`,
        {
          occurredOn: '2016-01-11',
          procedure: 'identification',
          upheld: false,
          text: '经查不实，见会议记录',
        },
      ],
      ...chain('2016-01', 'identification').slice(4),
      ['income-surveys', { ...survey('2016-11-01', 2016, 4000), wage: '8000.00' }],
      ['guarantee-assessments', { occurredOn: '2016-11-01', findings: findings('2016-11-01') }],
      ...exitSteps('2016-11'),
    ]);
    const taken = await harness.post('/v1/households', application('2016-01-05', { members }));
    expect(taken.status).toBe(409);
    const searcher = await harness.token('county', COUNTY, 'person:search person:read');
    const found = await harness.post(
      '/v1/persons/search',
      { idNumber: members[0]?.idNumber },
      { token: searcher },
    );
    expect(found).toMatchObject({ status: 200, body: { householdId: id, villageCode: VILLAGE } });
    await harness.get(`/v1/persons/${found.body.personId}`, { token: searcher });

    const secrets = [
      ...members.flatMap((member) => [member.name, member.idNumber, String(member.idNumber).slice(0, 18)]),
      '13971234567',
      '6217002870012345678',
      '18671234567',
      '三组十二号门牌',
      '商品房',
      '经查不实',
    ];
    const { body: log } = await harness.get(`/v1/households/${id}/events`);
    const messages = await harness.messages(new Set([id]), log.items.length);
    const onKafka = Buffer.concat(
      messages.flatMap((m) => [Buffer.from(m.key), Buffer.from(m.value), ...Object.values(m.headers)]),
    ).toString('utf8');
    const inTables = await allTables(['person_vault', 'vault_notes']);
    const places = {
      onKafka,
      inTables,
      inLogs: harness.logs(),
      inProblem: JSON.stringify(taken.body),
      inEvents: JSON.stringify(log),
    };
    for (const [place, content] of Object.entries(places)) {
      expect(content.length).toBeGreaterThan(100);
      for (const secret of secrets)
        expect([place, content.includes(secret), secret]).toEqual([place, false, secret]);
      if (place !== 'inTables')
        expect(content.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '')).not.toMatch(
          /(?<!\d)[1-6]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dX]/,
        );
    }
    // Also not in the vault, as it lies on the disk.
    const sealed = await allTables([]);
    for (const secret of secrets) {
      expect(sealed.includes(secret)).toBe(false);
      expect(sealed.includes(Buffer.from(secret).toString('hex'))).toBe(false);
    }
  });

  it('leaves a record of every look at a person, with who and why', async () => {
    const number = idNumber();
    await harness.post(
      '/v1/households',
      application('2016-01-05', { members: [person('01', { idNumber: number, name: '谭明珠' })] }),
    );
    const { body: place } = await harness.post(
      '/v1/persons/search',
      { idNumber: `${number}21` },
      { token: await harness.token('county', COUNTY, 'person:search') },
    );
    const path = `/v1/persons/${place.personId}`;
    expect(await harness.get(path)).toMatchObject({
      status: 403,
      body: { type: 'urn:fupin:problem:scope-missing' },
    });
    const elsewhere = await harness.token('county', '422822', 'person:read person:search');
    expect(await harness.get(path, { token: elsewhere })).toMatchObject({ status: 404 });
    expect(
      await harness.post('/v1/persons/search', { idNumber: number }, { token: elsewhere }),
    ).toMatchObject({ status: 404 });
    const reader = await harness.token('county', COUNTY, 'person:read');
    const purpose = encodeURIComponent('入户核实');
    const { body } = await harness.get(path, { token: reader, headers: { 'fupin-purpose': purpose } });
    expect(body).toMatchObject({ name: '谭明珠', idNumber: number, villageCode: VILLAGE, head: true });
    const { rows } = await harness.pool.query(
      'SELECT subject, role, action, purpose FROM person_audit WHERE person_id = $1 ORDER BY id',
      [place.personId],
    );
    expect(rows).toEqual([
      { subject: 'development-county', role: 'county', action: 'search', purpose: null },
      { subject: 'development-county', role: 'county', action: 'resolve', purpose: '入户核实' },
    ]);
  });
});

/** All rows of all tables but these, as text. */
async function allTables(except: string[]): Promise<string> {
  const { rows } = await harness.pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND NOT tablename = ANY($1)",
    [except],
  );
  const texts = await Promise.all(
    rows.map(async ({ name }) => {
      const table = await harness.pool.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      return table.rows.map(({ row }) => row).join('\n');
    }),
  );
  return texts.join('\n');
}
