import type {
  CorrectionReason,
  Evidence,
  EntryKind,
  ExitPath,
  Guarantee,
  HouseholdKind,
  LeaveReason,
  Member,
  LivingConditionsRecorded,
  PovertyCauses,
  PovertyStandard,
  RegisterFindingKind,
  RemovalReason,
} from '@fupin/contracts';
import type { BusinessDate } from '@fupin/domain';
import type { RecordedEvent } from '@fupin/event-sourcing/decider';
import type { Event } from './event.js';
import type { MemberField } from './member-fields.js';
import type { ProcedureName, Step } from './procedure.js';

/** One year's income survey as the exit test needs it (form fields A19, A20); money in fen. */
export interface Survey {
  readonly eventId: string;
  readonly occurredOn: BusinessDate;
  readonly year: number;
  readonly netIncomeFen: bigint;
  /** A17c, in which dibao and tekun subsidies stand. */
  readonly transferFen: bigint;
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

/** 居住条件 and the day they were recorded for. */
export interface LivingConditionsOn {
  readonly occurredOn: BusinessDate;
  readonly value: LivingConditionsRecorded;
}

/** A person who was a member once. */
export interface Departure {
  readonly personId: string;
  readonly on: BusinessDate;
  /** Undefined for one who went with a split. */
  readonly reason: LeaveReason | undefined;
}

/** The day on which what is known of a member was stated; a field without one was stated when the person came. */
export type MemberDates = Readonly<Partial<Record<MemberField, BusinessDate>>>;

/** 疑点 that a correction has shown and nobody has closed yet. */
export interface OpenFinding {
  readonly eventId: string;
  readonly kind: RegisterFindingKind;
  readonly aboutEventId: string;
}

/** 更正 that has been made. */
export interface MadeCorrection {
  readonly eventId: string;
  readonly correctedEventId: string;
  readonly correctedOn: BusinessDate;
  readonly reason: CorrectionReason;
  /** 误录作废: it struck the event out. */
  readonly annulled: boolean;
}

/** The household's events as they count now, the last one first: corrected ones hold what corrections put in their place. */
export interface Log {
  readonly fact: RecordedEvent<Event>;
  readonly before: Log | undefined;
}

/** What is known of a household in every status but `none`. */
export interface HouseholdFile {
  /** Date of the first event: no fact of the household may be older. */
  readonly openedOn: BusinessDate;
  /** Date of the last step or change of status: no later one may be dated before it. */
  readonly lastStatusOn: BusinessDate;
  readonly entryKind: EntryKind;
  readonly householdKind: HouseholdKind;
  /** Day of that statement; an older fact that arrives later does not count. So with causes and members. */
  readonly householdKindOn: BusinessDate;
  readonly members: readonly Member[];
  /** By person, as far as statements have followed the first one. */
  readonly memberDates: Readonly<Record<string, MemberDates>>;
  readonly causes: PovertyCauses | undefined;
  readonly causesOn: BusinessDate;
  /** A1 */
  readonly standard: PovertyStandard;
  /** The latest by business date; shown, no decision rests on them. */
  readonly livingConditions: LivingConditionsOn | undefined;
  /** In the order they were recorded. */
  readonly surveys: readonly Survey[];
  readonly findings: readonly Finding[];
  /** Since when each person is a member, for those who joined after the file was opened. */
  readonly joinedOn: Readonly<Record<string, BusinessDate>>;
  readonly departures: readonly Departure[];
  /** Ids of the papers filed. */
  readonly documents: readonly string[];
  readonly openFindings: readonly OpenFinding[];
  /** The corrections so far: one is not itself corrected. */
  readonly corrections: readonly MadeCorrection[];
  /** 误录作废: events that never happened, as they counted before; a later correction puts one back. */
  readonly annulled: readonly RecordedEvent<Event>[];
  readonly log: Log | undefined;
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
  /** Why the household is to be removed (removal only). */
  readonly removalReason: RemovalReason | undefined;
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
      /** 五个一批: by which measures; none while nobody is planned. */
      readonly plannedExitPaths?: readonly ExitPath[];
      /** The exit or removal procedure, while one is open. */
      readonly progress: Progress | undefined;
    }
  | {
      readonly status: 'exited';
      readonly file: HouseholdFile;
      readonly householdNo: string;
      readonly registeredOn: BusinessDate;
      readonly returnedOn: BusinessDate | undefined;
      readonly exitedOn: BusinessDate;
      /** Id of the event that made it leave; of the split for a household that was exited when it was formed. */
      readonly exitEventId: string;
      readonly policiesRetainedUntil: BusinessDate;
      readonly dibaoContinues: boolean;
      /** 脱贫不享受政策: the day measures ended; undefined while they go on. */
      readonly policyEndedOn: BusinessDate | undefined;
      /** The return or removal procedure, while one is open. */
      readonly progress: Progress | undefined;
    }
  | {
      /** 清退; may apply again. */
      readonly status: 'removed';
      readonly file: HouseholdFile;
      readonly householdNo: string;
      readonly removedOn: BusinessDate;
    }
  | {
      /** 整户自然减少 */
      readonly status: 'extinguished';
      readonly file: HouseholdFile;
      /** Undefined for one that had only applied. */
      readonly householdNo: string | undefined;
      readonly extinguishedOn: BusinessDate;
    }
  | {
      /** 并户：went into another household. */
      readonly status: 'mergedAway';
      readonly file: HouseholdFile;
      readonly householdNo: string;
      readonly mergedOn: BusinessDate;
      readonly intoHouseholdId: string;
    };

export type HouseholdStatus = HouseholdState['status'];
export type KnownHousehold = Exclude<HouseholdState, { status: 'none' }>;
/** A household in the register: poor, or exited. */
export type RegisteredHousehold = Extract<HouseholdState, { status: 'stillPoor' | 'exited' }>;

export const NO_HOUSEHOLD: HouseholdState = { status: 'none' };
