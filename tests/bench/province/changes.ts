import { create } from '@bufbuild/protobuf';
import { CorrectionReason, EvidenceSchema, EvidenceSource, JoinReason, LeaveReason } from '@fupin/contracts';
import { eventId, type AppendExtras } from '@fupin/event-sourcing';
import type pg from 'pg';
import { moveExtras } from '../../../services/registry/src/household/change-rows.js';
import type {
  HouseholdCommand,
  MoveHousehold,
} from '../../../services/registry/src/household/decider/commands.js';
import { coded } from '../../../services/registry/src/household/rest/names.js';
import { newId } from '../../../services/registry/src/new-id.js';
import { takeInPersons } from '../../../services/registry/src/vault/intake.js';
import type { VaultKeys } from '../../../services/registry/src/vault/vault-keys.js';
import { FIRST_YEAR, LAST_YEAR, type SampleHousehold } from '../../../tools/src/sample/household.js';
import { idNumbers } from '../../../tools/src/sample/people.js';
import { basisOf, commandsOf, policyAt } from './plan.js';

/**
 * What else happens to a household in its life, each at most once, in December after all steps of the year: a birth, a
 * death, a move to another county and a correction of the year's survey. All but the death wait until the household has
 * left poverty for good, so that no exit is tested with another income per head than the generator meant.
 */
export interface Changes {
  readonly birthYear?: number;
  readonly deathYear?: number;
  readonly move?: { readonly year: number; readonly village: string };
  readonly correctionYear?: number;
}

/** One household in so many has such a change. */
const ONE_IN = { birth: 8, death: 10, move: 50, correction: 15 };

/** The changes of a household: always the same ones. `villages`: those it may move to. */
export function changesOf(household: SampleHousehold, villages: readonly string[]): Changes {
  const { life, members } = household;
  const dice = hashed(household.village + household.formNo);
  const later = (salt: number): number | undefined => {
    const year = life.exitYear + 1 + (salt % 3);
    return life.relapseYear === undefined && year <= LAST_YEAR ? year : undefined;
  };
  const has = (kind: keyof typeof ONE_IN): boolean => hashed(kind + dice) % ONE_IN[kind] === 0;
  const birthYear = has('birth') && members.length > 1 ? later(dice) : undefined;
  const deathYear = has('death') && members.length > 1 ? FIRST_YEAR + (dice % 7) : undefined;
  const moveYear = has('move') ? later(dice >> 3) : undefined;
  const correctionYear = has('correction') ? later(dice >> 5) : undefined;
  const village = villages[dice % villages.length];
  return {
    ...(birthYear !== undefined && { birthYear }),
    ...(deathYear !== undefined && { deathYear }),
    ...(correctionYear !== undefined && { correctionYear }),
    ...(moveYear !== undefined &&
      village !== undefined &&
      village !== household.village && { move: { year: moveYear, village } }),
  };
}

/** Persons of the household at the end of a year. */
export const personsAt = (
  { members }: SampleHousehold,
  { birthYear, deathYear }: Changes,
  year: number,
): number =>
  members.length +
  (birthYear !== undefined && birthYear <= year ? 1 : 0) -
  (deathYear !== undefined && deathYear <= year ? 1 : 0);

/** Where the household lives at the end of a year. */
export const villageAt = ({ village }: SampleHousehold, { move }: Changes, year: number): string =>
  move && move.year <= year ? move.village : village;

/** A household with its id in the register and its changes. */
export interface Known {
  readonly household: SampleHousehold;
  readonly householdId: string;
  readonly changes: Changes;
}

/** A command with what must be stored with its events. */
export interface Item {
  readonly command: HouseholdCommand;
  readonly extras?: AppendExtras;
}

/** What the changes need of the registry: its vault. */
export interface Vault {
  readonly pool: pg.Pool;
  readonly keys: VaultKeys;
}

/** The changes of a year as commands, by household id, in their order. */
export async function changeItems(
  vault: Vault,
  households: readonly Known[],
  year: number,
): Promise<Map<string, Item[]>> {
  const concerned = households.filter(
    ({ changes: { birthYear, deathYear, move, correctionYear } }) =>
      birthYear === year || deathYear === year || move?.year === year || correctionYear === year,
  );
  const persons = await personsOf(vault.pool, concerned);
  const items = new Map<string, Item[]>();
  for (const known of concerned) {
    const { changes, householdId } = known;
    const own = persons.get(householdId);
    if (!own) throw new Error(`household ${householdId} is not in the vault`);
    items.set(householdId, [
      ...(changes.correctionYear === year ? [correction(known, year)] : []),
      ...(changes.birthYear === year ? [birth(vault, known, year, own.head)] : []),
      ...(changes.deathYear === year ? [death(known, year, own.others[0] ?? '')] : []),
      ...(changes.move?.year === year ? [await move(vault, known, year, changes.move.village)] : []),
    ]);
  }
  return items;
}

