import { documentId, type Client } from './client.js';
import { yuan } from './form.js';
import type { SampleHousehold } from './household.js';

/** A household of the sample with its id in the register. */
export interface Known {
  readonly household: SampleHousehold;
  readonly householdId: string;
}

interface ListAnswer {
  readonly done: number;
  readonly refused: number;
  readonly items: readonly { readonly outcome: string; readonly problem?: unknown }[];
}

const GUARANTEES = [
  'food',
  'clothing',
  'compulsoryEducation',
  'basicMedicalCare',
  'safeHousing',
  'safeWater',
] as const;
const MOST = 500;

/** What a year's work in one village needs. */
export interface VillageYear {
  readonly registry: Client;
  readonly village: string;
  readonly year: number;
}

const evidence = (source: string, datedOn: string, ...words: (string | number)[]) => ({
  source,
  datedOn,
  documentId: documentId(...words, datedOn),
});

/** Sends one step for a list of the village's households and insists that none is refused: the sample is lawful. */
async function step(
  { registry, village, year }: VillageYear,
  name: string,
  shared: object,
  items: readonly object[],
  about = '',
): Promise<void> {
  for (let from = 0; from < items.length; from += MOST) {
    const key = `sample-${village}-${year}-${name}${about}-${from}`;
    const answer = await registry.post<ListAnswer>(
      `/v1/villages/${village}/${name}`,
      { ...shared, items: items.slice(from, from + MOST) },
      key,
    );
    const refused = answer.items.find((item) => item.outcome !== 'done');
    if (refused) throw new Error(`${name} in ${village}, ${year}: ${JSON.stringify(refused.problem)}`);
  }
}

/** 收入调查: every household of the register, poor or exited. */
export async function surveyIncomes(at: VillageYear, known: readonly Known[]): Promise<void> {
  const items = known.flatMap((one) => surveyOf(one, at.year) ?? []);
  await step(at, 'income-surveys', { occurredOn: `${at.year}-10-15`, year: at.year }, items);
}

/** The figures of a household's survey of a year, as the cadres bring them home; undefined when there was none. */
export function surveyOf({ household, householdId }: Known, year: number) {
  const income = household.incomes.get(year);
  if (!income) return undefined;
  const { wageFen, businessFen, transferFen, propertyFen, businessCostFen } = income;
  return {
    householdId,
    wage: yuan(wageFen),
    business: yuan(businessFen),
    transfer: yuan(transferFen),
    property: yuan(propertyFen),
    businessCost: yuan(businessCostFen),
    evidence: evidence('householdVisit', `${year}-10-15`, householdId, 'survey'),
  };
}

/** 退出: plan, guarantees, democratic review, verification, acknowledgement, notice of seven days, announcement. */
export async function exitHouseholds(at: VillageYear, leaving: readonly Known[]): Promise<void> {
  if (leaving.length === 0) return;
  const day = (monthDay: string): string => `${at.year}-${monthDay}`;
  const ids = leaving.map(({ householdId }) => ({ householdId }));
  const procedure = 'exit';
  await step(at, 'exit-plans', { occurredOn: day('10-20'), year: at.year }, ids);
  for (const { householdId } of leaving) {
    const findings = GUARANTEES.map((guarantee) => ({
      guarantee,
      holds: true,
      evidence: evidence('householdVisit', day('10-25'), householdId, guarantee),
    }));
    await at.registry.post(
      `/v1/households/${householdId}/guarantee-assessments`,
      { occurredOn: day('10-25'), findings },
      `sample-${householdId}-${at.year}-guarantees`,
    );
  }
  await step(
    at,
    'democratic-reviews',
    { occurredOn: day('11-01'), procedure, participants: 42 },
    ids.map((id) => ({ ...id, votesFor: 38, votesAgainst: 2 })),
    '-exit',
  );
  await step(
    at,
    'verifications',
    { occurredOn: day('11-05'), procedure },
    leaving.map(({ householdId }) => ({
      householdId,
      confirmed: true,
      evidence: evidence('householdVisit', day('11-04'), householdId, 'exit verified'),
    })),
    '-exit',
  );
  await step(
    at,
    'acknowledgements',
    { occurredOn: day('11-08') },
    leaving.map(({ householdId }) => ({
      householdId,
      documentId: documentId(householdId, at.year, 'acknowledged'),
    })),
  );
  await step(
    at,
    'public-notices',
    { occurredOn: day('11-10'), procedure, level: 'village', days: 7 },
    ids,
    '-exit',
  );
  await step(at, 'announcements', { occurredOn: day('11-20'), procedure }, ids, '-exit');
}

