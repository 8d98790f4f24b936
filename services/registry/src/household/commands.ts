import type {
  ComparisonHit,
  Condition,
  EntryKind,
  Evidence,
  GuaranteeFinding,
  HistorySource,
  HouseholdKind,
  InquiryAuthorisation,
  LivingConditionsRecorded,
  Member,
  NoticeLevel,
  PovertyCauses,
} from '@fupin/contracts';
import type { BusinessDate } from '@fupin/domain';
import type { RegistryPolicy } from '@fupin/policy/registry';
import type { ProcedureName } from './procedure.js';

/** What every command brings along, because the domain never reads a clock or a setting. */
export interface Basis {
  /** Business date of the fact, Asia/Shanghai. */
  readonly occurredOn: BusinessDate;
  /** Today's date, Asia/Shanghai. */
  readonly today: BusinessDate;
  /** `history` under the history scope only: a fact of past years, taken over from older papers. */
  readonly origin: 'live' | 'history';
  /** The rule set valid for the household's region on the business date. */
  readonly policy: RegistryPolicy;
}

interface StepOf {
  readonly procedure: ProcedureName;
}

export interface IncomeFigures {
  readonly year: number;
  /** A17a–d and A18, fen. */
  readonly wageFen: bigint;
  readonly businessFen: bigint;
  readonly transferFen: bigint;
  readonly propertyFen: bigint;
  readonly businessCostFen: bigint;
  /** Size the form states; must equal the household's, for a smaller one lifts the income per head. */
  readonly persons?: number;
  readonly evidence: Evidence;
}

export type LivingConditions = Pick<
  LivingConditionsRecorded,
  'housingAreaHundredthM2' | 'structure' | 'builtYear' | 'electricity' | 'tapWater'
>;

export type FileApplication = Basis & {
  readonly type: 'fileApplication';
  readonly entryKind: EntryKind;
  readonly householdKind: HouseholdKind;
  /** Empty when a household that was turned down applies again: its members are known. */
  readonly members: readonly Member[];
  readonly causes: PovertyCauses;
  readonly authorisation: InquiryAuthorisation;
};
export type HoldDemocraticReview = Basis &
  StepOf & {
    readonly type: 'holdDemocraticReview';
    readonly participants: number;
    readonly votesFor: number;
    readonly votesAgainst: number;
  };
export type CompleteVerification = Basis &
  StepOf & {
    readonly type: 'completeVerification';
    readonly confirmed: boolean;
    readonly evidence: Evidence;
  };
export type CompleteDataComparison = Basis &
  StepOf & { readonly type: 'completeDataComparison'; readonly hits: readonly ComparisonHit[] };
export type PostPublicNotice = Basis &
  StepOf & {
    readonly type: 'postPublicNotice';
    readonly level: NoticeLevel;
    /** Days the notice stays up; the setting's number when absent, never fewer. */
    readonly days?: number;
  };
export type RaiseObjection = Basis &
  StepOf & { readonly type: 'raiseObjection'; readonly objectionId: string };
export type ResolveObjection = Basis &
  StepOf & { readonly type: 'resolveObjection'; readonly objectionId: string; readonly upheld: boolean };
export type CompleteTownshipReview = Basis &
  StepOf & { readonly type: 'completeTownshipReview'; readonly approved: boolean };
export type CompleteCountyReview = Basis &
  StepOf & { readonly type: 'completeCountyReview'; readonly approved: boolean };
export type PublishAnnouncement = Basis &
  StepOf & {
    readonly type: 'publishAnnouncement';
    /** The register number set aside for the household; identification only. */
    readonly householdNo?: string;
  };
export type PlanExit = Basis & { readonly type: 'planExit'; readonly year: number };
export type SignAcknowledgement = Basis & {
  readonly type: 'signAcknowledgement';
  readonly documentId: string;
};
export type RecordPovertyCauses = Basis & {
  readonly type: 'recordPovertyCauses';
  readonly causes: PovertyCauses;
};
export type SurveyIncome = Basis & { readonly type: 'surveyIncome' } & IncomeFigures;
export type AssessGuarantees = Basis & {
  readonly type: 'assessGuarantees';
  readonly findings: readonly GuaranteeFinding[];
};
export type RecordLivingConditions = Basis & { readonly type: 'recordLivingConditions' } & LivingConditions;
export type RecordMonitoringVisit = Basis & {
  readonly type: 'recordMonitoringVisit';
  readonly production: Condition;
  readonly living: Condition;
};
export type ReportRelapse = Basis & {
  readonly type: 'reportRelapse';
  readonly causes: PovertyCauses;
  readonly authorisation: InquiryAuthorisation;
};
export type RegisterFromHistory = Basis & {
  readonly type: 'registerFromHistory';
  readonly householdNo: string;
  readonly entryKind: EntryKind;
  readonly householdKind: HouseholdKind;
  readonly members: readonly Member[];
  readonly causes: PovertyCauses;
  readonly source: Pick<HistorySource, 'importId' | 'row'>;
  readonly survey?: IncomeFigures;
  readonly livingConditions?: LivingConditions;
};

export type HouseholdCommand =
  | FileApplication
  | HoldDemocraticReview
  | CompleteVerification
  | CompleteDataComparison
  | PostPublicNotice
  | RaiseObjection
  | ResolveObjection
  | CompleteTownshipReview
  | CompleteCountyReview
  | PublishAnnouncement
  | PlanExit
  | SignAcknowledgement
  | RecordPovertyCauses
  | SurveyIncome
  | AssessGuarantees
  | RecordLivingConditions
  | RecordMonitoringVisit
  | ReportRelapse
  | RegisterFromHistory;
