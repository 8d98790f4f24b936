import { create } from '@bufbuild/protobuf';
import { EvidenceSchema, EvidenceSource, PovertyCausesSchema, type CodedValue } from '@fupin/contracts';
import type { RegistryPolicy } from '@fupin/policy';
import type { ClosedYears } from '../../year/closed-years.js';
import type { Coded } from '../../form/coded.js';
import type { FormHouseholdRead, FormMember } from '../../form/household.js';
import type { KnownElsewhere, RegisterFromHistory } from '../../household/decider/commands.js';
import {
  coded,
  ENTRY_KINDS,
  FUELS,
  HOUSEHOLD_KINDS,
  HOUSING_STRUCTURES,
  POVERTY_STANDARDS,
} from '../../household/rest/names.js';
import type { Intake, PersonIn } from '../../vault/intake.js';

/** The persons of a household as the vault takes them in, head first. */
export function personsOf(household: FormHouseholdRead): PersonIn[] {
  const { bank, bankAccount } = household;
  // The vault has one field for the account: the bank's name goes before the number.
  const account = [bank, bankAccount].filter((text) => text !== undefined).join(' ') || undefined;
  return household.members.map((member, index) => personOf(member, index === 0 ? account : undefined));
}

function personOf(member: FormMember, bankAccount: string | undefined): PersonIn {
  return {
    name: member.name,
    idNumber: member.number.cardNumber,
    number: member.number,
    phone: member.phone,
    bankAccount,
    relation: valueOf(member.relation),
    ethnicity: member.ethnicity && valueOf(member.ethnicity),
    education: member.education && valueOf(member.education),
    schooling: member.schooling && valueOf(member.schooling),
    health: member.health && valueOf(member.health),
    workAbility: member.workAbility && valueOf(member.workAbility),
    workplace: member.workplace && valueOf(member.workplace),
    monthsWorked: member.monthsWorked,
    dibao: member.dibao,
    medicalInsurance: member.medicalInsurance,
    pension: member.pension,
  };
}

const values = new Map<string, CodedValue>();

/** One message for each code: a household has thirty of them, and they are only read. */
function valueOf({ system, code }: Coded): CodedValue {
  const key = `${system}:${code}`;
  const known = values.get(key) ?? coded(system, code);
  values.set(key, known);
  return known;
}

/** The command that registers a household of an older register, with the income and the house that the form states. */
export function registration(
  household: FormHouseholdRead,
  members: Intake['members'],
  given: {
    importId: string;
    householdNo: string;
    today: string;
    policy: RegistryPolicy;
    closedYears: ClosedYears;
    mayChangeClosed: boolean;
    elsewhere: readonly KnownElsewhere[];
  },
): RegisterFromHistory {
  const { income, housing, registeredOn } = household;
  return {
    type: 'registerFromHistory',
    occurredOn: registeredOn,
    today: given.today,
    origin: 'history',
    policy: given.policy,
    village: household.village,
    closedYears: given.closedYears,
    mayChangeClosed: given.mayChangeClosed,
    elsewhere: given.elsewhere,
    householdNo: given.householdNo,
    entryKind: ENTRY_KINDS[household.entryKind as keyof typeof ENTRY_KINDS],
    householdKind: HOUSEHOLD_KINDS[household.householdKind as keyof typeof HOUSEHOLD_KINDS],
    ...(household.standard !== undefined && {
      standard: POVERTY_STANDARDS[household.standard as keyof typeof POVERTY_STANDARDS],
    }),
    members,
    causes: create(PovertyCausesSchema, {
      main: valueOf(household.mainCause),
      others: household.otherCauses.map(valueOf),
    }),
    source: { importId: given.importId, row: household.line },
    ...(income && {
      survey: {
        ...income,
        // The old register is the evidence, and the import is where it can be looked up.
        evidence: create(EvidenceSchema, {
          source: EvidenceSource.OLD_REGISTER,
          datedOn: registeredOn,
          documentId: given.importId,
        }),
      },
    }),
    ...(housing && {
      livingConditions: {
        housingAreaHundredthM2: housing.areaHundredthM2,
        structure:
          housing.structure === undefined
            ? 0
            : HOUSING_STRUCTURES[housing.structure as keyof typeof HOUSING_STRUCTURES],
        builtYear: housing.builtYear ?? 0,
        electricity: housing.electricity,
        tapWater: housing.tapWater,
        relocation: housing.relocation,
        fuels: housing.fuels.map((fuel) => FUELS[fuel as keyof typeof FUELS]),
        ...(housing.distanceToMarketM !== undefined && { distanceToMarketM: housing.distanceToMarketM }),
      },
    }),
  };
}
