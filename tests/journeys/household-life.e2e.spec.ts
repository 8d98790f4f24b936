import { seededRandom } from '../../tools/src/sample/random.js';
import { client, documentId, type Client } from '../../tools/src/sample/client.js';
import { generateHouseholds, type SampleHousehold } from '../../tools/src/sample/household.js';
import {
  exitHouseholds,
  fileApplications,
  returnHouseholds,
  runChain,
  runRemoval,
  surveyIncomes,
  visitExited,
  type Known,
  type VillageYear,
} from '../../tools/src/sample/village-year.js';
import { untilProjected } from '../../tools/src/sample/year-table.js';
import { startSystem, type System } from './system.js';

const COUNTY = '422823';
const VILLAGE = '422823102201';
const OTHER_VILLAGE = '422823105210';
const TODAY = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

interface Event {
  readonly id: string;
  readonly type: string;
  readonly event: { readonly members?: readonly { readonly personId: string }[] };
}
interface View {
  readonly status: string;
  readonly householdNo: string;
  readonly persons: number;
  readonly openFindings: readonly object[];
}
interface Figure {
  readonly households: number;
  readonly persons: number;
}

/** One household lives through everything that the register knows, by REST alone, and is seen rightly by the projection. */
describe('the life of a household', () => {
  let system: System;
  let registry: Client;
  let projection: Client;
  let home: Known;
  let neighbours: Known;
  let members: readonly string[];
  let withSpouse: string;

  const at = (year: number, village = VILLAGE): VillageYear => ({ registry, village, year });
  const post = <T = unknown>(path: string, body: object, household = home.householdId) =>
    registry.post<T>(
      `/v1/households/${household}/${path}`,
      body,
      documentId(household, path, JSON.stringify(body)),
    );
  const view = (household = home.householdId) => registry.get<View>(`/v1/households/${household}`);
  const events = async (household = home.householdId) =>
    (await registry.get<{ items: Event[] }>(`/v1/households/${household}/events`)).items;
  const last = async (type: string, household?: string) =>
    (await events(household)).findLast((event) => event.type === type)?.id ?? '';
  const evidence = (datedOn: string) => ({
    source: 'householdVisit',
    datedOn,
    documentId: documentId('evidence', datedOn),
  });
  /** A household of three as the sample makes them, with incomes that let it exit in any year but those said. */
  const sampleOf = (seed: number, poorIn: readonly number[] = []): SampleHousehold => {
    const found = generateHouseholds(seededRandom(seed), {
      county: COUNTY,
      villages: [VILLAGE],
      households: 60,
      newlyPoorPerYear: 0,
      lineYuan: () => 4000,
    }).find((one) => one.members.length === 3)!;
    const incomes = new Map(
      [2015, 2016, 2017, 2018, 2019, 2020].map((year) => {
        const wageFen = poorIn.includes(year) ? 600_000 : 3_000_000;
        return [year, { wageFen, businessFen: 0, transferFen: 0, propertyFen: 0, businessCostFen: 0 }];
      }),
    );
    return { ...found, kind: 'ordinary', incomes };
  };
  const rollUp = (region: string, asOf: string) =>
    projection.get<{ registered: Figure; poor: Figure; exited: Figure; policyEnded: Figure }>(
      `/v1/regions/${region}/roll-up?asOf=${asOf}`,
    );

  beforeAll(async () => {
    system = await startSystem();
    const scope = 'history:write person:read person:search person:erase audit:read document:read';
    const token = await system.token({ role: 'county', region: COUNTY, scope }, 3_600);
    registry = client(system.urls.registry, token);
    projection = client(system.urls.projection, token);
  }, 120_000);
  afterAll(() => system?.stop(), 60_000);

  it('comes in by the procedure, and its members come and go (REG-03 REG-04 REG-20)', async () => {
    [home, neighbours] = (await fileApplications(at(2015), [
      sampleOf(1),
      { ...sampleOf(2), formNo: '9' },
    ])) as [Known, Known];
    const registered = (await events()).find(({ type }) => type === 'HouseholdRegistered');
    members = registered?.event.members?.map(({ personId }) => personId) ?? [];
    expect(await view()).toMatchObject({ status: 'stillPoor', persons: 3 });

    await post('members', {
      occurredOn: '2015-07-01',
      reason: 'marriage',
      person: {
        name: '田小梅',
        idNumber: '42282219951201002X',
        relation: { code: '05' },
        ethnicity: { system: 'gb3304', code: '15' },
      },
    });
    withSpouse = await last('MemberAdded');
    await post('kind-changes', { occurredOn: '2015-08-01', householdKind: 'dibao' });
    await post('member-changes', { occurredOn: '2015-09-01', personId: members[1], health: { code: '02' } });
    // 嫁入：one of the neighbours comes over, in one append with their departure there.
    const there = (await events(neighbours.householdId)).find(({ type }) => type === 'HouseholdRegistered');
    await post('members', {
      occurredOn: '2015-10-01',
      reason: 'marriage',
      personId: there?.event.members?.[2]?.personId,
      fromHouseholdId: neighbours.householdId,
      relation: { code: '06' },
    });
    expect(await view()).toMatchObject({ persons: 5 });
    expect(await view(neighbours.householdId)).toMatchObject({ persons: 2 });
  }, 60_000);

  it('exits, the exit is found wrong and reversed, and it exits rightly (REG-05 REG-09)', async () => {
    await surveyIncomes(at(2016), [home]);
    await exitHouseholds(at(2016), [home]);
    expect(await view()).toMatchObject({ status: 'exited' });
    const reversal = {
      occurredOn: '2017-02-20',
      exitEventId: await last('HouseholdExited'),
      reason: 'guarantees',
      evidence: evidence('2017-02-19'),
    };
    await post('exit-reversals', reversal);
    expect(await view()).toMatchObject({ status: 'stillPoor' });
    await surveyIncomes(at(2017), [home]);
    await exitHouseholds(at(2017), [home]);
    await visitExited(at(2018), [home]);
    expect(await view()).toMatchObject({ status: 'exited' });
  }, 60_000);

  it('relapses, moves, is divided and put together again (REG-03 REG-20)', async () => {
    await returnHouseholds(at(2018), [home]);
    await post('moves', { occurredOn: '2018-06-01', villageCode: OTHER_VILLAGE, address: '五组2号' });
    const { others } = await post<{ others: { id: string }[] }>('splits', {
      occurredOn: '2018-07-01',
      members: [{ personId: members[2], relation: { code: '01' } }],
    });
    const formed = others[0]!.id;
    expect(await view(formed)).toMatchObject({ status: 'stillPoor', persons: 1 });
    await post('merges', {
      occurredOn: '2018-08-01',
      fromHouseholdId: formed,
      members: [{ personId: members[2], relation: { code: '03' } }],
    });
    expect(await view(formed)).toMatchObject({ status: 'mergedAway' });
    expect(await view()).toMatchObject({ status: 'stillPoor', persons: 5 });
  }, 60_000);

  it('a repair makes its exit unlawful: a finding, never an undoing; the next repair closes it (REG-19)', async () => {
    const year = at(2019, OTHER_VILLAGE);
    await surveyIncomes(year, [home]);
    await exitHouseholds(year, [home]);
    const survey = await last('IncomeSurveyed');
    const correct = (wage: string) =>
      post('corrections', {
        occurredOn: TODAY,
        eventId: survey,
        reason: 'typingError',
        note: '核对原始登记表',
        incomeSurvey: {
          year: 2019,
          ...{ wage, business: '0.00', transfer: '0.00', property: '0.00', businessCost: '0.00' },
          evidence: evidence('2019-10-15'),
        },
      });
    await correct('16090.00');
    expect(await view()).toMatchObject({ status: 'exited', openFindings: [expect.anything()] });
    await untilProjected(projection, new AbortController().signal);
    const { items } = await projection.get<{ items: object[] }>(`/v1/findings?region=${OTHER_VILLAGE}`);
    expect(items).toMatchObject([{ householdId: home.householdId }]);
    await expect(
      post('corrections', {
        occurredOn: TODAY,
        eventId: await last('EventCorrected'),
        reason: 'typingError',
        note: '更正的更正',
        rightOccurredOn: '2019-10-14',
      }),
    ).rejects.toThrow('correction-of-correction');
    await correct('16090.05');
    expect(await view()).toMatchObject({ status: 'exited', openFindings: [] });
  }, 60_000);

  it('the marriage’s date is put right, and the figures follow (knownAt, asOf)', async () => {
    await post('corrections', {
      occurredOn: TODAY,
      eventId: withSpouse,
      reason: 'copyingError',
      note: '结婚证日期',
      rightOccurredOn: '2015-07-10',
    });
    await untilProjected(projection, new AbortController().signal);
    const before = await rollUp(VILLAGE, '2015-07-09');
    const after = await rollUp(VILLAGE, '2015-07-10');
    expect(after.poor.persons - before.poor.persons).toBe(1);
  });

  it('papers are printed and filed, each reading of a person is on record', async () => {
    const token = await system.token({ role: 'township', region: OTHER_VILLAGE.slice(0, 9) });
    for (const path of [
      `/v1/households/${home.householdId}/papers/exit-confirmation`,
      `/v1/households/${home.householdId}/papers/household-file`,
      `/v1/villages/${OTHER_VILLAGE}/papers/notice-list?procedure=exit&level=village&postedOn=2019-11-10`,
      `/v1/villages/${OTHER_VILLAGE}/papers/review-record?procedure=exit&heldOn=2019-11-01`,
    ]) {
      const answer = await fetch(system.urls.registry + path, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        200,
        'application/pdf',
      ]);
      expect(
        Buffer.from(await answer.arrayBuffer())
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-');
    }
    const paper = {
      occurredOn: '2019-11-25',
      documentId: documentId('scan'),
      kind: 'acknowledgement',
      sha256: 'ab'.repeat(32),
      mediaType: 'image/jpeg',
      sizeBytes: 123_456,
      datedOn: '2019-11-08',
      location: 's3://archive/2019/ack.jpg',
    };
    await post('documents', paper);
    expect(
      await post(`documents/${paper.documentId}/verifications`, { sha256: 'cd'.repeat(32) }),
    ).toMatchObject({ matches: false });
    await registry.get(`/v1/persons/${members[0]}`);
    const { items } = await registry.get<{ items: object[] }>(`/v1/person-audits?person=${members[0]}`);
    expect(items.length).toBeGreaterThan(4);
    await expect(
      registry.post(`/v1/persons/${members[0]}/erasures`, {}, documentId('erase')),
    ).rejects.toThrow('person-in-register');
  }, 60_000);

  it('a year is closed: what it showed stays, and nobody changes it without the right (REG-36)', async () => {
    const close = () =>
      registry.post(
        `/v1/regions/${COUNTY}/year-closings`,
        { year: 2016 },
        documentId('close', Math.random()),
      );
    await close();
    await expect(close()).rejects.toThrow('year-already-closed');
    await expect(
      post('kind-changes', { occurredOn: '2016-05-01', householdKind: 'ordinary' }),
    ).rejects.toThrow('year-closed');
    await untilProjected(projection, new AbortController().signal);
    const { years } = await projection.get<{ years: { year: number; published?: object }[] }>(
      `/v1/regions/${COUNTY}/years`,
    );
    expect(years.find(({ year }) => year === 2016)).toMatchObject({ published: expect.anything() });
  });

  it('its measures end after the campaign, and it ends with its last member (REG-13)', async () => {
    await expect(post('policy-endings', { occurredOn: '2020-12-31' })).rejects.toThrow(
      'policy-still-retained',
    );
    await post('policy-endings', { occurredOn: '2021-01-01' });
    await untilProjected(projection, new AbortController().signal);
    expect((await rollUp(OTHER_VILLAGE, '2021-01-01')).policyEnded).toEqual({ households: 1, persons: 5 });
    expect((await rollUp(OTHER_VILLAGE, '2020-12-31')).policyEnded).toEqual({ households: 0, persons: 0 });
    const known = (
      await registry.get<{ members: { personId: string }[] }>(`/v1/households/${home.householdId}`)
    ).members;
    const [head, ...others] = known;
    for (const [index, { personId }] of others.entries())
      await post('member-departures', {
        occurredOn: `2021-02-0${index + 1}`,
        personId,
        reason: (['marriage', 'prison', 'emigration', 'other'] as const)[index],
      });
    await post('member-departures', { occurredOn: '2021-03-01', personId: head?.personId, reason: 'death' });
    expect(await view()).toMatchObject({ status: 'extinguished', persons: 0 });
  });

  it('the neighbours are removed as ineligible, apply again, and come in as missed (REG-05 REG-06)', async () => {
    const { householdId } = neighbours;
    await post(
      'removal-proposals',
      { occurredOn: '2018-11-20', reason: 'urbanHouse', evidence: evidence('2018-11-19') },
      householdId,
    );
    await runRemoval(at(2018), [neighbours]);
    expect(await view(householdId)).toMatchObject({ status: 'removed' });
    await post(
      'applications',
      {
        occurredOn: '2019-03-10',
        entryKind: 'missed',
        householdKind: 'ordinary',
        causes: { main: { code: '01' } },
        authorisation: { signedOn: '2019-03-09', documentId: documentId('again') },
      },
      householdId,
    );
    await runChain(at(2019), 'identification', [neighbours]);
    expect(await view(householdId)).toMatchObject({ status: 'stillPoor', persons: 2 });
  }, 60_000);

  it('everything is in the ledger, and every figure can be asked for its events', async () => {
    await untilProjected(projection, new AbortController().signal);
    const { items } = await projection.get<{ items: { kind: string; occurredOn: string }[] }>(
      `/v1/ledger?region=${COUNTY}&household=${home.householdId}&order=oldest&limit=100`,
    );
    expect(items.map(({ kind }) => kind)).toEqual([
      'newlyPoor',
      'membersAdded',
      'membersAdded',
      // Not the exit of 2016: it is void.
      'exitReversals',
      'exits',
      'returns',
      'splitOff',
      'mergedAway',
      'exits',
      ...Array<string>(4).fill('membersLeft'),
      'membersLeft',
      'extinguished',
    ]);
    const { years } = await projection.get<{ years: { year: number; during: Record<string, Figure> }[] }>(
      `/v1/regions/${COUNTY}/years?from=2015&to=2021`,
    );
    const sum = (flow: string) =>
      years.reduce((total, { during }) => total + (during[flow]?.households ?? 0), 0);
    expect({
      exits: sum('exits'),
      returns: sum('returns'),
      removed: sum('removed'),
      missed: sum('missed'),
    }).toEqual({
      exits: 2,
      returns: 1,
      removed: 1,
      missed: 1,
    });
    const behind = await projection.get<{ items: object[] }>(
      `/v1/regions/${COUNTY}/figures/exits/events?from=2017-01-01&to=2017-12-31`,
    );
    expect(behind.items).toMatchObject([{ householdId: home.householdId }]);
    expect(await rollUp(COUNTY, '2021-12-31')).toMatchObject({
      registered: { households: 1, persons: 2 },
      exited: { households: 0, persons: 0 },
    });
  });
});
