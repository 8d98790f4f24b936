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
import { shanghaiDate } from '@fupin/domain';
import { fingerprint, incompleteOperations } from '@fupin/service';
import { HouseholdDesk } from '../src/household/household-desk.js';
import { PersonVault } from '../src/vault/person-vault.js';
import { identified, refused, startHarness, take, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const WRITERS = 32;
const of = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

it('documents its operations with examples that fit', async () => {
  const response = await fetch(`${harness.registry.url}/openapi.json`);
  const document = (await response.json()) as { paths: Record<string, object> };
  const own = Object.entries(document.paths).filter(([path]) =>
    /v1\/(persons|person-audits|vault)/.test(path),
  );
  expect(own).toHaveLength(7);
  expect(incompleteOperations({ paths: Object.fromEntries(own) })).toEqual([]);
});

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
    const foreign = { system: 'gb3304', code: '01' };
    const wrongSystem = await refused(harness, '/v1/households', withHead({ relation: foreign }));
    expect(wrongSystem).toMatchObject({ status: 400, body: { field: 'members[0].relation' } });
    expect(wrongSystem.body.detail).toContain(
      'is a code of gb3304; this field takes registerRelation or gbt4761',
    );
    const unknown = { system: 'isoSomething', code: '01' };
    expect(
      (await refused(harness, '/v1/households', withHead({ education: unknown }))).body.detail,
    ).toContain('an unknown code system; this field takes registerEducation or gbt4658');
    const headless = application('2016-01-05', { members: [person('02')] });
    expect(await refused(harness, '/v1/households', headless)).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('one-head-needed') },
    });
  });
});

