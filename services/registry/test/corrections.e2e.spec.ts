import { randomInt } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import { HouseholdEventSchema, RegisterFindingOutcome, YearEventSchema } from '@fupin/contracts';
import { addDays, shanghaiDate } from '@fupin/domain';
import { incompleteOperations } from '@fupin/service';
import { CORRECTION_EXAMPLES } from '../src/household/rest/correction.dto.js';
import { HouseholdDesk } from '../src/household/household-desk.js';
import type { EventView, HouseholdView } from '../src/household/rest/views.dto.js';
import type { ImportView } from '../src/import/import.dto.js';
import { csvOf, household } from '../src/import/import.fixture.js';
import { yearStreamId } from '../src/year/year.stream.js';
import { application, checkDigit, COUNTY, evidence, exitSteps, findings, survey, VILLAGE } from './bodies.js';
import { identified, refused, startHarness, take, type Answer, type Harness } from './harness.js';

// Mistakes and their repair, and the closing of a year, over real PostgreSQL and Kafka.

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const today = shanghaiDate(new Date());
const NOTE = '工资性收入多录一位，核对原件后更正';

const incomeSurvey = (perHead: number, year = 2016) => {
  const { occurredOn: _date, ...figures } = survey('2016-11-01', year, perHead);
  return { incomeSurvey: figures };
};
const correction = (eventId: string, rest: Record<string, unknown>) => ({
  occurredOn: today,
  eventId,
  reason: 'typingError',
  note: NOTE,
  ...rest,
});
const view = async (id: string) =>
  (await harness.get(`/v1/households/${id}`)).body as unknown as HouseholdView;
const eventsOf = async (id: string) =>
  (await harness.get(`/v1/households/${id}/events`)).body as unknown as { items: EventView[] };
const eventOf = async (id: string, type: string) => {
  const { items } = await eventsOf(id);
  return items.find((item) => item.type === type)?.id ?? '';
};
const notes = async (id: string) =>
  (
    await harness.pool.query<{ kind: string }>(
      'SELECT kind FROM vault_notes WHERE household_id = $1 ORDER BY note_id',
      [id],
    )
  ).rows.map(({ kind }) => kind);

/** A household that left poverty in November 2016 with this income per head. */
async function exited(perHead = 3000): Promise<string> {
  const id = await identified(harness);
  await take(harness, id, [
    ['income-surveys', survey('2016-11-01', 2016, perHead)],
    ['guarantee-assessments', { occurredOn: '2016-11-01', findings: findings('2016-11-01') }],
    ...exitSteps('2016-11'),
  ]);
  return id;
}

it('documents its operations with examples that fit', async () => {
  const response = await fetch(`${harness.registry.url}/openapi.json`);
  const document = (await response.json()) as { paths: Record<string, object> };
  const own = Object.entries(document.paths).filter(([path]) =>
    /households.*corrections|register-findings|year-closings/.test(path),
  );
  expect(own).toHaveLength(3);
  expect(incompleteOperations({ paths: Object.fromEntries(own) })).toEqual([]);
  // The examples are taken but for the household, which is nobody's.
  for (const { value } of Object.values(CORRECTION_EXAMPLES)) {
    const id = '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42';
    expect(await harness.post(`/v1/households/${id}/corrections`, value)).toMatchObject({ status: 404 });
  }
});