async function personsOf(
  pool: pg.Pool,
  households: readonly Known[],
): Promise<Map<string, { head: string; others: string[] }>> {
  const { rows } = await pool.query<{ household_id: string; person_id: string; head: boolean }>(
    'select household_id, person_id, head from person_vault where household_id = any($1::uuid[]) order by person_id',
    [households.map(({ householdId }) => householdId)],
  );
  const found = new Map<string, { head: string; others: string[] }>();
  for (const row of rows) {
    const own = found.get(row.household_id) ?? { head: '', others: [] };
    if (row.head) own.head = row.person_id;
    else own.others.push(row.person_id);
    found.set(row.household_id, own);
  }
  return found;
}

const numbers = new Map<string, ReturnType<typeof idNumbers>>();

/** 新生儿 */
function birth(vault: Vault, { household, householdId, changes }: Known, year: number, headId: string): Item {
  const village = villageAt(household, changes, year - 1);
  const county = household.village.slice(0, 6);
  const occurredOn = `${year}-12-${12 + (hashed(householdId) % 6)}`;
  const number = numbers.get(county) ?? idNumbers(county);
  numbers.set(county, number);
  const sex = hashed(householdId + year) % 2 === 0 ? 'male' : 'female';
  const { members, claims, attachments } = takeInPersons(vault.keys, {
    householdId,
    villageCode: village,
    persons: [
      {
        name: '向小宝',
        idNumber: number(occurredOn, sex),
        relation: coded('registerRelation', sex === 'male' ? '03' : '04'),
      },
    ],
  });
  const [member] = members;
  if (!member) throw new Error('nobody was taken in');
  return {
    command: {
      ...basisOf(village, occurredOn),
      type: 'addMember',
      reason: JoinReason.BIRTH,
      person: { member, birthDate: occurredOn },
      parentPersonIds: [headId],
    },
    extras: { take: claims, attachments },
  };
}

/** 死亡: never the head, whose mark would go to somebody else. The claim stays, no row changes. */
const death = ({ household, changes }: Known, year: number, personId: string): Item => ({
  command: {
    ...basisOf(villageAt(household, changes, year - 1), `${year}-12-18`),
    type: 'recordMemberDeparture',
    personId,
    reason: LeaveReason.DEATH,
    relations: [],
  },
});

async function move(vault: Vault, known: Known, year: number, toRegion: string): Promise<Item> {
  const { household, householdId, changes } = known;
  const command: MoveHousehold = {
    ...basisOf(villageAt(household, changes, year - 1), `${year}-12-20`),
    type: 'moveHousehold',
    toRegion,
  };
  return { command, extras: await moveExtras(vault, householdId, command, undefined) };
}

/** 更正: the wage of the year's survey was mistyped by a hundred yuan. */
function correction(known: Known, year: number): Item {
  const { household, householdId, changes } = known;
  const village = villageAt(household, changes, year - 1);
  const basis = basisOf(village, `${year}-12-11`);
  const income = household.incomes.get(year);
  if (!income) throw new Error(`no income of ${year}`);
  const { wageFen, businessFen, transferFen, propertyFen, businessCostFen } = income;
  return {
    command: {
      ...basis,
      type: 'correctEvent',
      eventId: eventId(householdId, versionOfSurvey(known, year)),
      reason: CorrectionReason.TYPING_ERROR,
      noteId: newId(),
      right: {
        case: 'incomeSurveyed',
        figures: {
          year,
          wageFen: BigInt(wageFen + 10_000),
          businessFen: BigInt(businessFen),
          transferFen: BigInt(transferFen),
          propertyFen: BigInt(propertyFen),
          businessCostFen: BigInt(businessCostFen),
          evidence: create(EvidenceSchema, {
            source: EvidenceSource.HOUSEHOLD_VISIT,
            datedOn: `${year}-10-15`,
            documentId: newId(),
          }),
        },
      },
      policyOn: (region, date) => policyAt(region.slice(0, 6), date),
    },
  };
}

/** Events of the import: registration, income, house. */
const FIRST_EVENTS = 3;

/** The version that the survey of a year has in its stream, reckoned from everything that came before it. */
function versionOfSurvey({ household, changes }: Known, year: number): number {
  const village = household.village;
  const events = (commands: readonly HouseholdCommand[]): number =>
    // An announcement is followed by what it announces.
    commands.reduce((sum, { type }) => sum + (type === 'publishAnnouncement' ? 2 : 1), 0);
  let version = FIRST_EVENTS;
  for (let past = FIRST_YEAR; past < year; past += 1) {
    version += events(commandsOf(household, past, village));
    const { birthYear, deathYear, move, correctionYear } = changes;
    version += [birthYear, deathYear, move?.year, correctionYear].filter((when) => when === past).length;
  }
  const commands = commandsOf(household, year, village);
  const index = commands.findIndex(({ type }) => type === 'surveyIncome');
  return version + events(commands.slice(0, index + 1));
}

/** A whole number from a text (FNV-1a), the same on every machine. */
function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  // The lowest digits of FNV are even for even texts: mix once more.
  return (hash ^ (hash >>> 15)) >>> 1;
}
