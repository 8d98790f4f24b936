import { randomUUID } from 'node:crypto';
import { HouseholdDirectory } from '../src/household/household-directory.js';
import {
  application,
  COUNTY,
  exitSteps,
  findings,
  idNumber,
  NEIGHBOUR,
  person,
  survey,
  VILLAGE,
  checkDigit,
} from './bodies.js';
import { identified, refused, startHarness, take, type Answer, type Harness } from './harness.js';

// 动态管理 over HTTP, real PostgreSQL and Kafka: people come and go, households move, split, merge and end.

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

/** 恩施市: another county of the province. */
const OTHER_COUNTY = '422801';
/** 长沙市: another province. */
const HUNAN_VILLAGE = '430102001001';

/** An ID number of somebody born on this day. */
function born(day: string): string {
  const body = `422823${day.replaceAll('-', '')}${String(Math.floor(Math.random() * 1000)).padStart(3, '0')}`;
  return body + checkDigit(body);
}

interface Household {
  readonly villageCode: string;
  readonly status: string;
  readonly householdNo: string;
  readonly householdKind: string;
  readonly version: number;
  readonly members: readonly {
    readonly personId: string;
    readonly relation: { readonly code: string };
    readonly joinedOn?: string;
    readonly dibao: boolean;
    readonly sex: string;
  }[];
  readonly departures: readonly {
    readonly personId: string;
    readonly leftOn: string;
    readonly reason?: string;
  }[];
  readonly endedOn?: string;
  readonly mergedInto?: string;
}

const show = async (id: string) => (await harness.get(`/v1/households/${id}`)).body as unknown as Household;
const post = (id: string, path: string, body: unknown, headers?: Record<string, string>): Promise<Answer> =>
  harness.post(`/v1/households/${id}/${path}`, body, { ...(headers && { headers }) });
const refuse = async (id: string, path: string, body: unknown) => {
  const { body: problem } = await refused(harness, `/v1/households/${id}/${path}`, body);
  return { ...problem, type: problem.type.replace('urn:fupin:problem:', '') };
};
const memberOf = async (id: string, relation: string) =>
  (await show(id)).members.find((member) => member.relation.code === relation)?.personId ?? '';
const rowOf = async (personId: string) =>
  (
    await harness.pool.query<{
      household_id: string;
      village: string;
      head: boolean;
      address: Buffer | null;
    }>('SELECT household_id, village, head, address FROM person_vault WHERE person_id = $1', [personId])
  ).rows[0];
const claimsOf = async (id: string) =>
  Number(
    (
      await harness.pool.query<{ count: string }>(
        `SELECT count(*) FROM keys WHERE owner = $1 AND key LIKE 'claim:person:%'`,
        [id],
      )
    ).rows[0]?.count,
  );
const as = (personId: string, code: string) => ({ personId, relation: { code } });
/** A household that was identified in January 2016 and has left poverty in November. */
async function exited(): Promise<string> {
  const id = await identified(harness);
  await take(harness, id, [
    ['income-surveys', survey('2016-11-01', 2016, 5000)],
    ['guarantee-assessments', { occurredOn: '2016-11-01', findings: findings('2016-11-01') }],
    ...exitSteps('2016-11'),
  ]);
  return id;
}

