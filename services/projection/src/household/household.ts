import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { EventCase } from '../event.js';

/** Where a household stands; the first two are not (or not yet) in the register. */
export type HouseholdStatus = 'applicant' | 'turnedDown' | 'stillPoor' | 'exited' | 'returnedPoor';

export const PROCEDURES = ['identification', 'exit', 'return'] as const;
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
  mainCause: string | null;
  otherCauses: readonly string[];
  registeredOn: BusinessDate | null;
  /** The last exit; stays set when the household returned afterwards. */
  exitedOn: BusinessDate | null;
  returnedOn: BusinessDate | null;
  exitPlannedFor: number | null;
  policiesRetainedUntil: BusinessDate | null;
  dibaoContinues: boolean;
  /** The procedure under way and its last step. */
  procedure: Procedure | null;
  step: EventCase | null;
  stepOn: BusinessDate | null;
  income: LatestIncome | null;
  guarantees: Partial<Record<Guarantee, GuaranteeState>>;
  monitoredOn: BusinessDate | null;
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
    mainCause: null,
    otherCauses: [],
    registeredOn: null,
    exitedOn: null,
    returnedOn: null,
    exitPlannedFor: null,
    policiesRetainedUntil: null,
    dibaoContinues: false,
    procedure: null,
    step: null,
    stepOn: null,
    income: null,
    guarantees: {},
    monitoredOn: null,
    backdated: 0,
    lastEventOn: on,
    version: 0,
    position: 0n,
  };
}
