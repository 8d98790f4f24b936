import { isWoman, type SampleChange } from './changes.js';
import { documentId, type Client } from './client.js';
import { yuan } from './form.js';
import type { SamplePerson } from './people.js';
import { runRemoval, surveyOf, type Known, type VillageYear } from './village-year.js';

interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly occurredOn: string;
  readonly event: { readonly members?: readonly { readonly personId: string }[] };
}

/** 错退回退, in February: the exit of the year before is cancelled; in autumn the household exits like others. */
export async function reverseExit({ registry, year }: VillageYear, { householdId }: Known): Promise<void> {
  // Everything is found in the events and not in the present state: on a repetition the household has moved on.
  const exit = (await eventsOf(registry, householdId)).find(({ type }) => type === 'HouseholdExited');
  const on = `${year}-02-20`;
  await registry.post(
    `/v1/households/${householdId}/exit-reversals`,
    {
      occurredOn: on,
      exitEventId: exit?.id,
      reason: 'income',
      evidence: { source: 'householdVisit', datedOn: on, documentId: documentId(householdId, 'reversal') },
    },
    `sample-${householdId}-${year}-reversal`,
  );
}

/** What happens to a household of a village at the end of a year, when its other work is done. */
export async function playChange(at: VillageYear, known: Known, change: SampleChange): Promise<void> {
  const { registry, year } = at;
  const { householdId, household } = known;
  const post = (path: string, body: object) =>
    registry.post(`/v1/households/${householdId}/${path}`, body, `sample-${householdId}-${year}-${path}`);
  /** The members as they were registered, in the order of the form. */
  const members = async () => {
    const events = await eventsOf(registry, householdId);
    return events.find(({ type }) => type === 'HouseholdRegistered')?.event.members ?? [];
  };
  const on = `${year}-12-05`;
  switch (change.kind) {
    case 'birth': {
      const mother = household.members.findIndex((member) => isWoman(member, household.life.exitYear));
      const parentPersonIds = [(await members())[mother]!.personId];
      const { birthDate } = change.person;
      await post('members', {
        occurredOn: birthDate,
        reason: 'birth',
        person: personOf(change.person),
        parentPersonIds,
      });
      return;
    }
    case 'marriageIn':
      await post('members', { occurredOn: on, reason: 'marriage', person: personOf(change.person) });
      return;
    case 'death':
    case 'marriageOut': {
      const reason = change.kind === 'death' ? 'death' : 'marriage';
      await post('member-departures', {
        occurredOn: on,
        personId: (await members())[household.members.length - 1]!.personId,
        reason,
      });
      return;
    }
    case 'extinction':
      await post('member-departures', {
        occurredOn: on,
        personId: (await members())[0]!.personId,
        reason: 'death',
      });
      return;
    case 'move':
      await post('moves', { occurredOn: on, villageCode: change.village, address: '1组' });
      return;
    case 'split': {
      const going = (await members())[household.members.length - 1]!;
      await post('splits', {
        occurredOn: on,
        members: [{ personId: going.personId, relation: { code: '01' } }],
        address: '2组',
      });
      return;
    }
    case 'removal':
      await post('removal-proposals', {
        occurredOn: `${year}-11-25`,
        reason: 'urbanHouse',
        evidence: {
          source: 'sectorData',
          datedOn: `${year}-11-24`,
          documentId: documentId(householdId, 'removal'),
        },
      });
      await runRemoval(at, [known]);
      return;
    case 'typingError':
      await correctSurvey(at, known);
      return;
    case 'wrongExit':
      return;
  }
}

/** 录入错误: the year's survey gets its right figures; the slip had been a household's wages ten times over. */
async function correctSurvey({ registry, year }: VillageYear, known: Known): Promise<void> {
  const { householdId } = known;
  const survey = surveyOf(known, year);
  if (!survey) return;
  const { householdId: _, ...figures } = { ...survey, year };
  const wage = yuan((known.household.incomes.get(year)?.wageFen ?? 0) * 10);
  await registry.post(
    `/v1/households/${householdId}/income-surveys`,
    { ...figures, occurredOn: `${year}-12-01`, wage },
    `sample-${householdId}-${year}-slip`,
  );
  const slip = (await eventsOf(registry, householdId)).find(
    ({ type, occurredOn }) => type === 'IncomeSurveyed' && occurredOn === `${year}-12-01`,
  );
  await registry.post(
    `/v1/households/${householdId}/corrections`,
    {
      occurredOn: `${year}-12-10`,
      eventId: slip?.id,
      reason: 'typingError',
      note: '工资性收入多录一位',
      incomeSurvey: figures,
    },
    `sample-${householdId}-${year}-correction`,
  );
}

async function eventsOf(registry: Client, householdId: string): Promise<readonly EventRow[]> {
  return (await registry.get<{ items: EventRow[] }>(`/v1/households/${householdId}/events`)).items;
}

const personOf = (person: SamplePerson) => ({
  name: person.name,
  idNumber: person.personNumber,
  relation: { code: person.relation },
  ethnicity: { system: 'gb3304', code: person.ethnicity },
  education: { code: person.education },
  schooling: { code: person.schooling },
  health: { code: person.health },
  workAbility: { code: person.workAbility },
  medicalInsurance: true,
});
