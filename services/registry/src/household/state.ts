import type { Evidence, EntryKind, Guarantee, HouseholdKind, Member, PovertyCauses } from '@fupin/contracts';
import type { BusinessDate } from '@fupin/domain';
import type { ProcedureName, Step } from './procedure.js';

/** One year's income survey as the exit test needs it (form fields A19, A20); money in fen. */
export interface Survey {
  readonly eventId: string;
  readonly occurredOn: BusinessDate;
  readonly year: number;
  readonly netIncomeFen: bigint;
  readonly persons: number;
  readonly perCapitaNetIncomeFen: bigint;
}

/** One finding about one of 两不愁三保障 or safe water. */
export interface Finding {
  readonly eventId: string;
  readonly occurredOn: BusinessDate;
  readonly guarantee: Guarantee;
  readonly holds: boolean;
  readonly evidence: Evidence | undefined;
}

/** What is known of a household in every status but `none`. */
export interface HouseholdFile {
  /** Date of the first event: no fact of the household may be older. */
  readonly openedOn: BusinessDate;
  /** Date of the last step or change of status: no later one may be dated before it. */
  readonly lastStatusOn: BusinessDate;
  readonly entryKind: EntryKind;
  readonly householdKind: HouseholdKind;
  readonly members: readonly Member[];
  readonly causes: PovertyCauses | undefined;
  /** In the order they were recorded. */
  readonly surveys: readonly Survey[];
  readonly findings: readonly Finding[];
}

/** An open procedure: which step was the last, and what holds the next one back. */
export interface Progress {
  readonly procedure: ProcedureName;
  readonly lastStep: Step;
  /** The steps' event ids so far, in order: the evidence of the decision at the end. */
  readonly evidence: readonly string[];
  /** Last day of the notice that is the last step; the next step may come on the day after. */
  readonly noticeUntil: BusinessDate | undefined;
  /** Objections without resolution, by id, with the day they were raised. */
  readonly openObjections: Readonly<Record<string, BusinessDate>>;
  /** All objections ever raised in this procedure: an id is used once. */
  readonly objections: readonly string[];
  /** Causes named by the relapse report (return only). */
  readonly causes: PovertyCauses | undefined;
}

export type HouseholdState =
  | { readonly status: 'none' }
  | { readonly status: 'applicant'; readonly file: HouseholdFile; readonly progress: Progress }
  | { readonly status: 'turnedDown'; readonly file: HouseholdFile }
  | {
      readonly status: 'stillPoor';
      readonly file: HouseholdFile;
      readonly householdNo: string;
      readonly registeredOn: BusinessDate;
      /** Day of the last return; undefined when it never left. */
      readonly returnedOn: BusinessDate | undefined;
      /** 拟退出: the year the household is marked for. */
      readonly plannedExitYear: number | undefined;
      /** The exit procedure, while one is open. */
      readonly progress: Progress | undefined;
    }
  | {
      readonly status: 'exited';
      readonly file: HouseholdFile;
      readonly householdNo: string;
      readonly registeredOn: BusinessDate;
      readonly returnedOn: BusinessDate | undefined;
      readonly exitedOn: BusinessDate;
      readonly policiesRetainedUntil: BusinessDate;
      readonly dibaoContinues: boolean;
      /** The return procedure, while one is open. */
      readonly progress: Progress | undefined;
    };

export type HouseholdStatus = HouseholdState['status'];
export type KnownHousehold = Exclude<HouseholdState, { status: 'none' }>;

export const NO_HOUSEHOLD: HouseholdState = { status: 'none' };