describe('corrections (更正)', () => {
  it('REG-05 puts a survey right; both stay to be seen, and the words stay in the vault', async () => {
    const id = await exited();
    const wrong = await eventOf(id, 'IncomeSurveyed');
    const cadre = await harness.token('villageCadre', VILLAGE);
    const answer = await harness.post(
      `/v1/households/${id}/corrections`,
      correction(wrong, incomeSurvey(3100)),
      { token: cadre },
    );
    expect(answer).toMatchObject({ status: 201, body: { events: [{ type: 'EventCorrected' }] } });
    expect(await view(id)).toMatchObject({
      status: 'exited',
      incomeSurveys: [{ perCapitaNetIncome: '3100.00', persons: 3, surveyedOn: '2016-11-01' }],
      corrections: [{ correctedEventId: wrong, reason: 'typingError', correctedOn: today }],
      openFindings: [],
    });
    const { items } = await eventsOf(id);
    const made = items.at(-1);
    expect(items.find((item) => item.id === wrong)).toMatchObject({
      correctedBy: [made?.id],
      event: { perCapitaNetIncomeFen: '300000' },
    });
    expect(made).toMatchObject({ type: 'EventCorrected', corrects: wrong, correctedBy: [] });
    expect(await notes(id)).toEqual(['correction']);

    const sent = await harness.messages(new Set([id]), items.length);
    const bytes = Buffer.concat(sent.map(({ value }) => value)).toString('utf8');
    expect(bytes).not.toContain('工资性');
    const last = fromBinary(HouseholdEventSchema, sent.at(-1)!.value);
    expect(last.event).toMatchObject({
      case: 'eventCorrected',
      value: { correctedEventId: wrong, fact: { value: { perCapitaNetIncomeFen: 310_000n } } },
    });
    expect(harness.logs()).not.toContain(NOTE);
  });

  it('answers a repeated request as the first time, and takes If-Match', async () => {
    const id = await exited();
    const path = `/v1/households/${id}/corrections`;
    const body = correction(await eventOf(id, 'IncomeSurveyed'), incomeSurvey(3200));
    const headers = { 'idempotency-key': 'correction-once' };
    const first = await harness.post(path, body, { headers });
    const again = await harness.post(path, body, { headers });
    expect(again).toMatchObject({ status: 201, body: { version: first.body.version } });
    expect(await notes(id)).toEqual(['correction']);
    const stale = { 'if-match': '"3"' };
    expect(
      await refused(harness, path, { ...body, ...incomeSurvey(3300) }, { headers: stale }),
    ).toMatchObject({ status: 412 });
  });

  it('puts dates, registrations, causes, houses and visits right in the shapes they were recorded in', async () => {
    const id = await exited();
    await take(harness, id, [
      ['poverty-causes', { occurredOn: '2016-11-20', causes: { main: { code: '02' } } }],
      [
        'living-conditions',
        { occurredOn: '2016-11-20', housingArea: '0', electricity: true, tapWater: false },
      ],
      ['monitoring-visits', { occurredOn: '2016-12-05', production: 'stable', living: 'stable' }],
    ]);
    const path = `/v1/households/${id}/corrections`;
    const { members } = await view(id);
    const registered = {
      entryKind: 'missed',
      householdKind: 'dibao',
      causes: { main: { code: '05' } },
      members: members.map(({ personId, relation }) => ({
        personId,
        relation: { code: relation?.code },
        monthsWorked: 7,
      })),
    };
    for (const [type, right] of [
      ['HouseholdRegistered', { registration: registered }],
      ['PovertyCausesRecorded', { causes: { main: { code: '03' }, others: [{ code: '07' }] } }],
      [
        'LivingConditionsRecorded',
        {
          livingConditions: {
            housingArea: '80.50',
            structure: 'brickTimber',
            builtYear: 1998,
            electricity: true,
            tapWater: true,
          },
        },
      ],
      ['MonitoringVisitRecorded', { monitoringVisit: { production: 'watch', living: 'atRisk' } }],
      [
        'GuaranteesAssessed',
        { guarantees: { findings: findings('2016-11-01') }, rightOccurredOn: '2016-11-02' },
      ],
      ['HouseholdExited', { rightOccurredOn: '2016-11-14' }],
    ] as const) {
      const answer = await harness.post(path, correction(await eventOf(id, type), right));
      expect({ type, status: answer.status, body: answer.body }).toMatchObject({ status: 201 });
    }
    expect(await view(id)).toMatchObject({
      status: 'exited',
      exitedOn: '2016-11-14',
      entryKind: 'missed',
      householdKind: 'dibao',
      causes: { main: { code: '03' } },
      members: [{ monthsWorked: 7 }, { monthsWorked: 7 }, { monthsWorked: 7 }],
      openFindings: [],
    });
  });

  it('puts members right: who joined how, what changed, why somebody left', async () => {
    const id = await identified(harness);
    const [head, spouse, third] = (await view(id)).members.map(({ personId }) => personId);
    const body = `422823201605${String(randomInt(10, 29))}${String(randomInt(100, 999))}`;
    const bornOn = `2016-05-${body.slice(12, 14)}`;
    await take(harness, id, [
      [
        'members',
        {
          occurredOn: bornOn,
          reason: 'birth',
          person: { name: '覃小宝', idNumber: body + checkDigit(body), relation: { code: '04' } },
          parentPersonIds: [head, spouse],
        },
      ],
      ['member-changes', { occurredOn: '2016-06-01', personId: spouse, monthsWorked: 3 }],
      ['member-departures', { occurredOn: '2016-07-01', personId: third, reason: 'marriage' }],
      ['kind-changes', { occurredOn: '2016-08-01', householdKind: 'dibao' }],
    ]);
    const baby = (await view(id)).members.at(-1)?.personId ?? '';
    const relation = { code: '04' };
    const path = `/v1/households/${id}/corrections`;
    for (const [type, right] of [
      [
        'MemberAdded',
        {
          memberAddition: {
            reason: 'birth',
            parentPersonIds: [spouse],
            member: { personId: baby, relation, medicalInsurance: true },
          },
        },
      ],
      ['MemberChanged', { member: { personId: spouse, relation: { code: '02' }, monthsWorked: 8 } }],
      ['MemberLeft', { memberDeparture: { reason: 'other' }, rightOccurredOn: '2016-07-02' }],
      ['HouseholdKindChanged', { householdKind: 'tekun' }],
    ] as const) {
      const answer = await harness.post(path, correction(await eventOf(id, type), right));
      expect({ type, status: answer.status, body: answer.body }).toMatchObject({ status: 201 });
    }
    expect(await view(id)).toMatchObject({
      householdKind: 'tekun',
      persons: 3,
      members: [
        { personId: head },
        { personId: spouse, monthsWorked: 8 },
        { personId: baby, medicalInsurance: true },
      ],
    });
    const added = await eventOf(id, 'MemberAdded');
    const bad: [string, Record<string, unknown>, string, string][] = [
      [
        added,
        {
          memberAddition: {
            reason: 'birth',
            parentPersonIds: [spouse],
            member: { personId: third, relation },
          },
        },
        'persons-differ',
        'memberAddition.members',
      ],
      [
        added,
        { memberAddition: { reason: 'birth', member: { personId: baby, relation, pension: true } } },
        'parents-missing',
        'memberAddition.parentPersonIds',
      ],
      [added, { rightOccurredOn: '2017-05-01' }, 'birth-date-differs', 'rightOccurredOn'],
      [
        await eventOf(id, 'MemberLeft'),
        { memberDeparture: { reason: 'death' } },
        'death-not-correctable',
        'memberDeparture.reason',
      ],
      [
        await eventOf(id, 'MemberChanged'),
        { rightOccurredOn: '2015-12-31' },
        'before-file-opened',
        'rightOccurredOn',
      ],
    ];
    for (const [eventId, change, code, field] of bad) {
      const answer = await refused(harness, path, correction(eventId, change));
      const reasons = answer.body.errors ?? [
        {
          code: answer.body.type.split(':').at(-1),
          field: (answer.body as unknown as { field: string }).field,
        },
      ];
      expect({ status: answer.status, reasons }).toMatchObject({
        status: 409,
        reasons: expect.arrayContaining([expect.objectContaining({ code, field })]),
      });
    }
  });

  it('REG-09 counts in a survey recorded late the members of its own day', async () => {
    const id = await identified(harness);
    const gone = (await view(id)).members.at(-1)?.personId ?? '';
    await take(harness, id, [
      ['member-departures', { occurredOn: '2016-11-20', personId: gone, reason: 'death' }],
      ['income-surveys', survey('2016-11-01', 2016, 3000)],
    ]);
    expect((await view(id)).incomeSurveys).toMatchObject([{ persons: 3, perCapitaNetIncome: '3000.00' }]);
    const two = { ...survey('2016-11-02', 2016, 3000), persons: 2 };
    expect(await refused(harness, `/v1/households/${id}/income-surveys`, two)).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:household-size-differs' },
    });
  });

  it('REG-04 REG-05 the end of a household follows the departure that decides its day', async () => {
    const id = await identified(harness);
    const [head, spouse, third] = (await view(id)).members.map(({ personId }) => personId);
    await take(harness, id, [
      ['member-departures', { occurredOn: '2016-11-20', personId: third, reason: 'death' }],
      ['member-departures', { occurredOn: '2016-11-10', personId: spouse, reason: 'death' }],
      ['member-departures', { occurredOn: '2016-11-05', personId: head, reason: 'death' }],
    ]);
    expect(await view(id)).toMatchObject({ status: 'extinguished', endedOn: '2016-11-20' });
    const [wrong, end] = [await eventOf(id, 'MemberLeft'), await eventOf(id, 'HouseholdExtinguished')];
    const path = `/v1/households/${id}/corrections`;
    const date = { rightOccurredOn: '2016-11-25' };
    expect(await refused(harness, path, correction(end, date))).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:not-correctable', field: 'eventId' },
    });
    const answer = await harness.post(path, correction(wrong, date));
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.body.events.map(({ type }) => type)).toEqual(['EventCorrected', 'EventCorrected']);
    expect(await view(id)).toMatchObject({
      endedOn: '2016-11-25',
      corrections: [{ correctedEventId: wrong }, { correctedEventId: end }],
    });
  });

  it('REG-05 puts a wrong head right in the registration, though the members have changed since', async () => {
    const id = await identified(harness);
    const [head, spouse, third] = (await view(id)).members;
    await take(harness, id, [
      ['member-changes', { occurredOn: '2016-06-01', personId: head?.personId, monthsWorked: 3 }],
      ['member-changes', { occurredOn: '2016-06-01', personId: spouse?.personId, monthsWorked: 5 }],
    ]);
    const registration = {
      entryKind: 'identified',
      householdKind: 'ordinary',
      causes: application('2016-01-01').causes,
      members: [
        { personId: head?.personId, relation: { code: '02' } },
        { personId: spouse?.personId, relation: { code: '01' } },
        { personId: third?.personId, relation: { code: third?.relation?.code } },
      ],
    };
    const wrong = await eventOf(id, 'HouseholdRegistered');
    expect(
      await harness.post(`/v1/households/${id}/corrections`, correction(wrong, { registration })),
    ).toMatchObject({ status: 201 });
    expect((await view(id)).members).toMatchObject([
      { relation: { code: '02' }, monthsWorked: 3 },
      { relation: { code: '01' }, monthsWorked: 5 },
      {},
    ]);
  });

  it('REG-05 REG-19 shows an exit that a repair makes unlawful as a finding, until it is put right or closed', async () => {
    const id = await exited();
    const path = `/v1/households/${id}/corrections`;
    const wrong = await eventOf(id, 'IncomeSurveyed');
    const exit = await eventOf(id, 'HouseholdExited');
    const poor = await harness.post(path, correction(wrong, incomeSurvey(2000)));
    expect(poor.body.events.map(({ type }) => type)).toEqual(['EventCorrected', 'RegisterFindingRaised']);
    const after = await view(id);
    expect(after).toMatchObject({
      status: 'exited',
      openFindings: [
        { kind: 'exitUnlawful', aboutEventId: exit, missing: ['income-not-above-line'], raisedOn: today },
      ],
    });
    expect(after.openFindings[0]?.correctionEventId).toBe((poor.body.events[0] as { id?: string }).id);

    const better = await harness.post(path, correction(wrong, incomeSurvey(3050)));
    expect(better.body.events.map(({ type }) => type)).toEqual(['EventCorrected', 'RegisterFindingClosed']);
    expect(await view(id)).toMatchObject({ status: 'exited', openFindings: [] });

    await harness.post(path, correction(wrong, incomeSurvey(2100)));
    const finding = (await view(id)).openFindings[0]?.eventId ?? '';
    const closings = `/v1/households/${id}/register-findings/${finding}/closings`;
    const words = { occurredOn: today, note: '经入户核实，转移性收入漏记，脱贫属实' };
    const township = await harness.token('township', VILLAGE.slice(0, 9));
    expect(await refused(harness, closings, words, { token: township })).toMatchObject({ status: 403 });
    expect(await harness.post(closings, words)).toMatchObject({ status: 201 });
    expect(await view(id)).toMatchObject({ status: 'exited', openFindings: [] });
    const closed = (await eventsOf(id)).items.at(-1);
    expect(closed?.event).toMatchObject({ outcome: expect.stringContaining('EXIT_STANDS') });
    expect(RegisterFindingOutcome.EXIT_STANDS).toBe(2);
    expect(await refused(harness, closings, words)).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:finding-not-open', ruleId: 'REG-05' },
    });
    expect(
      await refused(harness, `/v1/households/${id}/register-findings/nothing/closings`, words),
    ).toMatchObject({ status: 400, body: { field: 'eventId' } });
  });

  it('REG-05 tells who corrects a correction to name the original', async () => {
    const id = await exited();
    const path = `/v1/households/${id}/corrections`;
    const wrong = await eventOf(id, 'IncomeSurveyed');
    await harness.post(path, correction(wrong, incomeSurvey(3100)));
    const made = await eventOf(id, 'EventCorrected');
    const answer = await refused(harness, path, correction(made, incomeSurvey(3200)));
    expect(answer).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:correction-of-correction', field: 'eventId' },
    });
    expect(answer.body.detail).toContain(wrong);
    expect(await harness.post(path, correction(wrong, incomeSurvey(3200)))).toMatchObject({ status: 201 });
  });

  it('refuses what is no correction, and leaves everything as it was', async () => {
    const [id, other] = [await exited(), await identified(harness)];
    const path = `/v1/households/${id}/corrections`;
    const wrong = await eventOf(id, 'IncomeSurveyed');
    const right = incomeSurvey(3100);
    const bad: [Record<string, unknown>, number, string][] = [
      [correction(wrong, { ...right, causes: { main: { code: '01' } } }), 400, 'validation'],
      [correction('4711', right), 400, 'validation'],
      [{ ...correction(wrong, right), note: ' ' }, 400, 'validation'],
      [{ ...correction(wrong, right), note: undefined }, 400, 'validation'],
      [{ ...correction(wrong, right), reason: 'mood' }, 400, 'validation'],
      [correction(wrong, { incomeSurvey: { ...right.incomeSurvey, wage: '-1.00' } }), 400, 'validation'],
      [correction(wrong, { incomeSurvey: { ...right.incomeSurvey, netIncome: '9' } }), 400, 'validation'],
      [correction(wrong, { rightOccurredOn: '2016-02-30' }), 400, 'validation'],
      [correction(await eventOf(other, 'HouseholdRegistered'), right), 409, 'event-unknown'],
      [correction(await eventOf(id, 'DemocraticReviewHeld'), right), 409, 'not-correctable'],
      [correction(await eventOf(id, 'HouseholdExited'), right), 409, 'correction-kind-differs'],
      [correction(wrong, {}), 409, 'nothing-corrected'],
      [correction(wrong, incomeSurvey(3000)), 409, 'nothing-corrected'],
      [correction(wrong, { ...right, occurredOn: '2999-01-01' }), 409, 'date-in-future'],
      [correction(wrong, { rightOccurredOn: '2013-01-01' }), 409, 'no-rule-set'],
      [correction(wrong, { rightOccurredOn: '2016-10-31' }), 409, 'paper-later-than-fact'],
      [
        correction(wrong, { incomeSurvey: { ...right.incomeSurvey, persons: 4 } }),
        409,
        'household-size-differs',
      ],
      [
        correction(await eventOf(id, 'HouseholdExited'), { rightOccurredOn: '2016-11-12' }),
        409,
        'notice-still-running',
      ],
    ];
    for (const [body, status, type] of bad) {
      const answer = await refused(harness, path, body);
      expect({ body, status: answer.status, type: answer.body.type }).toMatchObject({
        status,
        type: `urn:fupin:problem:${type}`,
      });
    }
    const size = await refused(
      harness,
      path,
      correction(wrong, { incomeSurvey: { ...right.incomeSurvey, persons: 4 } }),
    );
    expect(size.body).toMatchObject({ field: 'incomeSurvey.persons' });
    const cadre = await harness.token('villageCadre', VILLAGE);
    const date = correction(await eventOf(id, 'HouseholdExited'), { rightOccurredOn: '2016-11-20' });
    expect(await refused(harness, path, date, { token: cadre })).toMatchObject({
      status: 403,
      body: { type: 'urn:fupin:problem:role-not-allowed' },
    });
    const elsewhere = await harness.token('county', '422802', 'history:write');
    expect(await refused(harness, path, correction(wrong, right), { token: elsewhere })).toMatchObject({
      status: 403,
    });
    expect(
      await refused(harness, '/v1/households/0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42/corrections', date),
    ).toMatchObject({ status: 404 });
  });
});

