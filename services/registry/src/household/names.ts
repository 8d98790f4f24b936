// The names that REST uses for the contract's enums, and the way back.
import {
  CodedValueSchema,
  CodeSystem,
  ComparisonHit,
  Condition,
  EntryKind,
  EvidenceSource,
  Guarantee,
  HouseholdKind,
  HousingStructure,
  NoticeLevel,
  type CodedValue,
} from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import type { CodeSystemName } from '@fupin/domain';

export const ENTRY_KINDS = {
  identified: EntryKind.IDENTIFIED,
  newlyPoor: EntryKind.NEWLY_POOR,
  missed: EntryKind.MISSED,
} as const;
export const HOUSEHOLD_KINDS = {
  ordinary: HouseholdKind.ORDINARY,
  dibao: HouseholdKind.DIBAO,
  tekun: HouseholdKind.TEKUN,
} as const;
export const NOTICE_LEVELS = { village: NoticeLevel.VILLAGE, township: NoticeLevel.TOWNSHIP } as const;
export const COMPARISON_HITS = {
  vehicle: ComparisonHit.VEHICLE,
  urbanHouse: ComparisonHit.URBAN_HOUSE,
  company: ComparisonHit.COMPANY,
  publicPayroll: ComparisonHit.PUBLIC_PAYROLL,
} as const;
export const GUARANTEES = {
  food: Guarantee.FOOD,
  clothing: Guarantee.CLOTHING,
  compulsoryEducation: Guarantee.COMPULSORY_EDUCATION,
  basicMedicalCare: Guarantee.BASIC_MEDICAL_CARE,
  safeHousing: Guarantee.SAFE_HOUSING,
  safeWater: Guarantee.SAFE_WATER,
} as const;
export const CONDITIONS = {
  stable: Condition.STABLE,
  watch: Condition.WATCH,
  atRisk: Condition.AT_RISK,
} as const;
export const HOUSING_STRUCTURES = {
  adobe: HousingStructure.ADOBE,
  brickTimber: HousingStructure.BRICK_TIMBER,
  brickConcrete: HousingStructure.BRICK_CONCRETE,
  reinforcedConcrete: HousingStructure.REINFORCED_CONCRETE,
  other: HousingStructure.OTHER,
} as const;
export const EVIDENCE_SOURCES = {
  householdVisit: EvidenceSource.HOUSEHOLD_VISIT,
  sectorData: EvidenceSource.SECTOR_DATA,
  certificate: EvidenceSource.CERTIFICATE,
  villageRecord: EvidenceSource.VILLAGE_RECORD,
  oldRegister: EvidenceSource.OLD_REGISTER,
} as const;

const CODE_SYSTEM = {
  registerCause: CodeSystem.REGISTER_CAUSE,
  registerRelation: CodeSystem.REGISTER_RELATION,
  registerEthnicity: CodeSystem.REGISTER_ETHNICITY,
  registerEducation: CodeSystem.REGISTER_EDUCATION,
  registerSchooling: CodeSystem.REGISTER_SCHOOLING,
  registerHealth: CodeSystem.REGISTER_HEALTH,
  registerWorkAbility: CodeSystem.REGISTER_WORK_ABILITY,
  registerWorkplace: CodeSystem.REGISTER_WORKPLACE,
  gbt2261_1: CodeSystem.GBT_2261_1,
  gb3304: CodeSystem.GB_3304,
  gbt4658: CodeSystem.GBT_4658,
  gbt4761: CodeSystem.GBT_4761,
} as const satisfies Record<CodeSystemName, CodeSystem>;

/** The REST name of an enum's value; undefined for 0 and for values that REST does not take in. */
export function nameOf<N extends string>(names: Readonly<Record<N, number>>, value: number): N | undefined {
  return (Object.keys(names) as N[]).find((name) => names[name] === value);
}

/** A code with the list it belongs to, as events carry it. */
export const coded = (system: CodeSystemName, code: string): CodedValue =>
  create(CodedValueSchema, { system: CODE_SYSTEM[system], code });

/** A code as REST shows it. */
export function codeView(
  value: CodedValue | undefined,
): { system: CodeSystemName; code: string } | undefined {
  const system = value && nameOf(CODE_SYSTEM, value.system);
  return value && system && { system, code: value.code };
}