describe('自然增加 and 自然减少', () => {
  it('REG-03 a birth, a marriage from outside, a death of the head: members, claims and rows follow', async () => {
    const id = await identified(harness);
    const [head, spouse, child] = await Promise.all(['01', '02', '04'].map((code) => memberOf(id, code)));
    const baby = born('2016-05-10');
    const birth = {
      occurredOn: '2016-05-10',
      reason: 'birth',
      person: person('04', { name: '覃新生', idNumber: baby }),
      parentPersonIds: [head, spouse],
    };
    const key = { 'idempotency-key': randomUUID() };
    const answer = await post(id, 'members', birth, key);
    expect((await post(id, 'members', birth, key)).body).toEqual(answer.body);
    expect(answer).toMatchObject({
      status: 201,
      body: { id, events: [{ type: 'MemberAdded' }], others: [] },
    });
    const view = await show(id);
    expect(view.members).toHaveLength(4);
    expect(view.members[3]).toMatchObject({ joinedOn: '2016-05-10' });
    expect(await claimsOf(id)).toBe(4);

    const oldAddress = (await rowOf(head ?? ''))?.address;
    expect(oldAddress).not.toBeNull();
    const death = {
      occurredOn: '2016-06-01',
      personId: head,
      reason: 'death',
      relations: [as(spouse ?? '', '01'), as(child ?? '', '03'), as(view.members[3]?.personId ?? '', '03')],
    };
    expect((await post(id, 'member-departures', death)).status).toBe(201);
    expect(await show(id)).toMatchObject({
      members: [{ personId: spouse, relation: { code: '01' } }, {}, {}],
      departures: [{ personId: head, leftOn: '2016-06-01', reason: 'death' }],
    });
    // The dead keep their claim; the mark and the address have gone to the new head.
    expect(await claimsOf(id)).toBe(4);
    expect(await rowOf(head ?? '')).toMatchObject({ head: false });
    expect(await rowOf(spouse ?? '')).toMatchObject({ head: true, address: expect.any(Buffer) });
    const reader = await harness.token('county', COUNTY, 'person:read');
    const { body: heir } = await harness.get(`/v1/persons/${spouse}`, { token: reader });
    expect(heir).toMatchObject({ address: '三组十二号门牌', head: true });
  });

  it('REG-04 who has left may be registered elsewhere, and comes back with the id of then', async () => {
    const number = idNumber();
    const id = await identified(harness, '2016-01', {
      members: [person('01'), person('04', { idNumber: number })],
    });
    const son = await memberOf(id, '04');
    const prison = { occurredOn: '2016-03-01', personId: son, reason: 'prison' };
    expect((await post(id, 'member-departures', prison)).status).toBe(201);
    expect(await claimsOf(id)).toBe(1);
    const back = { occurredOn: '2017-03-01', reason: 'return', person: person('04', { idNumber: number }) };
    const returned = await post(id, 'members', back);
    expect(returned.status).toBe(201);
    expect((await show(id)).members[1]).toMatchObject({ personId: son, joinedOn: '2017-03-01' });
    expect(await claimsOf(id)).toBe(2);
    // Away again, registered in a household of his own, and now he belongs there.
    await post(id, 'member-departures', { occurredOn: '2017-05-01', personId: son, reason: 'other' });
    const own = application('2017-06-01', { members: [person('01', { idNumber: number })] });
    expect((await harness.post('/v1/households', own)).status).toBe(201);
    const again = { occurredOn: '2017-07-01', reason: 'return', personId: son, relation: { code: '04' } };
    expect(await refuse(id, 'members', again)).toMatchObject({
      status: 409,
      type: 'person-already-registered',
    });
  });

  it('refuses bad input, each with its reason', async () => {
    const id = await identified(harness);
    const [head, child] = [await memberOf(id, '01'), await memberOf(id, '04')];
    const birth = (rest: Record<string, unknown>) => ({
      occurredOn: '2016-05-10',
      reason: 'birth',
      person: person('04', { idNumber: born('2016-05-10') }),
      parentPersonIds: [head],
      ...rest,
    });
    const old = person('04', { idNumber: born('1929-05-10') });
    expect(await refuse(id, 'members', birth({ occurredOn: '2016-05-10', person: old }))).toMatchObject({
      status: 409,
      errors: expect.arrayContaining([
        expect.objectContaining({ code: 'birth-before-parents', field: 'parentPersonIds' }),
        expect.objectContaining({ code: 'birth-date-differs' }),
      ]),
    });
    expect(await refuse(id, 'members', birth({ occurredOn: '2016-05-11' }))).toMatchObject({
      type: 'birth-date-differs',
      detailZh: '业务日期与证件号中的出生日期不一致',
    });
    expect(await refuse(id, 'members', birth({ parentPersonIds: [] }))).toMatchObject({
      type: 'parents-missing',
    });
    expect(
      await refuse(id, 'members', { ...birth({}), personId: child, relation: { code: '04' } }),
    ).toMatchObject({
      status: 400,
      errors: [{ code: 'person-or-person-id' }],
    });
    expect(await refuse(id, 'members', { occurredOn: '2016-05-10', reason: 'marriage' })).toMatchObject({
      status: 400,
    });
    expect(await refuse(id, 'members', birth({ reason: 'adoption' }))).toMatchObject({
      status: 400,
      field: 'reason',
    });

    const late = born('2016-05-10');
    await post(id, 'members', birth({ person: person('04', { idNumber: late }) }));
    const baby = (await show(id)).members[3]?.personId;
    expect(
      await refuse(id, 'member-departures', { occurredOn: '2016-05-09', personId: baby, reason: 'death' }),
    ).toMatchObject({ status: 409, type: 'before-joining' });
    expect(
      await refuse(id, 'member-departures', { occurredOn: '2016-06-01', personId: head, reason: 'death' }),
    ).toMatchObject({
      status: 409,
      errors: expect.arrayContaining([expect.objectContaining({ code: 'one-head-needed' })]),
    });
    expect(
      await refuse(id, 'member-departures', {
        occurredOn: '2016-06-01',
        personId: randomUUID(),
        reason: 'death',
      }),
    ).toMatchObject({ status: 409, type: 'not-a-member' });

    // A dead person does not come back: not here by number, not by id, and not to another household.
    await post(id, 'member-departures', { occurredOn: '2016-06-01', personId: baby, reason: 'death' });
    const back = { occurredOn: '2016-07-01', reason: 'return' };
    expect(await refuse(id, 'members', { ...back, personId: baby, relation: { code: '04' } })).toMatchObject({
      type: 'person-died',
    });
    expect(await refuse(id, 'members', { ...back, person: person('04', { idNumber: late }) })).toMatchObject({
      type: 'person-died',
    });
    const elsewhere = await identified(harness);
    expect(
      await refuse(elsewhere, 'members', {
        ...back,
        reason: 'other',
        person: person('04', { idNumber: late }),
      }),
    ).toMatchObject({ type: 'person-died', field: 'person.idNumber' });
  });

  it('REG-03 ends a household with its last member: 整户自然减少', async () => {
    const id = await identified(harness, '2016-01', { members: [person('01')] });
    const answer = await post(id, 'member-departures', {
      occurredOn: '2016-04-01',
      personId: await memberOf(id, '01'),
      reason: 'death',
    });
    expect(answer.body.events.map(({ type }) => type)).toEqual(['MemberLeft', 'HouseholdExtinguished']);
    expect(await show(id)).toMatchObject({ status: 'extinguished', endedOn: '2016-04-01', members: [] });
    expect(
      await refuse(id, 'kind-changes', { occurredOn: '2016-05-01', householdKind: 'dibao' }),
    ).toMatchObject({
      type: 'wrong-status',
    });
  });

  it('REG-35 changes kind and members from a day on', async () => {
    const id = await identified(harness);
    const child = await memberOf(id, '04');
    expect(
      (await post(id, 'kind-changes', { occurredOn: '2016-05-01', householdKind: 'dibao' })).status,
    ).toBe(201);
    expect(
      await refuse(id, 'kind-changes', { occurredOn: '2016-05-02', householdKind: 'dibao' }),
    ).toMatchObject({
      type: 'nothing-changed',
      ruleId: 'REG-35',
    });
    const change = { occurredOn: '2016-05-01', personId: child, dibao: true, workplace: { code: '03' } };
    expect((await post(id, 'member-changes', change)).status).toBe(201);
    expect(await show(id)).toMatchObject({
      householdKind: 'dibao',
      members: [{}, {}, { dibao: true, workplace: { code: '03' } }],
    });
    expect(
      await refuse(id, 'member-changes', { ...change, ethnicity: { system: 'gbt4658', code: '10' } }),
    ).toMatchObject({ status: 400 });
  });
});

