import { randomInt } from 'node:crypto';
import {
  application,
  checkDigit,
  COUNTY,
  exitSteps,
  findings,
  idNumber,
  NEIGHBOUR,
  person,
  survey,
} from './bodies.js';
import { identified, refused, startHarness, take, type Answer, type Harness } from './harness.js';

// One person is in one household, once, on every date, whatever is recorded late or at the same moment.

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

/** 恩施市: another county of the province. */
const OTHER_COUNTY = '422801';

interface Household {
  readonly status: string;
  readonly plannedExitYear?: number;
  readonly standard?: string;
  readonly members: readonly {
    readonly personId: string;
    readonly joinedOn?: string;
    readonly relation: { readonly code: string };
  }[];
}

const show = async (id: string) => (await harness.get(`/v1/households/${id}`)).body as unknown as Household;
const post = (id: string, path: string, body: unknown): Promise<Answer> =>
  harness.post(`/v1/households/${id}/${path}`, body);
const refuse = async (id: string, path: string, body: unknown) => {
  const { body: problem } = await refused(harness, `/v1/households/${id}/${path}`, body);
  return { ...problem, type: problem.type.replace('urn:fupin:problem:', '') };
};
const done = async (answer: Promise<Answer>): Promise<Answer> => {
  const { status, body } = await answer;
  expect([status, body]).toEqual([201, expect.anything()]);
  return answer;
};
const memberOf = async (id: string, relation: string) =>
  (await show(id)).members.find((member) => member.relation.code === relation)?.personId ?? '';
const claimsOf = async (id: string) =>
  Number(
    (
      await harness.pool.query<{ count: string }>(
        `SELECT count(*) FROM keys WHERE owner = $1 AND key LIKE 'claim:person:%'`,
        [id],
      )
    ).rows[0]?.count,
  );
const numbersTwice = async (id: string) =>
  (
    await harness.pool.query(
      `SELECT number_hash FROM person_vault WHERE household_id = $1 AND NOT former
       GROUP BY number_hash HAVING count(*) > 1`,
      [id],
    )
  ).rowCount;
const as = (personId: string, code: string) => ({ personId, relation: { code } });
const joins = (occurredOn: string, number: string, reason = 'other') => ({
  occurredOn,
  reason,
  person: person('99', { idNumber: number }),
});
/** A poor household with a child of this number. */
const withChild = (number: string, rest: Record<string, unknown> = {}) =>
  identified(harness, '2016-01', { members: [person('01'), person('04', { idNumber: number })], ...rest });
const leaves = async (id: string, occurredOn: string, personId: string, reason = 'other') =>
  done(post(id, 'member-departures', { occurredOn, personId, reason }));
const goesOver = (from: string, occurredOn: string, personId: string, reason = 'marriage') => ({
  occurredOn,
  reason,
  ...as(personId, '99'),
  fromHouseholdId: from,
});
const exited = async (): Promise<string> => {
  const id = await identified(harness);
  await take(harness, id, [
    ['income-surveys', survey('2016-03-01', 2016, 5000)],
    ['guarantee-assessments', { occurredOn: '2016-03-01', findings: findings('2016-03-01') }],
    ...exitSteps('2016-03'),
  ]);
  return id;
};