describe('codes with their system', () => {
  it('annex D: 07 is 土家族 in the register’s list and 彝族 in GB 3304, 02 the spouse and the head', async () => {
    const members = [
      person('01', {
        relation: { system: 'gbt4761', code: '02' },
        ethnicity: { system: 'gb3304', code: '07' },
      }),
      person('02', { ethnicity: { code: '07' } }),
    ];
    const { status, body } = await harness.post('/v1/households', application('2016-01-05', { members }));
    expect(status).toBe(201);
    const { body: household } = await harness.get(`/v1/households/${body.id}`);
    expect(household.members).toMatchObject([
      { relation: { system: 'gbt4761', zh: '户主' }, ethnicity: { system: 'gb3304', zh: '彝族' } },
      { relation: { system: 'registerRelation', zh: '配偶' }, ethnicity: { zh: '土家族' } },
    ]);
    const { rows } = await harness.pool.query(
      'SELECT person_id FROM person_vault WHERE household_id = $1 AND head',
      [body.id],
    );
    expect(rows).toEqual([{ person_id: household.members[0]?.personId }]);
    const two = [members[0], person('01')];
    expect(
      await refused(harness, '/v1/households', application('2016-01-05', { members: two })),
    ).toMatchObject({
      body: { type: expect.stringContaining('one-head-needed') },
    });
  });

  it('takes sex by GB/T 2261.1 when it agrees with the number', async () => {
    const male = `${'42282319880808001'}${checkDigit('42282319880808001')}`;
    const one = (code: string) => withHead({ idNumber: male, sex: { code } });
    expect(await refused(harness, '/v1/households', one('2'))).toMatchObject({
      status: 400,
      body: { field: 'members[0].sex', errors: [{ code: 'agrees-with-number' }] },
    });
    expect(await refused(harness, '/v1/households', one('3'))).toMatchObject({
      body: { field: 'members[0].sex' },
    });
    expect(
      await harness.post('/v1/households', withHead({ idNumber: idNumber(), sex: { code: '9' } })),
    ).toMatchObject({
      status: 201,
    });
  });

  it('A1, A24, A36 and the distance to the market come back as they were given', async () => {
    const { body } = await harness.post(
      '/v1/households',
      application('2016-01-05', { standard: 'provincial' }),
    );
    await take(harness, body.id, [
      [
        'living-conditions',
        {
          occurredOn: '2016-01-06',
          housingArea: '96.50',
          structure: 'adobe',
          electricity: true,
          tapWater: false,
          relocation: true,
          fuels: ['firewood', 'biogas', 'electricity'],
          distanceToMarketM: 4500,
        },
      ],
    ]);
    expect((await harness.get(`/v1/households/${body.id}`)).body).toMatchObject({
      standard: 'provincial',
      livingConditions: {
        recordedOn: '2016-01-06',
        housingArea: '96.50',
        structure: 'adobe',
        relocation: true,
        fuels: ['firewood', 'biogas', 'electricity'],
        distanceToMarketM: 4500,
      },
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
      'SELECT subject, role, action, sealed_purpose IS NOT NULL AS sealed FROM person_audit WHERE person_id = $1 ORDER BY id',
      [place.personId],
    );
    expect(rows).toEqual([
      { subject: 'development-county', role: 'county', action: 'search', sealed: false },
      { subject: 'development-county', role: 'county', action: 'resolve', sealed: true },
    ]);
  });
});

describe('masked by default', () => {
  const members = () => [
    person('01', { name: '覃守义' }),
    person('02', { name: '向春梅', idNumber: `${idNumber()}43` }),
  ];

  it.each([
    ['the village cadre', 'villageCadre', VILLAGE, true],
    ['the township', 'township', '422823101', true],
    ['a township role with a whole county as its region', 'township', COUNTY, false],
    ['the county', 'county', COUNTY, false],
    ['the auditor', 'auditor', '42', false],
  ])(
    'shows names and numbers without the day of birth to %s (%s of %s): %s',
    async (_who, role, region, sees) => {
      const persons = members();
      const { body } = await harness.post('/v1/households', application('2016-01-05', { members: persons }));
      const token = await harness.token(role, region, 'person:read');
      const { body: household } = await harness.get(`/v1/households/${body.id}`, { token });
      const shown = household.members.map((member) => {
        const { name, idNumber: number } = member as { name?: string; idNumber?: string };
        return [name, number];
      });
      const [head, spouse] = persons.map((one) => String(one.idNumber));
      expect(shown).toEqual(
        sees
          ? [
              ['覃守义', `${head?.slice(0, 6)}********${head?.slice(14)}`],
              ['向春梅', `${spouse?.slice(0, 6)}********${spouse?.slice(14, 18)}**`],
            ]
          : [
              [undefined, undefined],
              [undefined, undefined],
            ],
      );
      const { body: list } = await harness.get(`/v1/villages/${VILLAGE}/households?limit=500`, { token });
      const row = (
        list.items as unknown as { householdId: string; headName?: string; headIdNumber?: string }[]
      ).find(({ householdId }) => householdId === body.id);
      expect([row?.headName, row?.headIdNumber]).toEqual(shown[0]);
      for (const number of [head, spouse]) {
        expect(JSON.stringify([household, list])).not.toContain(
          String(number).slice(6, 14) + String(number).slice(14, 18),
        );
      }
    },
  );

  it('leaves no record of a masked list, and one of each full reading', async () => {
    const { body } = await harness.post('/v1/households', application('2016-01-05', { members: members() }));
    const cadre = await harness.token('villageCadre', VILLAGE);
    const { body: household } = await harness.get(`/v1/households/${body.id}`, { token: cadre });
    const ids = household.members.map(({ personId }) => personId);
    const count = async () => {
      const { rows } = await harness.pool.query<{ count: string }>(
        'SELECT count(*) FROM person_audit WHERE person_id = ANY($1)',
        [ids],
      );
      return Number(rows[0]?.count);
    };
    expect(await count()).toBe(0);
    const reader = await harness.token('county', COUNTY, 'person:read');
    for (const id of ids) await harness.get(`/v1/persons/${id}`, { token: reader });
    expect(await count()).toBe(2);
  });
});

describe('the list of looks at persons', () => {
  const purpose = { 'fupin-purpose': encodeURIComponent('核实谭明珠家庭情况') };
  async function looked(): Promise<{ personId: string; reader: string }> {
    const { body } = await harness.post('/v1/households', withHead({ name: '谭明珠' }));
    const reader = await harness.token('county', COUNTY, 'person:read audit:read');
    const { body: household } = await harness.get(`/v1/households/${body.id}`);
    const personId = household.members[0]?.personId ?? '';
    await harness.get(`/v1/persons/${personId}`, { token: reader, headers: purpose });
    return { personId, reader };
  }
  const list = async (token: string, query: string) => harness.get(`/v1/person-audits?${query}`, { token });

  it('seals the purpose, for it may hold a name, and shows it to who has the scope', async () => {
    const { personId, reader } = await looked();
    const { body } = await list(reader, `person=${personId}`);
    expect(body.items).toMatchObject([
      {
        personId,
        action: 'resolve',
        subject: 'development-county',
        region: VILLAGE,
        purpose: '核实谭明珠家庭情况',
      },
    ]);
    const { rows } = await harness.pool.query<Record<string, unknown>>(
      'SELECT purpose, key_id, sealed_purpose FROM person_audit WHERE person_id = $1',
      [personId],
    );
    expect(rows[0]).toMatchObject({ purpose: null, key_id: expect.stringMatching(/^(sm4:)?k1$/) });
    expect(String(rows[0]?.['sealed_purpose'])).not.toContain('谭明珠');
  });

  it('still reads purposes of older records', async () => {
    const { personId, reader } = await looked();
    await harness.pool.query(
      `UPDATE person_audit SET purpose = '旧记录', key_id = NULL, sealed_purpose = NULL WHERE person_id = $1`,
      [personId],
    );
    expect((await list(reader, `person=${personId}`)).body.items[0]).toMatchObject({ purpose: '旧记录' });
  });

  it('filters, pages, and stays within the region and the scope', async () => {
    const { personId, reader } = await looked();
    for (let i = 0; i < 4; i += 1) await harness.get(`/v1/persons/${personId}`, { token: reader });
    const first = await list(reader, `person=${personId}&limit=3`);
    expect(first.body.items).toHaveLength(3);
    const second = await list(reader, `person=${personId}&limit=3&cursor=${first.body.next}`);
    expect(second.body.items).toHaveLength(2);
    expect(second.body.next).toBeUndefined();
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date());
    const found = async (query: string) =>
      (await list(reader, `person=${personId}&${query}`)).body.items.length;
    expect(await found(`from=${today}&to=${today}`)).toBe(5);
    expect(await found('to=2016-12-31')).toBe(0);
    expect(await found('from=2999-01-01')).toBe(0);
    expect(await found('action=print')).toBe(0);
    expect(await found('subject=development-county')).toBe(5);
    expect(await found('subject=nobody')).toBe(0);
    const elsewhere = await harness.token('county', '422822', 'audit:read');
    expect((await list(elsewhere, `person=${personId}`)).body.items).toEqual([]);
    expect(await list(await harness.token('county', COUNTY), '')).toMatchObject({ status: 403 });
    expect(await list(reader, 'cursor=nonsense')).toMatchObject({ status: 400 });
    expect(await list(reader, 'action=peep')).toMatchObject({ status: 400, body: { field: 'action' } });
  });
});