describe('嫁入 from another household', () => {
  it('REG-03 leaves there and joins here in one append, with both positions', async () => {
    const [here, there] = [
      await identified(harness),
      await identified(harness, '2016-01', { villageCode: NEIGHBOUR }),
    ];
    const bride = await memberOf(there, '04');
    const key = { 'idempotency-key': randomUUID() };
    const body = {
      occurredOn: '2016-05-01',
      reason: 'marriage',
      personId: bride,
      fromHouseholdId: there,
      relation: { code: '06' },
    };
    const answer = await post(here, 'members', body, key);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        id: here,
        events: [{ type: 'MemberAdded' }],
        others: [{ id: there, events: [{ type: 'MemberLeft' }] }],
      },
    });
    expect(await claimsOf(here)).toBe(4);
    expect(await claimsOf(there)).toBe(2);
    expect(await rowOf(bride)).toMatchObject({ household_id: here, village: VILLAGE, head: false });
    // The same again: the same answer, for both.
    const again = await post(here, 'members', body, key);
    expect(again.body).toEqual(answer.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    // On Kafka each in its own stream, with the region of its own village and no name.
    const messages = await harness.messages(new Set([here, there]), 1);
    expect(messages.map(({ value }) => value?.toString() ?? '').join()).not.toContain('覃');
    const { body: events } = await harness.get(`/v1/households/${there}/events`);
    expect(events.items.at(-1)).toMatchObject({ type: 'MemberLeft', region: NEIGHBOUR });
    expect(await refuse(here, 'members', { ...body, occurredOn: '2016-05-02' })).toMatchObject({
      errors: expect.arrayContaining([expect.objectContaining({ code: 'not-a-member' })]),
    });
  });

  it('refuses a household of another province, one outside the caller’s region, and the household itself', async () => {
    const here = await identified(harness);
    const national = await harness.issuer.token({ role: 'province', region: '43', scope: 'history:write' });
    const hunan = await harness.post(
      '/v1/households',
      application('2016-01-05', { villageCode: HUNAN_VILLAGE }),
      {
        token: national,
      },
    );
    expect(hunan.status).toBe(201);
    const bride = {
      occurredOn: '2016-05-01',
      reason: 'marriage',
      personId: randomUUID(),
      relation: { code: '06' },
    };
    expect(await refuse(here, 'members', { ...bride, fromHouseholdId: hunan.body.id })).toMatchObject({
      status: 409,
      type: 'other-province',
      detailZh: expect.stringContaining('由迁入省登记'),
    });
    expect(await refuse(here, 'members', { ...bride, fromHouseholdId: here })).toMatchObject({ status: 400 });
    expect(await refuse(here, 'members', { ...bride, fromHouseholdId: randomUUID() })).toMatchObject({
      status: 404,
      field: 'fromHouseholdId',
    });
    const there = await identified(harness, '2016-01', { villageCode: NEIGHBOUR });
    const cadre = await harness.token('villageCadre', VILLAGE, 'history:write');
    expect(
      await refused(
        harness,
        `/v1/households/${here}/members`,
        { ...bride, fromHouseholdId: there },
        { token: cadre },
      ),
    ).toMatchObject({ status: 403, body: { field: 'fromHouseholdId' } });
  });
});

