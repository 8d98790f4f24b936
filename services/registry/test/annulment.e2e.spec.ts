import { fromBinary } from '@bufbuild/protobuf';
import { HouseholdEventSchema } from '@fupin/contracts';
import { shanghaiDate } from '@fupin/domain';
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
} from './bodies.js';
import { identified, refused, startHarness, take, type Answer, type Harness } from './harness.js';
import type { EventView, HouseholdView } from '../src/household/rest/views.dto.js';

// 误录作废 and the correction of transfers over HTTP, real PostgreSQL and Kafka: claims and rows follow.

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const today = shanghaiDate(new Date());
const show = async (id: string) =>
  (await harness.get(`/v1/households/${id}`)).body as unknown as HouseholdView;
const eventsOf = async (id: string) =>
  ((await harness.get(`/v1/households/${id}/events`)).body as unknown as { items: EventView[] }).items;
const eventOf = async (id: string, type: string) =>
  (await eventsOf(id)).findLast((item) => item.type === type)?.id ?? '';
const correction = (eventId: string, rest: Record<string, unknown>) => ({
  occurredOn: today,
  eventId,
  reason: 'typingError',
  note: '核对原件后更正',
  ...rest,
});
const correct = async (id: string, type: string, rest: Record<string, unknown>): Promise<Answer> =>
  harness.post(`/v1/households/${id}/corrections`, correction(await eventOf(id, type), rest));
const annul = (id: string, type: string) => correct(id, type, { annulled: true });
const codesOf = ({ body }: Answer): string[] => {
  const problem = body as unknown as { type: string; errors?: { code: string }[] };
  return problem.errors?.map(({ code }) => code) ?? [problem.type.split(':').at(-1) ?? ''];
};
const refuse = async (id: string, type: string, rest: Record<string, unknown>, token?: string) =>
  refused(harness, `/v1/households/${id}/corrections`, correction(await eventOf(id, type), rest), {
    ...(token !== undefined && { token }),
  });
const memberOf = async (id: string, relation: string) =>
  (await show(id)).members.find((member) => member.relation?.code === relation)?.personId ?? '';
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

describe('a transfer is put right in both households (更正)', () => {
  async function transferred(): Promise<{ here: string; there: string; bride: string }> {
    const here = await identified(harness);
    const there = await identified(harness, '2016-01', { villageCode: NEIGHBOUR });
    const bride = await memberOf(there, '04');
    const joins = {
      occurredOn: '2016-06-01',
      reason: 'marriage',
      personId: bride,
      fromHouseholdId: there,
      relation: { code: '06' },
    };
    await take(harness, here, [['members', joins]]);
    return { here, there, bride };
  }

  it('REG-04 corrects the day of both halves in one append, from either', async () => {
    const { here, there, bride } = await transferred();
    const answer = await correct(here, 'MemberAdded', { rightOccurredOn: '2016-03-01' });
    expect(answer).toMatchObject({
      status: 201,
      body: { id: here, events: [{ type: 'EventCorrected' }], others: [{ id: there }] },
    });
    expect((await show(there)).departures).toMatchObject([{ personId: bride, leftOn: '2016-03-01' }]);
    expect((await show(here)).members.at(-1)).toMatchObject({ personId: bride, joinedOn: '2016-03-01' });
    expect(await correct(there, 'MemberLeft', { rightOccurredOn: '2016-11-01' })).toMatchObject({
      status: 201,
    });
    expect((await show(here)).members.at(-1)).toMatchObject({ joinedOn: '2016-11-01' });
    const sent = await harness.messages(new Set([there]), (await eventsOf(there)).length);
    expect(fromBinary(HouseholdEventSchema, sent.at(-1)!.value).event).toMatchObject({
      case: 'eventCorrected',
      value: { correctedOccurredOn: '2016-11-01', annulled: false },
    });
  });

  it('REG-04 asks for the region of both, and keeps reason and partner', async () => {
    const { here, there } = await transferred();
    const cadre = await harness.token('villageCadre', VILLAGE);
    const outside = await refuse(here, 'MemberAdded', { rightOccurredOn: '2016-03-01' }, cadre);
    expect(outside).toMatchObject({ status: 403, body: { field: 'eventId' } });
    const prison = await refuse(there, 'MemberLeft', { memberDeparture: { reason: 'prison' } });
    expect(codesOf(prison)).toContain('transfer-reason-not-correctable');
  });

  it('REG-04 strikes a transfer out in both: claim and row go back', async () => {
    const { here, there, bride } = await transferred();
    expect(await annul(here, 'MemberAdded')).toMatchObject({
      status: 201,
      body: { others: [{ id: there }] },
    });
    expect([await claimsOf(here), await claimsOf(there)]).toEqual([3, 3]);
    expect(await rowOf(bride)).toMatchObject({ household_id: there, village: NEIGHBOUR });
    expect((await show(there)).persons).toBe(3);
    // A correction of the same event puts it back, in both.
    expect(await correct(here, 'MemberAdded', {})).toMatchObject({ status: 201 });
    expect([await claimsOf(here), await claimsOf(there)]).toEqual([4, 2]);
    expect(await rowOf(bride)).toMatchObject({ household_id: here, village: VILLAGE });
  });

  it('REG-04 keeps a free leaver’s departure before the next joining elsewhere', async () => {
    const number = idNumber();
    const members = [person('01'), person('02'), person('04', { idNumber: number })];
    const here = await identified(harness, '2016-01', { members });
    const child = await memberOf(here, '04');
    await take(harness, here, [
      ['member-departures', { occurredOn: '2016-05-01', personId: child, reason: 'other' }],
    ]);
    const there = await identified(harness);
    await take(harness, there, [
      ['members', { occurredOn: '2016-06-01', reason: 'other', person: person('08', { idNumber: number }) }],
    ]);
    const late = await refuse(here, 'MemberLeft', { rightOccurredOn: '2016-06-02' });
    expect(codesOf(late)).toContain('joined-elsewhere');
    const back = await refuse(here, 'MemberLeft', { annulled: true });
    expect(codesOf(back)).toContain('joined-elsewhere');
    const early = await refuse(there, 'MemberAdded', { rightOccurredOn: '2016-04-30' });
    expect(codesOf(early)).toContain('before-departure');
    expect(await correct(here, 'MemberLeft', { rightOccurredOn: '2016-06-01' })).toMatchObject({
      status: 201,
    });
  });
});

