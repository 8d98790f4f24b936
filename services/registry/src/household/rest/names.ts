// The names that REST uses for the contract's enums, and the way back.
import {
  CodedValueSchema,
  CodeSystem,
  ComparisonHit,
  Condition,
  LeaveReason,
  JoinReason,
  RegisterFindingKind,
  DocumentKind,
  CorrectionReason,
  EntryKind,
  EvidenceSource,
  Fuel,
  ExitPath,
  ExitReversalReason,
  Guarantee,
  HouseholdKind,
  HousingStructure,
  NoticeLevel,
  PersonField,
  PovertyStandard,
  RemovalReason,
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
export const CORRECTION_REASONS = {
  typingError: CorrectionReason.TYPING_ERROR,
  copyingError: CorrectionReason.COPYING_ERROR,
  sourceError: CorrectionReason.SOURCE_ERROR,
} as const;
/** What of a person's identity was put right; the values are in the vault. */
export const PERSON_FIELDS = {
  name: PersonField.NAME,
  idNumber: PersonField.ID_NUMBER,
  phone: PersonField.PHONE,
  bankAccount: PersonField.BANK_ACCOUNT,
  address: PersonField.ADDRESS,
} as const;
export type PersonFieldName = keyof typeof PERSON_FIELDS;
export const POVERTY_STANDARDS = {
  national: PovertyStandard.NATIONAL,
  provincial: PovertyStandard.PROVINCIAL,
  city: PovertyStandard.CITY,
} as const;
export const FUELS = {
  firewood: Fuel.FIREWOOD,
  coal: Fuel.COAL,
  gas: Fuel.GAS,
  biogas: Fuel.BIOGAS,
  electricity: Fuel.ELECTRICITY,
  other: Fuel.OTHER,
} as const;
export const EVIDENCE_SOURCES = {
  householdVisit: EvidenceSource.HOUSEHOLD_VISIT,
  sectorData: EvidenceSource.SECTOR_DATA,
  certificate: EvidenceSource.CERTIFICATE,
  villageRecord: EvidenceSource.VILLAGE_RECORD,
  oldRegister: EvidenceSource.OLD_REGISTER,
} as const;

export const EXIT_PATHS = {
  production: ExitPath.PRODUCTION,
  relocation: ExitPath.RELOCATION,
  ecology: ExitPath.ECOLOGY,
  education: ExitPath.EDUCATION,
  socialSecurity: ExitPath.SOCIAL_SECURITY,
} as const;
/** 五个一批 in the words of TGT-17. */
export const EXIT_PATH_LABELS: Readonly<Record<keyof typeof EXIT_PATHS, { zh: string; en: string }>> = {
  production: { zh: '发展生产脱贫', en: 'out by production' },
  relocation: { zh: '易地搬迁脱贫', en: 'out by relocation' },
  ecology: { zh: '生态补偿脱贫', en: 'out by ecological compensation' },
  education: { zh: '发展教育脱贫', en: 'out by education' },
  socialSecurity: { zh: '社会保障兜底', en: 'supported by social security' },
};
export const REMOVAL_REASONS = {
  standardNotMet: RemovalReason.STANDARD_NOT_MET,
  vehicle: RemovalReason.VEHICLE,
  urbanHouse: RemovalReason.URBAN_HOUSE,
  company: RemovalReason.COMPANY,
  publicPayroll: RemovalReason.PUBLIC_PAYROLL,
  falseStatements: RemovalReason.FALSE_STATEMENTS,
} as const;
export const EXIT_REVERSAL_REASONS = {
  income: ExitReversalReason.INCOME,
  guarantees: ExitReversalReason.GUARANTEES,
  procedure: ExitReversalReason.PROCEDURE,
} as const;
export const DOCUMENT_KINDS = {
  application: DocumentKind.APPLICATION,
  authorisation: DocumentKind.AUTHORISATION,
  reviewRecord: DocumentKind.REVIEW_RECORD,
  noticePhoto: DocumentKind.NOTICE_PHOTO,
  verificationRecord: DocumentKind.VERIFICATION_RECORD,
  acknowledgement: DocumentKind.ACKNOWLEDGEMENT,
  incomeProof: DocumentKind.INCOME_PROOF,
  certificate: DocumentKind.CERTIFICATE,
  housePhoto: DocumentKind.HOUSE_PHOTO,
  other: DocumentKind.OTHER,
} as const;
export const FINDING_KINDS = { exitUnlawful: RegisterFindingKind.EXIT_UNLAWFUL } as const;
export const JOIN_REASONS = {
  birth: JoinReason.BIRTH,
  marriage: JoinReason.MARRIAGE,
  return: JoinReason.RETURN,
  other: JoinReason.OTHER,
} as const;
export const LEAVE_REASONS = {
  death: LeaveReason.DEATH,
  marriage: LeaveReason.MARRIAGE,
  prison: LeaveReason.PRISON,
  emigration: LeaveReason.EMIGRATION,
  other: LeaveReason.OTHER,
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