describe('省内迁移', () => {
  it('REG-04 moves household, directory and rows; the next one finds it there, on any instance', async () => {
    const id = await identified(harness);
    const before = await show(id);
    const head = await memberOf(id, '01');
    const otherInstance = new HouseholdDirectory(harness.pool);
    expect(await otherInstance.villageOf(id)).toBe(VILLAGE);
    const answer = await post(id, 'moves', {
      occurredOn: '2016-05-01',
      villageCode: NEIGHBOUR,
      address: '二组七号',
    });
    expect(answer).toMatchObject({ status: 201, body: { events: [{ type: 'HouseholdMoved' }] } });
    expect(await show(id)).toMatchObject({
      villageCode: NEIGHBOUR,
      householdNo: before.householdNo,
      status: 'stillPoor',
    });
    expect(await otherInstance.villageOf(id)).toBe(NEIGHBOUR);
    expect(await rowOf(head)).toMatchObject({ village: NEIGHBOUR });
    const reader = await harness.token('county', COUNTY, 'person:read');
    expect((await harness.get(`/v1/persons/${head}`, { token: reader })).body).toMatchObject({
      address: '二组七号',
    });
    // The move is an event of the old village, everything after it of the new one.
    await post(id, 'kind-changes', { occurredOn: '2016-06-01', householdKind: 'dibao' });
    const { body } = await harness.get(`/v1/households/${id}/events`);
    expect(body.items.slice(-2)).toMatchObject([
      { type: 'HouseholdMoved', region: VILLAGE, event: { fromRegion: VILLAGE, toRegion: NEIGHBOUR } },
      { type: 'HouseholdKindChanged', region: NEIGHBOUR },
    ]);
    // The old village's cadre has lost it, the new one's has it.
    const old = await harness.token('villageCadre', VILLAGE);
    const fresh = await harness.token('villageCadre', NEIGHBOUR);
    expect((await harness.get(`/v1/households/${id}`, { token: old })).status).toBe(403);
    expect((await harness.get(`/v1/households/${id}`, { token: fresh })).status).toBe(200);
  });

  it('gives everything recorded beside a move the right village, before it and after it', async () => {
    const id = await identified(harness);
    const child = await memberOf(id, '04');
    const change = (monthsWorked: number) =>
      post(id, 'member-changes', { occurredOn: '2016-05-01', personId: child, monthsWorked });
    const answers = await Promise.all([
      ...[1, 2, 3, 4].map(change),
      post(id, 'moves', { occurredOn: '2016-05-01', villageCode: NEIGHBOUR }),
      ...[5, 6, 7, 8].map(change),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(9).fill(201));
    const { body } = await harness.get(`/v1/households/${id}/events`);
    const items = body.items as unknown as readonly { type: string; region: string }[];
    const moved = items.findIndex(({ type }) => type === 'HouseholdMoved');
    expect(items.map(({ region }) => region)).toEqual(
      items.map((_, i) => (i <= moved ? VILLAGE : NEIGHBOUR)),
    );
  });

  it('does one of many moves at once: the others find it gone', async () => {
    const id = await identified(harness);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        post(id, 'moves', { occurredOn: '2016-05-01', villageCode: NEIGHBOUR }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
    for (const { status, body } of answers) {
      if (status === 409) expect(body.type).toBe('urn:fupin:problem:same-village');
    }
  });

  it('refuses another province, the same village, an unknown one, a foreign one and an open procedure', async () => {
    const id = await identified(harness);
    const move = (villageCode: string) => ({ occurredOn: '2016-05-01', villageCode });
    expect(await refuse(id, 'moves', move(HUNAN_VILLAGE))).toMatchObject({
      status: 409,
      type: 'other-province',
    });
    expect(await refuse(id, 'moves', move(VILLAGE))).toMatchObject({ type: 'same-village' });
    expect(await refuse(id, 'moves', move('422823101999'))).toMatchObject({
      status: 400,
      field: 'villageCode',
    });
    expect(await refuse(id, 'moves', move(`${OTHER_COUNTY}001001`))).toMatchObject({
      status: 403,
      field: 'villageCode',
    });
    const cadre = await harness.token('villageCadre', VILLAGE);
    expect(
      await refused(harness, `/v1/households/${id}/moves`, move(NEIGHBOUR), { token: cadre }),
    ).toMatchObject({ status: 403 });
    await take(harness, id, exitSteps('2016-04').slice(0, 1));
    expect(await refuse(id, 'moves', move(NEIGHBOUR))).toMatchObject({
      type: 'procedure-open',
      ruleId: 'REG-20',
    });
  });
});

describe('分户 and 并户', () => {
  it('REG-20 splits a household in two that stand alike, and merges them again', async () => {
    const id = await exited();
    const [head, spouse, child] = await Promise.all(['01', '02', '04'].map((code) => memberOf(id, code)));
    const key = { 'idempotency-key': randomUUID() };
    const body = {
      occurredOn: '2017-02-01',
      members: [as(head ?? '', '01'), as(child ?? '', '04')],
      relations: [as(spouse ?? '', '01')],
      address: '三组十三号',
    };
    const answer = await post(id, 'splits', body, key);
    expect(answer).toMatchObject({ status: 201, body: { id, events: [{ type: 'HouseholdSplit' }] } });
    const [begun] = (answer.body as unknown as { others: { id: string }[] }).others;
    const freshId = begun?.id ?? '';
    expect(answer.headers.get('location')).toBe(`/v1/households/${freshId}`);
    const [old, fresh] = [await show(id), await show(freshId)];
    expect(fresh).toMatchObject({ status: 'exited', villageCode: VILLAGE, exitedOn: '2016-11-13' });
    expect(fresh.householdNo).not.toBe(old.householdNo);
    expect(old.members.map(({ personId }) => personId)).toEqual([spouse]);
    expect([await claimsOf(id), await claimsOf(freshId)]).toEqual([1, 2]);
    expect(await rowOf(head ?? '')).toMatchObject({ household_id: freshId, head: true });
    expect(await rowOf(spouse ?? '')).toMatchObject({ household_id: id, head: true });
    const found = await harness.get(`/v1/households?householdNo=${fresh.householdNo}`);
    expect(found.body).toMatchObject({ id: freshId });
    // Repeated, it is the same split, not another one.
    expect((await post(id, 'splits', body, key)).body).toEqual(answer.body);

    const merge = {
      occurredOn: '2017-03-01',
      fromHouseholdId: freshId,
      members: [as(head ?? '', '02'), as(child ?? '', '03')],
    };
    const merged = await post(id, 'merges', merge);
    expect(merged).toMatchObject({
      status: 201,
      body: {
        events: [{ type: 'HouseholdMerged' }],
        others: [{ id: freshId, events: [{ type: 'HouseholdMergedAway' }] }],
      },
    });
    expect(await show(freshId)).toMatchObject({
      status: 'mergedAway',
      mergedInto: id,
      endedOn: '2017-03-01',
      householdNo: fresh.householdNo,
      members: [],
    });
    expect([await claimsOf(id), await claimsOf(freshId)]).toEqual([3, 0]);
    expect(await rowOf(head ?? '')).toMatchObject({ household_id: id, head: false });
    expect((await show(id)).members).toHaveLength(3);
  });

  it('REG-20 lets one of two merges of the same household win, and nothing is half done', async () => {
    const [absorbed, ...into] = await Promise.all([1, 2, 3, 4, 5].map(() => identified(harness)));
    const { members } = await show(absorbed ?? '');
    const body = {
      occurredOn: '2016-05-01',
      fromHouseholdId: absorbed,
      members: members.map(({ personId }) => as(personId, '99')),
    };
    const answers = await Promise.all(into.map((id) => post(id, 'merges', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const sizes = await Promise.all(
      into.map(async (id) => [(await show(id)).members.length, await claimsOf(id)]),
    );
    expect(sizes).toEqual(answers.map(({ status }) => (status === 201 ? [6, 6] : [3, 3])));
    expect(await claimsOf(absorbed ?? '')).toBe(0);
  });

  it('REG-20 refuses a merge of a poor and an exited household, with the rule’s words', async () => {
    const [poor, out] = [await identified(harness), await exited()];
    for (const [one, other] of [
      [poor, out],
      [out, poor],
    ] as const) {
      const { members } = await show(other);
      const body = {
        occurredOn: '2017-02-01',
        fromHouseholdId: other,
        members: members.map(({ personId }) => as(personId, '99')),
      };
      expect(await refuse(one, 'merges', body)).toMatchObject({
        status: 409,
        type: 'standing-differs',
        ruleId: 'REG-20',
        quote: '不准违反精准识别和脱贫退出的程序和规定',
      });
    }
  });

  it('refuses an empty household, a member twice, a stranger, no head, and the household itself', async () => {
    const id = await identified(harness);
    const [head, spouse, child] = await Promise.all(['01', '02', '04'].map((code) => memberOf(id, code)));
    const split = (...members: unknown[]) => ({ occurredOn: '2016-05-01', members });
    expect(await refuse(id, 'splits', split())).toMatchObject({ status: 409, type: 'household-empty' });
    const all = split(as(head ?? '', '01'), as(spouse ?? '', '02'), as(child ?? '', '04'));
    expect(await refuse(id, 'splits', all)).toMatchObject({ type: 'household-empty' });
    expect(await refuse(id, 'splits', split(as(child ?? '', '01'), as(child ?? '', '01')))).toMatchObject({
      type: 'member-twice',
    });
    expect(await refuse(id, 'splits', split(as(randomUUID(), '01')))).toMatchObject({ type: 'not-a-member' });
    expect(await refuse(id, 'splits', split(as(child ?? '', '04')))).toMatchObject({
      type: 'one-head-needed',
    });
    expect(await refuse(id, 'splits', split({ personId: child, relation: { code: '77' } }))).toMatchObject({
      status: 400,
    });
    expect(
      await refuse(id, 'merges', { occurredOn: '2016-05-01', fromHouseholdId: id, members: [] }),
    ).toMatchObject({
      status: 400,
      errors: [{ code: 'household-twice' }],
    });
    const { version } = await show(id);
    const stale = await post(id, 'splits', split(as(child ?? '', '01')), { 'if-match': `"${version - 1}"` });
    expect(stale.status).toBe(412);
  });
});
