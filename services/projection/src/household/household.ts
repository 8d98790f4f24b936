import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { EventCase } from '../event.js';

/** Where a household stands; the first two are not (or not yet) in the register, the last three not any more. */
export const HOUSEHOLD_STATUSES = [
  'applicant',
  'turnedDown',
  'stillPoor',
  'exited',
  'returnedPoor',
  'removed',
  'extinguished',
  'mergedAway',
] as const;
export type HouseholdStatus = (typeof HOUSEHOLD_STATUSES)[number];

/** In the contract's order (the enum's number is the index + 1). */
export const PROCEDURES = ['identification', 'exit', 'return', 'removal'] as const;
export type Procedure = (typeof PROCEDURES)[number];

/** 两不愁三保障 and safe water, in the contract's order (the enum's number is the index + 1). */
export const GUARANTEES = [
  'food',
  'clothing',
  'compulsoryEducation',
  'basicMedicalCare',
  'safeHousing',
  'safeWater',
] as const;
export type Guarantee = (typeof GUARANTEES)[number];

/** What was found about one guarantee last, by business date. */
export interface GuaranteeState {
  readonly holds: boolean;
  readonly on: BusinessDate;
}

/** The newest income survey by its year. Money in fen, as decimal text: the row is kept as JSON. */
export interface LatestIncome {
  readonly year: number;
  readonly netFen: string;
  readonly perCapitaFen: string;
  readonly on: BusinessDate;
}

/** Dates a household brought from the one it was split off. */
export interface Standing {
  readonly registeredOn: BusinessDate | null;
  readonly exitedOn: BusinessDate | null;
  readonly returnedOn: BusinessDate | null;
}

/**
 * A household as it stands now. Status, village, persons and cause follow from its history (see roll-up/history.ts), so
 * that the household, the ledger and the roll-up can never tell different stories.
 */
export interface Household {
  readonly id: string;
  village: RegionCode;
  status: HouseholdStatus;
  statusSince: BusinessDate;
  persons: number;
  householdNo: string | null;
  entryKind: string | null;
  householdKind: string | null;
  /** Day of that statement: an older one that arrives later does not count. So with the causes. */
  householdKindOn: BusinessDate | null;
  mainCause: string | null;
  otherCauses: readonly string[];
  causesOn: BusinessDate | null;
  registeredOn: BusinessDate | null;
  /** The last exit; stays set when the household returned afterwards. */
  exitedOn: BusinessDate | null;
  returnedOn: BusinessDate | null;
  exitPlannedFor: number | null;
  policiesRetainedUntil: BusinessDate | null;
  /** 脱贫不享受政策: the day measures ended, null while they go on. */
  policyEndedOn: BusinessDate | null;
  dibaoContinues: boolean;
  /** The procedure under way and its last step. */
  procedure: Procedure | null;
  step: EventCase | null;
  stepOn: BusinessDate | null;
  income: LatestIncome | null;
  guarantees: Partial<Record<Guarantee, GuaranteeState>>;
  monitoredOn: BusinessDate | null;
  /** Of a household that a split has formed: from which one, and what it brought along. */
  splitFrom: string | null;
  standing: Standing | null;
  /** The household into which it was merged. */
  mergedInto: string | null;
  /** 疑点 that nobody has closed yet. */
  openFindings: number;
  /** Steps recorded more than the set number of days after their date. */
  backdated: number;
  lastEventOn: BusinessDate;
  /** Of the last event: version in the stream and store position. */
  version: number;
  position: bigint;
}

/** A household of which nothing is known yet. */
export function newHousehold(id: string, village: RegionCode, on: BusinessDate): Household {
  return {
    id,
    village,
    status: 'applicant',
    statusSince: on,
    persons: 0,
    householdNo: null,
    entryKind: null,
    householdKind: null,
    householdKindOn: null,
    mainCause: null,
    otherCauses: [],
    causesOn: null,
    registeredOn: null,
    exitedOn: null,
    returnedOn: null,
    exitPlannedFor: null,
    policiesRetainedUntil: null,
    policyEndedOn: null,
    dibaoContinues: false,
    procedure: null,
    step: null,
    stepOn: null,
    income: null,
    guarantees: {},
    monitoredOn: null,
    splitFrom: null,
    standing: null,
    mergedInto: null,
    openFindings: 0,
    backdated: 0,
    lastEventOn: on,
    version: 0,
    position: 0n,
  };
}