describe('annulment (误录作废)', () => {
  it('REG-05 REG-19 strikes a survey out: both stay to be seen, the exit is tested anew', async () => {
    const id = await identified(harness);
    await take(harness, id, [
      ['income-surveys', survey('2016-11-01', 2016, 5000)],
      ['guarantee-assessments', { occurredOn: '2016-11-01', findings: findings('2016-11-01') }],
      ...exitSteps('2016-11'),
    ]);
    const wrong = await eventOf(id, 'IncomeSurveyed');
    const answer = await annul(id, 'IncomeSurveyed');
    expect(answer.body.events.map(({ type }) => type)).toEqual(['EventCorrected', 'RegisterFindingRaised']);
    expect(await show(id)).toMatchObject({
      status: 'exited',
      incomeSurveys: [],
      openFindings: [{ missing: ['income-survey-missing'] }],
      corrections: [{ correctedEventId: wrong, annulled: true }],
    });
    const struck = (await eventsOf(id)).find((item) => item.id === wrong);
    expect(struck).toMatchObject({ annulled: true, event: { perCapitaNetIncomeFen: '500000' } });
    const sent = await harness.messages(new Set([id]), (await eventsOf(id)).length);
    expect(fromBinary(HouseholdEventSchema, sent.at(-2)!.value).event).toMatchObject({
      case: 'eventCorrected',
      value: { correctedEventId: wrong, annulled: true, fact: { case: undefined } },
    });
    expect(await correct(id, 'IncomeSurveyed', {})).toMatchObject({ status: 201 });
    expect(await show(id)).toMatchObject({ openFindings: [], incomeSurveys: [{}] });
    const both = { annulled: true, rightOccurredOn: '2016-11-02' };
    expect(await refuse(id, 'IncomeSurveyed', both)).toMatchObject({ status: 400 });
    expect(codesOf(await refuse(id, 'HouseholdExited', { annulled: true }))).toContain('not-annullable');
  });

  it('REG-04 a departure that never was: the head is the head again, with claim, mark and address', async () => {
    const id = await identified(harness);
    const [head, spouse, child] = await Promise.all(['01', '02', '04'].map((code) => memberOf(id, code)));
    const relations = [
      { personId: spouse, relation: { code: '01' } },
      { personId: child, relation: { code: '04' } },
    ];
    await take(harness, id, [
      ['member-departures', { occurredOn: '2016-06-01', personId: head, reason: 'prison', relations }],
    ]);
    expect(await rowOf(spouse!)).toMatchObject({ head: true });
    expect(await claimsOf(id)).toBe(2);
    expect(await annul(id, 'MemberLeft')).toMatchObject({ status: 201 });
    expect(await claimsOf(id)).toBe(3);
    expect(await rowOf(spouse!)).toMatchObject({ head: false });
    expect(await rowOf(head!)).toMatchObject({ head: true, address: expect.any(Buffer) as Buffer });
    expect(await show(id)).toMatchObject({ persons: 3, departures: [] });
    // It was one after all.
    expect(await correct(id, 'MemberLeft', {})).toMatchObject({ status: 201 });
    expect(await claimsOf(id)).toBe(2);
    expect(await rowOf(spouse!)).toMatchObject({ head: true });
  });

  it('REG-04 a household that a wrong death ended lives again', async () => {
    const id = await identified(harness, '2016-01', { members: [person('01')] });
    const head = await memberOf(id, '01');
    await take(harness, id, [
      ['member-departures', { occurredOn: '2016-06-01', personId: head, reason: 'death' }],
    ]);
    expect(await show(id)).toMatchObject({ status: 'extinguished' });
    const answer = await annul(id, 'MemberLeft');
    expect(answer.body.events.map(({ type }) => type)).toEqual(['EventCorrected', 'EventCorrected']);
    expect(await show(id)).toMatchObject({ status: 'stillPoor', persons: 1 });
    await take(harness, id, [['kind-changes', { occurredOn: '2016-07-01', householdKind: 'dibao' }]]);
  });

  it('REG-04 who never joined gives up the place, and joins another household', async () => {
    const number = idNumber();
    const bride = {
      occurredOn: '2016-06-01',
      reason: 'marriage',
      person: person('06', { idNumber: number }),
    };
    const [wrong, right] = [await identified(harness), await identified(harness)];
    await take(harness, wrong, [['members', bride]]);
    expect(await claimsOf(wrong)).toBe(4);
    expect(await annul(wrong, 'MemberAdded')).toMatchObject({ status: 201 });
    expect(await claimsOf(wrong)).toBe(3);
    await take(harness, right, [['members', bride]]);
    // Now the first entry cannot come back: the person is another household's.
    const back = await refuse(wrong, 'MemberAdded', {});
    expect(back).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:person-already-registered' },
    });
  });

  it('REG-04 who was struck out of a household joins the same one later', async () => {
    const bride = { occurredOn: '2016-06-01', reason: 'marriage', person: person('06') };
    const id = await identified(harness);
    await take(harness, id, [['members', bride]]);
    expect(await annul(id, 'MemberAdded')).toMatchObject({ status: 201 });
    await take(harness, id, [['members', { ...bride, occurredOn: '2016-09-01' }]]);
    expect(await show(id)).toMatchObject({ persons: 4 });
    expect(await claimsOf(id)).toBe(4);
  });

  it('REG-05 the ID number of the dead and of those who left is put right in the vault', async () => {
    const number = idNumber();
    const id = await identified(harness);
    const [spouse, child] = await Promise.all(['02', '04'].map((code) => memberOf(id, code)));
    await take(harness, id, [
      ['member-departures', { occurredOn: '2016-06-01', personId: spouse, reason: 'death' }],
      ['member-departures', { occurredOn: '2016-06-02', personId: child, reason: 'other' }],
    ]);
    const county = await harness.token('county', COUNTY, 'person:write history:write');
    const put = (personId: string | undefined, right: string) =>
      harness.post(
        `/v1/persons/${personId}/corrections`,
        { occurredOn: today, reason: 'copyingError', idNumber: right },
        { token: county },
      );
    expect(await put(spouse, number)).toMatchObject({ status: 201 });
    expect(await claimsOf(id)).toBe(2);
    // The dead keep their place: nobody is registered under that number again.
    const taken = await harness.post(
      '/v1/households',
      application('2016-01-05', { members: [person('01', { idNumber: number })] }),
    );
    expect(taken).toMatchObject({ status: 409 });
    const other = idNumber();
    expect(await put(child, other)).toMatchObject({ status: 201 });
    expect(await claimsOf(id)).toBe(2);
    await identified(harness, '2016-07', { members: [person('01', { idNumber: other })] });
  });
});