describe('the same person at the same moment', () => {
  it('REG-03 a double click lets a person in once', async () => {
    // The first rounds open the connections; from then on the requests really meet.
    for (let round = 0; round < 6; round++) {
      const id = await identified(harness);
      const number = idNumber();
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => post(id, 'members', joins('2016-05-01', number))),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
      for (const { status, body } of answers) {
        if (status === 409) expect(body.type).toBe('urn:fupin:problem:member-twice');
      }
      expect((await show(id)).members).toHaveLength(4);
      expect([await claimsOf(id), await numbersTwice(id)]).toEqual([4, 0]);
    }
  });

  it('REG-03 a newcomer beside a correction to the same number: one of them', async () => {
    for (let round = 0; round < 4; round++) {
      const id = await identified(harness);
      const child = await memberOf(id, '04');
      const number = idNumber();
      const correction = { occurredOn: '2016-05-01', reason: 'typingError', idNumber: number };
      const answers = await Promise.all([
        post(id, 'members', joins('2016-05-01', number)),
        harness.post(`/v1/persons/${child}/corrections`, correction),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect([await claimsOf(id), await numbersTwice(id)]).toEqual([(await show(id)).members.length, 0]);
    }
  });

  it('the vault itself refuses a number twice among the members of a household', async () => {
    const id = await identified(harness);
    const copy = harness.pool.query(
      `INSERT INTO person_vault (person_id, household_id, village, head, key_id, number_hash, name, id_number)
       SELECT gen_random_uuid(), household_id, village, false, key_id, number_hash, name, id_number
       FROM person_vault WHERE household_id = $1`,
      [id],
    );
    await expect(copy).rejects.toMatchObject({ code: '23505', constraint: 'person_vault_number_once' });
  });
});

describe('one household on every date', () => {
  it.each([
    ['2016-08-31', 'before-departure'],
    ['2016-09-01', 'accepted'],
  ])('REG-03 who left on 1 September joins another household on %s: %s', async (day, type) => {
    const number = idNumber();
    const [left, joined] = [await withChild(number), await identified(harness)];
    await leaves(left, '2016-09-01', await memberOf(left, '04'));
    if (type === 'accepted') {
      await done(post(joined, 'members', joins(day, number)));
      expect((await show(joined)).members).toHaveLength(4);
      return;
    }
    const problem = await refuse(joined, 'members', joins(day, number));
    expect(problem).toMatchObject({ status: 409, type, errors: [{ field: 'occurredOn' }] });
    // When somebody left is the other household's affair.
    expect(JSON.stringify(problem)).not.toContain('2016-09-01');
  });

  it('REG-04 who went over and left there comes back from that day on, by id and by number, with the old id', async () => {
    const number = idNumber();
    const [home, other] = [await withChild(number), await identified(harness)];
    const child = await memberOf(home, '04');
    await done(post(other, 'members', goesOver(home, '2016-03-01', child)));
    await leaves(other, '2016-09-01', child);
    const byId = (occurredOn: string) => ({ occurredOn, reason: 'return', ...as(child, '04') });
    expect(await refuse(home, 'members', byId('2016-04-01'))).toMatchObject({ type: 'before-departure' });
    expect(await refuse(home, 'members', byId('2016-08-31'))).toMatchObject({ type: 'before-departure' });
    expect(await refuse(home, 'members', joins('2016-08-31', number))).toMatchObject({
      type: 'before-departure',
    });
    await done(post(home, 'members', joins('2016-09-01', number, 'return')));
    expect((await show(home)).members[1]).toMatchObject({ personId: child, joinedOn: '2016-09-01' });
    const { rowCount } = await harness.pool.query(
      'SELECT FROM person_vault a JOIN person_vault b USING (number_hash) WHERE a.person_id = $1',
      [child],
    );
    expect(rowCount).toBe(1);
  });

  it('REG-03 takes back somebody who was registered anew elsewhere, under that id', async () => {
    const number = idNumber();
    const home = await withChild(number);
    const child = await memberOf(home, '04');
    await leaves(home, '2016-03-01', child);
    const own = await identified(harness, '2016-04', {
      members: [person('01'), person('04', { idNumber: number })],
    });
    const anew = await memberOf(own, '04');
    expect(anew).not.toBe(child);
    await done(post(home, 'members', goesOver(own, '2016-06-01', anew)));
    expect((await show(home)).members.map(({ personId }) => personId)).toContain(anew);
    expect([await claimsOf(home), await numbersTwice(home)]).toEqual([2, 0]);
    // Gone again, they come back as who they were here last.
    await leaves(home, '2016-07-01', anew);
    await done(post(home, 'members', joins('2016-08-01', number, 'return')));
    expect((await show(home)).members.map(({ personId }) => personId)).toContain(anew);
  });

  it.each([
    ['2016-08-31', 'before-departure'],
    ['2016-09-01', 'accepted'],
  ])('REG-05 who left on 1 September applies on %s: %s', async (day, type) => {
    const number = idNumber();
    const left = await withChild(number);
    const child = await memberOf(left, '04');
    const body = application(day, { members: [person('01', { idNumber: number })] });
    expect((await refused(harness, '/v1/households', body)).body).toMatchObject({
      status: 409,
      type: 'urn:fupin:problem:person-already-registered',
      errors: [{ field: 'members[0].idNumber' }],
    });
    await leaves(left, '2016-09-01', child);
    if (type === 'accepted') await done(harness.post('/v1/households', body));
    else {
      expect((await refused(harness, '/v1/households', body)).body.type).toBe(`urn:fupin:problem:${type}`);
    }
  });

  it('a repeated application is answered as the first time, whoever has left since', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = application('2016-02-01');
    const first = await harness.post('/v1/households', body, { headers });
    const child = await memberOf(first.body.id, '04');
    await leaves(first.body.id, '2016-09-01', child);
    const again = await harness.post('/v1/households', body, { headers });
    expect([again.status, again.body]).toEqual([201, first.body]);
  });
});