/** 两公示一公告 from the democratic review to the announcement, for an identification or a return. */
export async function runChain(
  at: VillageYear,
  procedure: 'identification' | 'return',
  known: readonly { readonly householdId: string }[],
): Promise<void> {
  if (known.length === 0) return;
  const day = (monthDay: string): string => `${at.year}-${monthDay}`;
  const ids = known.map(({ householdId }) => ({ householdId }));
  const about = `-${procedure}`;
  await step(
    at,
    'democratic-reviews',
    { occurredOn: day('03-20'), procedure, participants: 40 },
    ids.map((id) => ({ ...id, votesFor: 36, votesAgainst: 3 })),
    about,
  );
  await step(
    at,
    'verifications',
    { occurredOn: day('03-24'), procedure },
    ids.map(({ householdId }) => ({
      householdId,
      confirmed: true,
      evidence: evidence('householdVisit', day('03-23'), householdId, procedure),
    })),
    about,
  );
  await step(
    at,
    'data-comparisons',
    { occurredOn: day('03-28'), procedure },
    ids.map((id) => ({ ...id, hits: [] })),
    about,
  );
  await step(
    at,
    'public-notices',
    { occurredOn: day('04-01'), procedure, level: 'village', days: 7 },
    ids,
    `${about}-village`,
  );
  await step(
    at,
    'township-reviews',
    { occurredOn: day('04-10'), procedure },
    ids.map((id) => ({ ...id, approved: true })),
    about,
  );
  await step(
    at,
    'public-notices',
    { occurredOn: day('04-12'), procedure, level: 'township', days: 7 },
    ids,
    `${about}-township`,
  );
  await step(
    at,
    'county-reviews',
    { occurredOn: day('04-22'), procedure },
    ids.map((id) => ({ ...id, approved: true })),
    about,
  );
  await step(at, 'announcements', { occurredOn: day('04-26'), procedure }, ids, about);
}

/** 清退: from the democratic review to the announcement, in the last weeks of the year. */
export async function runRemoval(at: VillageYear, known: readonly Known[]): Promise<void> {
  const day = (monthDay: string): string => `${at.year}-${monthDay}`;
  const ids = known.map(({ householdId }) => ({ householdId }));
  const procedure = 'removal';
  const about = `-removal-${known[0]!.householdId}`;
  const send = (name: string, on: string, shared: object, items: readonly object[] = ids) =>
    step(at, name, { occurredOn: day(on), procedure, ...shared }, items, about);
  await send(
    'democratic-reviews',
    '11-28',
    { participants: 41 },
    ids.map((id) => ({ ...id, votesFor: 35, votesAgainst: 4 })),
  );
  await send(
    'verifications',
    '12-01',
    {},
    known.map(({ householdId }) => ({
      householdId,
      confirmed: true,
      evidence: evidence('householdVisit', day('12-01'), householdId, procedure),
    })),
  );
  await send('public-notices', '12-02', { level: 'village', days: 7 });
  await send(
    'township-reviews',
    '12-12',
    {},
    ids.map((id) => ({ ...id, approved: true })),
  );
  await send(
    'county-reviews',
    '12-15',
    {},
    ids.map((id) => ({ ...id, approved: true })),
  );
  await send('announcements', '12-18', {});
}

/** 返贫: reported in spring, then the whole chain of the identification again. */
export async function returnHouseholds(at: VillageYear, relapsed: readonly Known[]): Promise<void> {
  if (relapsed.length === 0) return;
  const on = `${at.year}-03-10`;
  const items = relapsed.map(({ household, householdId }) => ({
    householdId,
    causes: { main: { code: household.relapseCause } },
    authorisation: { signedOn: `${at.year}-03-09`, documentId: documentId(householdId, 'relapse', at.year) },
  }));
  await step(at, 'relapse-reports', { occurredOn: on }, items);
  await runChain(at, 'return', relapsed);
}

/** 脱贫户跟踪监测 (REG-07, REG-08): one visit a year to each exited household. */
export async function visitExited(at: VillageYear, exited: readonly Known[]): Promise<void> {
  const items = exited.map(({ householdId }) => ({ householdId, production: 'stable', living: 'stable' }));
  await step(at, 'monitoring-visits', { occurredOn: `${at.year}-06-15` }, items);
}

/** 新致贫: applications of households that became poor later; gives them with their ids. */
export async function fileApplications(
  at: VillageYear,
  households: readonly SampleHousehold[],
): Promise<Known[]> {
  const known: Known[] = [];
  for (const household of households) {
    const code = (value: string, system?: string) => ({
      code: value,
      ...(system !== undefined && { system }),
    });
    const body = {
      villageCode: household.village,
      occurredOn: `${at.year}-03-10`,
      entryKind: 'newlyPoor',
      householdKind: household.kind,
      address: `${(Number(household.formNo) % 8) + 1}组`,
      members: household.members.map((person, index) => ({
        name: person.name,
        idNumber: person.personNumber,
        ...(index === 0 && { phone: household.phone, bankAccount: household.bankAccount }),
        relation: code(person.relation),
        ethnicity: code(person.ethnicity, 'gb3304'),
        education: code(person.education),
        schooling: code(person.schooling),
        health: code(person.health),
        workAbility: code(person.workAbility),
        ...(person.monthsWorked > 0 && {
          workplace: code(person.workplace),
          monthsWorked: person.monthsWorked,
        }),
        medicalInsurance: true,
      })),
      causes: { main: code(household.mainCause), others: household.otherCauses.map((other) => code(other)) },
      authorisation: {
        signedOn: `${at.year}-03-09`,
        documentId: documentId(household.village, household.formNo, 'authorisation'),
      },
    };
    const { id } = await at.registry.post<{ id: string }>(
      '/v1/households',
      body,
      `sample-${household.village}-${household.formNo}-application`,
    );
    known.push({ household, householdId: id });
  }
  await runChain(at, 'identification', known);
  return known;
}