describe('year closing (年度封库)', () => {
  const path = (region: string) => `/v1/regions/${region}/year-closings`;
  const items = (answer: Answer) => answer.body.items as unknown as { region: string; year: number }[];

  it('REG-36 closes a year once, also when two do it at the same time, and says so on Kafka', async () => {
    const [one, two] = await Promise.all([
      harness.post(path(COUNTY), { year: 2014 }),
      harness.post(path(COUNTY), { year: 2014 }),
    ]);
    expect([one.status, two.status].sort()).toEqual([201, 409]);
    const lost = one.status === 409 ? one : two;
    expect(lost.body).toMatchObject({
      type: 'urn:fupin:problem:year-already-closed',
      ruleId: 'REG-36',
      field: 'year',
    });
    expect(await refused(harness, path(COUNTY), { year: 2014 })).toMatchObject({ status: 409 });
    const stream = yearStreamId(COUNTY, 2014);
    const [message] = await harness.messages(new Set([stream]), 1);
    const { envelope, event } = fromBinary(YearEventSchema, message!.value);
    expect(envelope).toMatchObject({ region: COUNTY, occurredOn: today, ruleIds: ['REG-36'] });
    expect(event).toMatchObject({ case: 'yearClosed', value: { year: 2014, knownOn: today } });
  });

  it('REG-36 refuses a year that is not over, other regions, small ones, unknown ones and other roles', async () => {
    const year = Number(today.slice(0, 4));
    const over = today.endsWith('-12-31') ? year + 1 : year;
    const bad: [string, Record<string, unknown>, number, string][] = [
      [COUNTY, { year: over }, 409, 'year-not-over'],
      [COUNTY, { year: 2016, occurredOn: '2016-12-30' }, 409, 'year-not-over'],
      [COUNTY, { year: 2016, occurredOn: addDays(today, 1) }, 409, 'date-in-future'],
      [COUNTY, { year: 2013 }, 400, 'validation'],
      [COUNTY, { year: '2016' }, 400, 'validation'],
      [COUNTY, { year: 2016, knownOn: '2017-01-01' }, 400, 'validation'],
      [VILLAGE, { year: 2016 }, 400, 'validation'],
      [VILLAGE.slice(0, 9), { year: 2016 }, 400, 'validation'],
      ['429999', { year: 2016 }, 400, 'validation'],
      ['42x', { year: 2016 }, 400, 'validation'],
      ['422802', { year: 2016 }, 403, 'region-not-allowed'],
      ['42', { year: 2016 }, 403, 'region-not-allowed'],
    ];
    for (const [region, body, status, type] of bad) {
      const answer = await refused(harness, path(region), body);
      expect({ region, body, status: answer.status, type: answer.body.type }).toMatchObject({
        status,
        type: `urn:fupin:problem:${type}`,
      });
    }
    for (const role of ['villageCadre', 'township', 'auditor', 'sectorBureau'])
      expect(
        await refused(harness, path(COUNTY), { year: 2016 }, { token: await harness.token(role, COUNTY) }),
      ).toMatchObject({ status: 403 });
  });

  it('REG-36 after it facts, corrections, lists, applications and imports of the year need the right, from the day after', async () => {
    const id = await identified(harness, '2015-03');
    await take(harness, id, [['income-surveys', survey('2015-04-01', 2015, 3000)]]);
    const wrong = await eventOf(id, 'IncomeSurveyed');
    const right = () => correction(wrong, incomeSurveyOf(2015, 3100, '2015-04-01'));
    const corrections = `/v1/households/${id}/corrections`;
    const surveys = `/v1/households/${id}/income-surveys`;
    expect(await harness.post(path(COUNTY), { year: 2015 })).toMatchObject({ status: 201 });

    const closed = { status: 409, body: { type: 'urn:fupin:problem:year-closed', ruleId: 'REG-36' } };
    expect(await refused(harness, surveys, survey('2015-05-01', 2015, 3000))).toMatchObject(closed);
    expect(await refused(harness, corrections, right())).toMatchObject(closed);
    expect(await refused(harness, '/v1/households', application('2015-06-05'))).toMatchObject(closed);
    const list = await harness.post(`/v1/villages/${VILLAGE}/democratic-reviews`, {
      occurredOn: '2015-06-01',
      procedure: 'exit',
      participants: 30,
      items: [{ householdId: id, votesFor: 30, votesAgainst: 0 }],
    });
    expect(list.body).toMatchObject({ items: [{ problem: { type: 'urn:fupin:problem:year-closed' } }] });
    // The years beside it stay open.
    expect(await harness.post(surveys, survey('2016-01-05', 2015, 3000))).toMatchObject({ status: 201 });

    const mayChange = await harness.token('county', COUNTY, 'history:write closed-year:write');
    expect(await refused(harness, corrections, right(), { token: mayChange })).toMatchObject(closed);
    expect(await imported(mayChange)).toMatchObject({ accepted: 0, refused: 1 });

    const desk = harness.registry.app.get(HouseholdDesk, { strict: false });
    const clock = desk.today;
    try {
      desk.today = () => addDays(today, 1);
      expect(await refused(harness, corrections, right())).toMatchObject(closed);
      expect(await harness.post(corrections, right(), { token: mayChange })).toMatchObject({ status: 201 });
      expect(
        await harness.post(surveys, survey('2015-05-01', 2015, 3000), { token: mayChange }),
      ).toMatchObject({ status: 201 });
    } finally {
      desk.today = clock;
    }
    // The import has a clock of its own: as if the year had been closed yesterday.
    await harness.pool.query('UPDATE year_closings SET known_on = known_on - 1 WHERE year = 2015');
    expect(await imported(await harness.token('county', COUNTY, 'history:write'))).toMatchObject({
      accepted: 0,
      refused: 1,
    });
    expect(await imported(mayChange)).toMatchObject({ accepted: 1, refused: 0 });
  });

  it('REG-36 closing a year closes what is dated before it, an exit that is reversed later included', async () => {
    const [left, poor] = [await exited(), await identified(harness)];
    const exitEventId = await eventOf(left, 'HouseholdExited');
    const gone = (await view(poor)).members.at(-1)?.personId;
    expect(await harness.post(path(COUNTY), { year: 2017 })).toMatchObject({ status: 201 });

    const closed = (field: string) => ({
      status: 409,
      body: { type: 'urn:fupin:problem:year-closed', ruleId: 'REG-36', field },
    });
    const reversal = {
      occurredOn: '2018-05-01',
      exitEventId,
      reason: 'income',
      evidence: evidence('2018-04-20'),
    };
    const reversals = `/v1/households/${left}/exit-reversals`;
    expect(await refused(harness, reversals, reversal)).toMatchObject(closed('exitEventId'));
    const departures = `/v1/households/${poor}/member-departures`;
    const death = { occurredOn: '2016-06-01', personId: gone, reason: 'death' };
    expect(await refused(harness, departures, death)).toMatchObject(closed('occurredOn'));
    // What came after it is open.
    expect(
      await harness.post(`/v1/households/${poor}/income-surveys`, survey('2018-01-05', 2017, 3000)),
    ).toMatchObject({ status: 201 });
    // 2016 itself may still be closed, and published for itself.
    expect(await harness.post(path(COUNTY), { year: 2016 })).toMatchObject({ status: 201 });

    const desk = harness.registry.app.get(HouseholdDesk, { strict: false });
    const clock = desk.today;
    const mayChange = await harness.token('county', COUNTY, 'history:write closed-year:write');
    try {
      desk.today = () => addDays(today, 1);
      expect(await harness.post(reversals, reversal, { token: mayChange })).toMatchObject({ status: 201 });
      expect(await harness.post(departures, death, { token: mayChange })).toMatchObject({ status: 201 });
    } finally {
      desk.today = clock;
    }
  });

  it('REG-36 lists what holds for a region, its own and wider closings, by pages', async () => {
    const province = await harness.token('province', '42');
    await harness.post(path('42'), { year: 2018 }, { token: province });
    await harness.post(path('4228'), { year: 2017, occurredOn: '2018-01-10' }, { token: province });
    // What a wider region has closed is closed here.
    expect(await refused(harness, path(COUNTY), { year: 2018 })).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:year-already-closed' },
    });
    const cadre = await harness.token('villageCadre', VILLAGE);
    const all = await harness.get(path(COUNTY), { token: cadre });
    expect(items(all).slice(0, 2)).toMatchObject([
      { region: '42', year: 2018, knownOn: today, regionName: '湖北省' },
      { region: '4228', year: 2017, closedOn: '2018-01-10', knownOn: today },
    ]);
    const first = await harness.get(`${path(COUNTY)}?limit=1`, { token: cadre });
    expect(items(first)).toMatchObject([{ year: 2018 }]);
    const second = await harness.get(`${path(COUNTY)}?limit=1&cursor=${first.body.next}`, { token: cadre });
    expect(items(second)).toMatchObject([{ year: 2017 }]);
    expect((await harness.get(path('43'), { token: cadre })).status).toBe(403);
    expect((await harness.get(`${path(COUNTY)}?cursor=x`, { token: cadre })).status).toBe(400);
  });
});

const incomeSurveyOf = (year: number, perHead: number, on: string) => {
  const { incomeSurvey: figures } = incomeSurvey(perHead, year);
  return { incomeSurvey: { ...figures, evidence: evidence(on) } };
};

let imports = 0;
/** Imports one household registered in 2015; gives the ended job. */
async function imported(token: string): Promise<{ accepted: number; refused: number }> {
  const source = encodeURIComponent('巴东县2015年登记表');
  imports += 1;
  const one = household(9_000 + imports, { registeredOn: '2015-06-30', incomeYear: '2014' });
  const answer = await fetch(`${harness.registry.url}/v1/imports?history=true&source=${source}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv; charset=utf-8' },
    body: new Blob([new Uint8Array(await csvOf([one]))]),
  });
  const { id } = (await answer.json()) as { id: string };
  for (;;) {
    const { body } = await harness.get(`/v1/imports/${id}`);
    if (body.state !== 'waiting' && body.state !== 'running' && body.state !== 'receiving')
      return (body as unknown as ImportView).households;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