describe('standing', () => {
  it('REG-20 nobody goes over between a poor and an exited household but by marriage', async () => {
    const [poor, out] = [await identified(harness, '2016-01', { members: [person('01')] }), await exited()];
    const last = await memberOf(poor, '01');
    expect(await refuse(out, 'members', goesOver(poor, '2016-05-01', last, 'other'))).toMatchObject({
      status: 409,
      type: 'standing-differs',
      ruleId: 'REG-20',
      quote: '不准违反精准识别和脱贫退出的程序和规定',
    });
    const child = await memberOf(out, '04');
    expect(await refuse(poor, 'members', goesOver(out, '2016-05-01', child, 'other'))).toMatchObject({
      type: 'standing-differs',
    });
    await done(post(poor, 'members', goesOver(out, '2016-05-01', child)));
    const alike = await identified(harness);
    await done(post(alike, 'members', goesOver(poor, '2016-06-01', child, 'other')));
  });

  it('REG-20 a split takes 拟退出 and the standard along', async () => {
    const id = await identified(harness, '2016-01', { standard: 'provincial' });
    await done(post(id, 'exit-plans', { occurredOn: '2016-02-01', year: 2016 }));
    const child = await memberOf(id, '04');
    const { body } = await done(post(id, 'splits', { occurredOn: '2016-03-01', members: [as(child, '01')] }));
    const [begun] = (body as unknown as { others: { id: string }[] }).others;
    expect(await show(begun?.id ?? '')).toMatchObject({
      status: 'stillPoor',
      plannedExitYear: 2016,
      standard: 'provincial',
    });
  });
});

describe('what a number tells', () => {
  it('a death outside the caller’s region is not told', async () => {
    const number = idNumber();
    const [left, near] = [
      await withChild(number),
      await identified(harness, '2016-01', { villageCode: NEIGHBOUR }),
    ];
    await leaves(left, '2016-03-01', await memberOf(left, '04'), 'death');
    const far = await harness.token('county', OTHER_COUNTY, 'history:write');
    const filed = application('2016-01-05', { villageCode: `${OTHER_COUNTY}001001` });
    const { body } = await harness.post('/v1/households', filed, { token: far });
    const answer = await refused(harness, `/v1/households/${body.id}/members`, joins('2016-05-01', number), {
      token: far,
    });
    expect(answer.body.type).toBe('urn:fupin:problem:person-already-registered');
    expect(JSON.stringify(answer.body)).not.toContain('死');
    expect(await refuse(near, 'members', joins('2016-05-01', number))).toMatchObject({ type: 'person-died' });
    // Within one's own county it is told.
    expect(COUNTY).not.toBe(OTHER_COUNTY);
  });
});

describe('a death', () => {
  const bornIn = (year: number): string => {
    const digits = `422823${year}0101${String(randomInt(0, 1000)).padStart(3, '0')}`;
    return digits + checkDigit(digits);
  };

  it('REG-04 is not recorded for a year before the birth', async () => {
    const id = await identified(harness, '2016-01', {
      members: [person('01'), person('04', { idNumber: bornIn(2017) })],
    });
    const child = await memberOf(id, '04');
    const death = (occurredOn: string) => ({ occurredOn, personId: child, reason: 'death' });
    expect(await refuse(id, 'member-departures', death('2016-12-31'))).toMatchObject({
      status: 409,
      type: 'death-before-birth',
      errors: [{ field: 'occurredOn' }],
    });
    await done(post(id, 'member-departures', death('2017-01-01')));
  });
});
