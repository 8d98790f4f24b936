import type {
  CodedValue,
  ComparisonHit,
  Condition,
  CorrectionReason,
  DocumentKind,
  EntryKind,
  Evidence,
  ExitPath,
  ExitReversalReason,
  Fuel,
  GuaranteeFinding,
  HistorySource,
  HouseholdKind,
  InquiryAuthorisation,
  JoinReason,
  LeaveReason,
  LivingConditionsRecorded,
  Member,
  MemberRelation,
  NoticeLevel,
  PersonField,
  PovertyCauses,
  PovertyStandard,
  RemovalReason,
  Sex,
} from '@fupin/contracts';
import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { RegistryPolicy } from '@fupin/policy/registry';
import type { ClosedYears } from '../../year/closed-years.js';
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
  /** Village in which the household lives today. */
  readonly village: RegionCode;
  /** 年度封库: what is closed, with the day of it. */
  readonly closedYears: ClosedYears;
  /** The caller may change closed years (scope `closed-year:write`). */
  readonly mayChangeClosed: boolean;
}

/** A person of a command whom another household's file knows under the same number. */
export interface KnownElsewhere {
  /** Index among the command's members. */
  readonly member: number;
  /** The day they left that household last; undefined while they belong to it. */
  readonly leftOn: BusinessDate | undefined;
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

/** Form fields A21–A24, A35–A37 and the distance to the market, as the event has them. */
export type LivingConditions = Pick<
  LivingConditionsRecorded,
  'housingAreaHundredthM2' | 'structure' | 'builtYear' | 'electricity' | 'tapWater'
> & {
  readonly relocation?: boolean;
  readonly fuels?: readonly Fuel[];
  readonly distanceToMarketM?: number;
};

export type FileApplication = Basis & {
  readonly type: 'fileApplication';
  readonly entryKind: EntryKind;
  readonly householdKind: HouseholdKind;
  /** Empty when a household that was turned down or removed applies again: its members are known. */
  readonly members: readonly Member[];
  readonly elsewhere?: readonly KnownElsewhere[];
  readonly causes: PovertyCauses;
  readonly authorisation: InquiryAuthorisation;
  /** A1 */
  readonly standard?: PovertyStandard;
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
export type PlanExit = Basis & {
  readonly type: 'planExit';
  readonly year: number;
  /** 五个一批: by which measures; may be named later. */
  readonly paths?: readonly ExitPath[];
};
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
export type ProposeRemoval = Basis & {
  readonly type: 'proposeRemoval';
  readonly reason: RemovalReason;
  readonly evidence: Evidence;
};
export type ReverseExit = Basis & {
  readonly type: 'reverseExit';
  /** The exit that is cancelled; must be the household's last. */
  readonly exitEventId: string;
  readonly reason: ExitReversalReason;
  readonly evidence: Evidence;
};
export type RetainPolicy = Basis & { readonly type: 'retainPolicy'; readonly until: BusinessDate };
export type EndPolicy = Basis & { readonly type: 'endPolicy' };
export type FileDocument = Basis & {
  readonly type: 'fileDocument';
  readonly documentId: string;
  readonly kind: DocumentKind;
  /** 32 bytes. */
  readonly sha256: Uint8Array;
  readonly mediaType: string;
  readonly sizeBytes: bigint;
  readonly datedOn: BusinessDate;
};
export type AddMember = Basis & {
  readonly type: 'addMember';
  readonly reason: JoinReason;
  /** A new person with the date of birth of their ID number, or one who was a member before. */
  readonly person:
    | { readonly member: Member; readonly birthDate: BusinessDate }
    | { readonly personId: string; readonly relation: CodedValue };
  readonly elsewhere?: readonly KnownElsewhere[];
  /** Birth only. */
  readonly parentPersonIds: readonly string[];
};
export type RecordMemberDeparture = Basis & {
  readonly type: 'recordMemberDeparture';
  readonly personId: string;
  readonly reason: LeaveReason;
  /** When the head leaves and others stay: what each of them is to the new head. */
  readonly relations: readonly MemberRelation[];
};
export type ChangeMember = Basis & {
  readonly type: 'changeMember';
  readonly personId: string;
  /** What has changed; the rest stays. */
  readonly changes: MemberChanges;
};
export type MemberChanges = Partial<
  Pick<
    Member,
    | 'relation'
    | 'ethnicity'
    | 'education'
    | 'schooling'
    | 'health'
    | 'workAbility'
    | 'workplace'
    | 'monthsWorked'
    | 'dibao'
    | 'medicalInsurance'
    | 'pension'
  >
>;
export type ChangeHouseholdKind = Basis & {
  readonly type: 'changeHouseholdKind';
  readonly householdKind: HouseholdKind;
};
export type MoveHousehold = Basis & {
  readonly type: 'moveHousehold';
  /** The village moved to; the one moved from is the basis's. */
  readonly toRegion: RegionCode;
};

/** The other household of a command over two, with a basis of its own: its village may have other rules. */
export interface OtherHousehold {
  readonly householdId: string;
  readonly basis: Basis;
}
export type TransferMember = Basis & {
  readonly type: 'transferMember';
  /** The household that is joined. */
  readonly householdId: string;
  readonly personId: string;
  readonly reason: JoinReason;
  /** To the head of the household that is joined. */
  readonly relation: CodedValue;
  /** The household that is left. */
  readonly from: OtherHousehold;
  /** When its head leaves and others stay: what each of them is to the new head. */
  readonly relationsLeft: readonly MemberRelation[];
};
export type SplitHousehold = Basis & {
  readonly type: 'splitHousehold';
  readonly householdId: string;
  readonly intoHouseholdId: string;
  /** The register number set aside for the new household. */
  readonly householdNo: string;
  /** Who goes, and what each is to the new household's head. */
  readonly relations: readonly MemberRelation[];
  /** When the head goes: what the others are to the new head of the old household. */
  readonly relationsLeft: readonly MemberRelation[];
};
export type MergeHouseholds = Basis & {
  readonly type: 'mergeHouseholds';
  /** The household that stays. */
  readonly householdId: string;
  /** The household that ends. */
  readonly from: OtherHousehold;
  /** What each of its members is to the head of the one that stays. */
  readonly relations: readonly MemberRelation[];
};
export type RegisterFromHistory = Basis & {
  readonly type: 'registerFromHistory';
  readonly householdNo: string;
  readonly entryKind: EntryKind;
  readonly householdKind: HouseholdKind;
  readonly members: readonly Member[];
  readonly elsewhere?: readonly KnownElsewhere[];
  readonly causes: PovertyCauses;
  /** A1 */
  readonly standard?: PovertyStandard;
  readonly source: Pick<HistorySource, 'importId' | 'row'>;
  readonly survey?: IncomeFigures;
  readonly livingConditions?: LivingConditions;
};

/**
 * The right fact of an event, in the words of the command that recorded the wrong one. Exits and moves have none: an exit
 * is reckoned from other facts, a move to another village is another move.
 */
export type RightFact =
  | {
      readonly case: 'householdRegistered';
      readonly entryKind: EntryKind;
      readonly householdKind: HouseholdKind;
      readonly members: readonly Member[];
      readonly causes: PovertyCauses;
    }
  | { readonly case: 'povertyCausesRecorded'; readonly causes: PovertyCauses }
  | { readonly case: 'incomeSurveyed'; readonly figures: IncomeFigures }
  | { readonly case: 'guaranteesAssessed'; readonly findings: readonly GuaranteeFinding[] }
  | { readonly case: 'livingConditionsRecorded'; readonly conditions: LivingConditions }
  | {
      readonly case: 'monitoringVisitRecorded';
      readonly production: Condition;
      readonly living: Condition;
    }
  | { readonly case: 'householdReturned'; readonly causes: PovertyCauses }
  | {
      readonly case: 'memberAdded';
      readonly member: Member;
      readonly reason: JoinReason;
      readonly parentPersonIds: readonly string[];
    }
  | {
      readonly case: 'memberLeft';
      readonly reason: LeaveReason;
      readonly relations: readonly MemberRelation[];
    }
  | { readonly case: 'memberChanged'; readonly member: Member }
  | { readonly case: 'householdKindChanged'; readonly householdKind: HouseholdKind };

/** The days on which a person (by id or by number) joined and left other households than the one a command is about. */
export interface LifeElsewhere {
  readonly joined: readonly BusinessDate[];
  readonly left: readonly BusinessDate[];
}

export type CorrectEvent = Basis & {
  readonly type: 'correctEvent';
  /** The event that was mistaken; `occurredOn` of the command is the day of the correction. */
  readonly eventId: string;
  readonly reason: CorrectionReason;
  readonly noteId: string;
  /** Its right business date; the one it has when left out. */
  readonly rightOccurredOn?: BusinessDate;
  /** What it should have said; only the date was wrong when left out. */
  readonly right?: RightFact;
  /** 误录作废: it never happened; there is neither a right fact nor a right date then. */
  readonly annulled?: boolean;
  /** Of a departure or joining: when the person joined and left other households of the register. */
  readonly elsewhere?: LifeElsewhere;
  /** The rule set of a region on a day: a fact rests on that of its own date. */
  readonly policyOn: (region: RegionCode, date: BusinessDate) => RegistryPolicy;
};
export type CloseFinding = Basis & {
  readonly type: 'closeFinding';
  readonly findingEventId: string;
  readonly noteId: string;
};

/** 个人信息更正: the values stay in the vault; the decider learns which they are and what follows for the event. */
export type CorrectPerson = Basis & {
  readonly type: 'correctPerson';
  readonly personId: string;
  readonly fields: readonly PersonField[];
  readonly reason: CorrectionReason;
  /** What the right ID number says, when it is among the fields. */
  readonly number?: { readonly birthDate: BusinessDate; readonly sex: Sex };
};

export type HouseholdCommand =
  | CorrectPerson
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
  | ProposeRemoval
  | ReverseExit
  | RetainPolicy
  | EndPolicy
  | FileDocument
  | AddMember
  | RecordMemberDeparture
  | ChangeMember
  | ChangeHouseholdKind
  | MoveHousehold
  | RegisterFromHistory
  | CorrectEvent
  | CloseFinding;