describe('rotation of the vault key over HTTP', () => {
  it('is begun, shows how far it is, and is for who has scope and role', async () => {
    const token = await harness.token('province', '42', 'vault:rotate');
    const begun = await harness.post('/v1/vault/rotations', {}, { token });
    expect(begun).toMatchObject({ status: 202, body: { keyId: expect.stringMatching(/^(sm4:)?k1$/) } });
    expect(begun.headers.get('location')).toBe(`/v1/vault/rotations/${begun.body.id}`);
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      const { body } = await harness.get(`/v1/vault/rotations/${begun.body.id}`, { token });
      if (body.state === 'completed') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await harness.get(`/v1/vault/rotations/${begun.body.id}`, { token })).body).toMatchObject({
      state: 'completed',
      remaining: {},
    });
    expect(await harness.get(`/v1/vault/rotations/${randomUUID()}`, { token })).toMatchObject({
      status: 404,
    });
    const county = await harness.token('county', COUNTY, 'vault:rotate');
    expect(await harness.post('/v1/vault/rotations', {}, { token: county })).toMatchObject({ status: 403 });
    const without = await harness.token('province', '42');
    expect(await harness.post('/v1/vault/rotations', {}, { token: without })).toMatchObject({ status: 403 });
  });
});

describe('correction of who a person is', () => {
  async function household(rest: Record<string, unknown> = {}) {
    const { body } = await harness.post(
      '/v1/households',
      application('2016-01-05', {
        members: [person('01', { name: '覃守义', phone: '13971234567', ...rest }), person('02')],
      }),
    );
    const { body: view } = await harness.get(`/v1/households/${body.id}`);
    return {
      id: body.id,
      personId: view.members[0]?.personId ?? '',
      spouseId: view.members[1]?.personId ?? '',
    };
  }
  const right = (rest: Record<string, unknown>) => ({
    occurredOn: '2016-02-01',
    reason: 'typingError',
    ...rest,
  });
  const read = async (personId: string) =>
    harness.get(`/v1/persons/${personId}`, { token: await harness.token('county', COUNTY, 'person:read') });

  it('puts name and phone right; the event says which, and the old value is nowhere', async () => {
    const { id, personId } = await household({ name: '覃守仪错' });
    const answer = await harness.post(
      `/v1/persons/${personId}/corrections`,
      right({ name: '覃守义', phone: '' }),
    );
    expect(answer).toMatchObject({ status: 201, body: { id } });
    const { body } = await read(personId);
    expect(body).toMatchObject({ name: '覃守义' });
    expect(body).not.toHaveProperty('phone');
    const { body: log } = await harness.get(`/v1/households/${id}/events`);
    const last = log.items[log.items.length - 1] as unknown as {
      type: string;
      event: Record<string, unknown>;
    };
    expect(last).toMatchObject({
      type: 'PersonCorrected',
      event: { personId, fields: ['PERSON_FIELD_NAME', 'PERSON_FIELD_PHONE'] },
    });
    const everywhere = (await allTables([])) + harness.logs() + JSON.stringify(log);
    for (const old of ['覃守仪错', Buffer.from('覃守仪错').toString('hex')])
      expect(everywhere).not.toContain(old);
  });

  it('moves the claim with the ID number, and year of birth and sex follow it', async () => {
    const wrong = idNumber();
    const body17 = '42282319880808001';
    const number = body17 + checkDigit(body17);
    const { id, personId } = await household({ idNumber: wrong });
    expect(
      await harness.post(`/v1/persons/${personId}/corrections`, right({ idNumber: number })),
    ).toMatchObject({ status: 201 });
    expect((await read(personId)).body).toMatchObject({ idNumber: number });
    const { body: view } = await harness.get(`/v1/households/${id}`);
    expect(view.members[0]).toMatchObject({ birthYear: 1988, sex: 'male' });
    // The wrong number is free again, the right one is taken.
    expect(await harness.post('/v1/households', withHead({ idNumber: wrong }))).toMatchObject({
      status: 201,
    });
    expect(await refused(harness, '/v1/households', withHead({ idNumber: number }))).toMatchObject({
      body: { type: 'urn:fupin:problem:person-already-registered' },
    });
    const search = await harness.post(
      '/v1/persons/search',
      { idNumber: number },
      { token: await harness.token('county', COUNTY, 'person:search') },
    );
    expect(search.body).toMatchObject({ personId, householdId: id });
  });

  it('repeats a correction under its key as one, and keeps no fingerprint that numbers could be tried against', async () => {
    const { id, personId } = await household();
    const path = `/v1/persons/${personId}/corrections`;
    const body = right({ idNumber: idNumber() });
    const key = randomUUID();
    const answers = [1, 2].map(() => harness.post(path, body, { headers: { 'idempotency-key': key } }));
    expect((await Promise.all(answers)).map((answer) => [answer.status, answer.body.version])).toEqual([
      [201, 2],
      [201, 2],
    ]);
    const { body: log } = await harness.get(`/v1/households/${id}/events`);
    expect(log.items).toHaveLength(2);
    const { rows } = await harness.pool.query<{ fingerprint: Buffer }>(
      'SELECT fingerprint FROM keys WHERE key LIKE $1',
      [`request:%${key}`],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.fingerprint.equals(Buffer.from(fingerprint('POST', path, body)))).toBe(false);
    expect(
      await harness.post(path, right({ name: '别人' }), { headers: { 'idempotency-key': key } }),
    ).toMatchObject({
      status: 422,
    });
  });

  it('keeps no fingerprint of a joining person or of an objection that names could be tried against', async () => {
    const { id } = await household();
    const now = `/v1/households/${id}`;
    await take(harness, id, chain('2016-01', 'identification').slice(0, 4));
    const requests: [string, Record<string, unknown>][] = [
      [
        `${now}/members`,
        { occurredOn: '2016-01-09', reason: 'marriage', person: person('99', { name: '田小梅' }) },
      ],
      [
        `${now}/objections`,
        { occurredOn: '2016-01-10', procedure: 'identification', text: '覃守义在县城有房' },
      ],
    ];
    for (const [path, body] of requests) {
      const key = randomUUID();
      expect(await harness.post(path, body, { headers: { 'idempotency-key': key } })).toMatchObject({
        status: 201,
      });
      const { rows } = await harness.pool.query<{ fingerprint: Buffer }>(
        'SELECT fingerprint FROM keys WHERE key LIKE $1',
        [`request:%${key}`],
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]?.fingerprint.equals(Buffer.from(fingerprint('POST', path, body)))).toBe(false);
    }
  });

  it('leaves one record of a correction with the correction itself, and none of a refused one', async () => {
    const { personId } = await household();
    const path = `/v1/persons/${personId}/corrections`;
    const headers = {
      'idempotency-key': randomUUID(),
      'fupin-purpose': encodeURIComponent('户口本核对'),
    };
    await refused(harness, path, right({}));
    for (let time = 1; time <= 2; time += 1) {
      expect(await harness.post(path, right({ name: '覃守礼' }), { headers })).toMatchObject({ status: 201 });
    }
    const token = await harness.token('county', COUNTY, 'audit:read');
    const { body } = await harness.get(`/v1/person-audits?person=${personId}&action=correct`, { token });
    expect(body.items).toMatchObject([
      { subject: 'development-county', role: 'county', action: 'correct', personId, purpose: '户口本核对' },
    ]);
  });

  it('refuses a number that another household has, and changes nothing', async () => {
    const taken = idNumber();
    await household({ idNumber: taken });
    const { personId } = await household({ name: '谭明珠' });
    expect(
      await refused(harness, `/v1/persons/${personId}/corrections`, right({ idNumber: taken, name: '别人' })),
    ).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:person-already-registered', field: 'idNumber' },
    });
    expect((await read(personId)).body).toMatchObject({ name: '谭明珠' });
  });

  it('refuses the number of another member of the same household', async () => {
    const [own, other] = [idNumber(), idNumber()];
    const members = [person('01', { idNumber: own }), person('02', { idNumber: other })];
    const { body } = await harness.post('/v1/households', application('2016-01-05', { members }));
    const { body: view } = await harness.get(`/v1/households/${body.id}`);
    const path = `/v1/persons/${view.members[0]?.personId}/corrections`;
    expect(await refused(harness, path, right({ idNumber: other }))).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:person-already-registered', field: 'idNumber' },
    });
    // The own number again, now by the disability card, is no other one.
    expect(await harness.post(path, right({ idNumber: `${own}43` }))).toMatchObject({ status: 201 });
  });

  it('refuses nothing at all, a spouse’s address, an unknown person, and who may not', async () => {
    const { personId, spouseId } = await household();
    const path = `/v1/persons/${personId}/corrections`;
    expect(await refused(harness, path, right({}))).toMatchObject({
      body: { type: 'urn:fupin:problem:nothing-to-correct' },
    });
    expect(
      await refused(harness, `/v1/persons/${spouseId}/corrections`, right({ address: '五组' })),
    ).toMatchObject({ body: { type: 'urn:fupin:problem:address-is-the-heads' } });
    expect(
      await refused(harness, `/v1/persons/${randomUUID()}/corrections`, right({ name: '某' })),
    ).toMatchObject({ status: 404 });
    expect(await refused(harness, path, right({ name: '某', reason: 'whim' }))).toMatchObject({
      status: 400,
    });
    const auditor = await harness.token('auditor', '42');
    expect(await refused(harness, path, right({ name: '某' }), { token: auditor })).toMatchObject({
      status: 403,
    });
    const elsewhere = await harness.token('county', '422822');
    expect(await refused(harness, path, right({ name: '某' }), { token: elsewhere })).toMatchObject({
      status: 404,
    });
  });

  it('loses none of three corrections at once', async () => {
    const { personId } = await household();
    const answers = await Promise.all([
      harness.post(`/v1/persons/${personId}/corrections`, right({ name: '覃守礼' })),
      harness.post(`/v1/persons/${personId}/corrections`, right({ phone: '13900000001' })),
      harness.post(`/v1/persons/${personId}/corrections`, right({ bankAccount: '6217002870012340000' })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect((await read(personId)).body).toMatchObject({
      name: '覃守礼',
      phone: '13900000001',
      bankAccount: '6217002870012340000',
    });
  });
});

describe('erasure after the archive’s retention period', () => {
  const desk = () => harness.registry.app.get(HouseholdDesk);
  afterEach(() => {
    desk().today = () => shanghaiDate(new Date());
  });

  /** A household that was turned down on 2016-01-06: nobody of it is in the register. */
  async function turnedDown(number = idNumber()) {
    const { body } = await harness.post('/v1/households', withHead({ idNumber: number, name: '谭明珠' }));
    await take(harness, body.id, [
      [
        'democratic-reviews',
        {
          occurredOn: '2016-01-06',
          procedure: 'identification',
          participants: 30,
          votesFor: 1,
          votesAgainst: 28,
        },
      ],
    ]);
    const { body: view } = await harness.get(`/v1/households/${body.id}`);
    expect(view.status).toBe('turnedDown');
    return { id: body.id, personId: view.members[0]?.personId ?? '', number };
  }
  const eraser = () => harness.token('county', COUNTY, 'person:erase person:read audit:read');
  const erase = async (personId: string) =>
    harness.post(`/v1/persons/${personId}/erasures`, {}, { token: await eraser() });

  it('refuses on the last day of the 30 years, and erases on the day after', async () => {
    const { id, personId, number } = await turnedDown();
    await harness.get(`/v1/persons/${personId}`, {
      token: await eraser(),
      headers: { 'fupin-purpose': encodeURIComponent('核实谭明珠') },
    });
    desk().today = () => '2046-01-06';
    expect(await erase(personId)).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:retention-period-running' },
    });
    desk().today = () => '2046-01-07';
    const events = (await harness.get(`/v1/households/${id}/events`)).body;
    expect(await erase(personId)).toMatchObject({
      status: 201,
      body: { personId, leftOn: '2016-01-06', retainedUntil: '2046-01-06' },
    });
    // Events and figures stay; who it was is gone for every way of asking.
    expect((await harness.get(`/v1/households/${id}/events`)).body).toEqual(events);
    expect((await harness.get(`/v1/households/${id}`)).body).toMatchObject({ persons: 1 });
    const token = await eraser();
    expect(await harness.get(`/v1/persons/${personId}`, { token })).toMatchObject({
      status: 410,
      body: { type: 'urn:fupin:problem:person-erased' },
    });
    expect(await erase(personId)).toMatchObject({ status: 410 });
    const elsewhere = await harness.token('county', '422822', 'person:read');
    expect(await harness.get(`/v1/persons/${personId}`, { token: elsewhere })).toMatchObject({ status: 404 });
    const { rows } = await harness.pool.query(
      'SELECT subject, role, person_id FROM person_erasures WHERE person_id = $1',
      [personId],
    );
    expect(rows).toEqual([{ subject: 'development-county', role: 'county', person_id: personId }]);
    const { body: audits } = await harness.get(`/v1/person-audits?person=${personId}`, { token });
    expect(
      audits.items.map((one) => [(one as unknown as { action: string }).action, 'purpose' in one]),
    ).toEqual([
      ['erase', false],
      ['resolve', false],
    ]);
    // Nor is the keyed hash of the number kept: the person may be registered anew, under another id.
    desk().today = () => shanghaiDate(new Date());
    const anew = await harness.post('/v1/households', withHead({ idNumber: number }));
    expect(anew.status).toBe(201);
    const { body: view } = await harness.get(`/v1/households/${anew.body.id}`);
    expect(view.members[0]?.personId).not.toBe(personId);
  });

  it('takes the notes about a person and leaves those of a household in which others are still kept', async () => {
    const members = [person('01'), person('02')];
    const { body } = await harness.post('/v1/households', application('2016-01-05', { members }));
    await take(harness, body.id, [
      [
        'democratic-reviews',
        {
          occurredOn: '2016-01-06',
          procedure: 'identification',
          participants: 30,
          votesFor: 1,
          votesAgainst: 28,
        },
      ],
    ]);
    const { body: view } = await harness.get(`/v1/households/${body.id}`);
    const personId = view.members[1]?.personId ?? '';
    const vault = harness.registry.app.get(PersonVault);
    const [about, ofAll] = [randomUUID(), randomUUID()];
    for (const { table, row } of [
      vault.note(about, body.id, 'objection', '此人在外经商', personId),
      vault.note(ofAll, body.id, 'objection', '此户有车'),
    ]) {
      await harness.pool.query(
        `INSERT INTO ${table} (note_id, household_id, kind, key_id, text, person_id)
         SELECT note_id, household_id, kind, key_id, text, person_id FROM json_populate_record(null::${table}, $1)`,
        [JSON.stringify(row)],
      );
    }
    desk().today = () => '2046-01-07';
    expect(await erase(personId)).toMatchObject({ status: 201 });
    const { rows } = await harness.pool.query('SELECT note_id FROM vault_notes WHERE household_id = $1', [
      body.id,
    ]);
    expect(rows).toEqual([{ note_id: ofAll }]);
    // The other one is still there, and seen as before.
    const cadre = await harness.token('villageCadre', VILLAGE);
    const { body: after } = await harness.get(`/v1/households/${body.id}`, { token: cadre });
    expect(after.members.map((member) => 'name' in member)).toEqual([true, false]);
  });

  it('takes the notes of a household and where its papers lie with its last person', async () => {
    const { id, personId } = await turnedDown();
    await harness.pool.query(
      `INSERT INTO vault_notes (note_id, household_id, kind, key_id, text) VALUES ($1, $2, 'objection', 'k1', '\\x00')`,
      [randomUUID(), id],
    );
    await harness.pool.query(
      `INSERT INTO household_documents (document_id, household_id, key_id, location) VALUES ($1, $2, 'k1', '\\x00')`,
      [randomUUID(), id],
    );
    desk().today = () => '2046-01-07';
    expect(await erase(personId)).toMatchObject({ status: 201 });
    const { rows } = await harness.pool.query(
      `SELECT FROM vault_notes WHERE household_id = $1
       UNION ALL SELECT FROM household_documents WHERE household_id = $1`,
      [id],
    );
    expect(rows).toHaveLength(0);
  });

  it('gives the number of a dead person free with the erasure, and not before', async () => {
    const number = idNumber();
    const members = [person('01'), person('02', { idNumber: number })];
    const id = await identified(harness, '2016-01', { members });
    const { body: view } = await harness.get(`/v1/households/${id}`);
    const personId = view.members[1]?.personId ?? '';
    await take(harness, id, [['member-departures', { occurredOn: '2016-05-20', personId, reason: 'death' }]]);
    const again = () => harness.post('/v1/households', withHead({ idNumber: number }));
    expect(await again()).toMatchObject({ status: 409 });
    desk().today = () => '2046-05-20';
    expect(await erase(personId)).toMatchObject({ status: 409 });
    desk().today = () => '2046-05-21';
    expect(await erase(personId)).toMatchObject({ status: 201, body: { leftOn: '2016-05-20' } });
    desk().today = () => shanghaiDate(new Date());
    expect(await again()).toMatchObject({ status: 201 });
    // The household and its figures are as they were.
    expect((await harness.get(`/v1/households/${id}`)).body).toMatchObject({
      persons: 1,
      status: 'stillPoor',
    });
  });

  it('refuses a person of the register, however long ago, and asks for scope and role', async () => {
    const id = await identified(harness);
    const { body: view } = await harness.get(`/v1/households/${id}`);
    const personId = view.members[0]?.personId ?? '';
    desk().today = () => '2099-01-01';
    expect(await erase(personId)).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:person-in-register' },
    });
    const path = `/v1/persons/${personId}/erasures`;
    expect(await harness.post(path, {})).toMatchObject({
      status: 403,
      body: { type: 'urn:fupin:problem:scope-missing' },
    });
    const township = await harness.token('township', '422823101', 'person:erase');
    expect(await harness.post(path, {}, { token: township })).toMatchObject({
      status: 403,
      body: { type: 'urn:fupin:problem:role-not-allowed' },
    });
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
