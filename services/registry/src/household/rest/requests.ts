// Request bodies → commands. No rules here: only other words for the same thing.
import {
  EvidenceSchema,
  GuaranteeFindingSchema,
  InquiryAuthorisationSchema,
  PovertyCausesSchema,
  type CodedValue,
  type Evidence,
  type InquiryAuthorisation,
  type Member,
  type PovertyCauses,
} from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { parseYuan, type CodeSystemName } from '@fupin/domain';
import type { PersonIn } from '../../vault/intake.js';
import type { Basis, HouseholdCommand, KnownElsewhere } from '../decider/commands.js';
import type { ReapplicationDto } from './application.dto.js';
import type {
  GuaranteeAssessmentDto,
  IncomeSurveyDto,
  LivingConditionsDto,
  MonitoringVisitDto,
  PovertyCausesDto,
  RelapseReportDto,
} from './facts.dto.js';
import type { AuthorisationDto, CausesDto, CodeDto, EvidenceDto, PersonDto } from './parts.dto.js';
import type {
  AcknowledgementDto,
  DataComparisonDto,
  DemocraticReviewDto,
  ExitPlanDto,
  PublicNoticeDto,
  ReviewDto,
  StepDto,
  VerificationDto,
} from './steps.dto.js';
import type {
  ExitReversalDto,
  PolicyEndingDto,
  PolicyRetentionDto,
  RemovalProposalDto,
} from './standing.dto.js';
import {
  coded,
  COMPARISON_HITS,
  CONDITIONS,
  ENTRY_KINDS,
  EVIDENCE_SOURCES,
  FUELS,
  EXIT_PATHS,
  EXIT_REVERSAL_REASONS,
  GUARANTEES,
  HOUSEHOLD_KINDS,
  HOUSING_STRUCTURES,
  NOTICE_LEVELS,
  POVERTY_STANDARDS,
  REMOVAL_REASONS,
} from './names.js';

/** Makes the command of a request body; `basis` brings what the body does not say. */
type Build<D> = (body: Omit<D, 'occurredOn'>, basis: Basis) => HouseholdCommand;

export const democraticReview: Build<DemocraticReviewDto> = (body, basis) => ({
  type: 'holdDemocraticReview',
  ...basis,
  procedure: body.procedure,
  participants: body.participants,
  votesFor: body.votesFor,
  votesAgainst: body.votesAgainst,
});

export const verification: Build<VerificationDto> = (body, basis) => ({
  type: 'completeVerification',
  ...basis,
  procedure: body.procedure,
  confirmed: body.confirmed,
  evidence: evidenceOf(body.evidence),
});

export const dataComparison: Build<DataComparisonDto> = (body, basis) => ({
  type: 'completeDataComparison',
  ...basis,
  procedure: body.procedure,
  hits: [...new Set(body.hits)].map((hit) => COMPARISON_HITS[hit]),
});

export const publicNotice: Build<PublicNoticeDto> = (body, basis) => ({
  type: 'postPublicNotice',
  ...basis,
  procedure: body.procedure,
  level: NOTICE_LEVELS[body.level],
  ...(body.days !== undefined && { days: body.days }),
});

export const townshipReview: Build<ReviewDto> = (body, basis) => ({
  type: 'completeTownshipReview',
  ...basis,
  procedure: body.procedure,
  approved: body.approved,
});

export const countyReview: Build<ReviewDto> = (body, basis) => ({
  type: 'completeCountyReview',
  ...basis,
  procedure: body.procedure,
  approved: body.approved,
});

export const announcement = (
  body: Pick<StepDto, 'procedure'>,
  basis: Basis,
  householdNo?: string,
): HouseholdCommand => ({
  type: 'publishAnnouncement',
  ...basis,
  procedure: body.procedure,
  ...(householdNo !== undefined && { householdNo }),
});

export const exitPlan: Build<ExitPlanDto> = (body, basis) => ({
  type: 'planExit',
  ...basis,
  year: body.year,
  ...(body.paths && { paths: body.paths.map((path) => EXIT_PATHS[path]) }),
});

export const acknowledgement: Build<AcknowledgementDto> = (body, basis) => ({
  type: 'signAcknowledgement',
  ...basis,
  documentId: body.documentId,
});

export const povertyCauses: Build<PovertyCausesDto> = (body, basis) => ({
  type: 'recordPovertyCauses',
  ...basis,
  causes: causesOf(body.causes),
});

export const incomeSurvey: Build<IncomeSurveyDto> = (body, basis) => ({
  type: 'surveyIncome',
  ...basis,
  year: body.year,
  wageFen: parseYuan(body.wage),
  businessFen: parseYuan(body.business),
  transferFen: parseYuan(body.transfer),
  propertyFen: parseYuan(body.property),
  businessCostFen: parseYuan(body.businessCost),
  ...(body.persons !== undefined && { persons: body.persons }),
  evidence: evidenceOf(body.evidence),
});

export const guaranteeAssessment: Build<GuaranteeAssessmentDto> = (body, basis) => ({
  type: 'assessGuarantees',
  ...basis,
  findings: body.findings.map(({ guarantee, holds, evidence }) =>
    create(GuaranteeFindingSchema, {
      guarantee: GUARANTEES[guarantee],
      holds,
      evidence: evidenceOf(evidence),
    }),
  ),
});

export const livingConditions: Build<LivingConditionsDto> = (body, basis) => ({
  type: 'recordLivingConditions',
  ...basis,
  // Square metres with two decimals read like yuan: hundredths without a binary fraction.
  housingAreaHundredthM2: Number(parseYuan(body.housingArea)),
  structure: body.structure === undefined ? 0 : HOUSING_STRUCTURES[body.structure],
  builtYear: body.builtYear ?? 0,
  electricity: body.electricity,
  tapWater: body.tapWater,
  ...(body.relocation !== undefined && { relocation: body.relocation }),
  ...(body.fuels && { fuels: body.fuels.map((fuel) => FUELS[fuel]) }),
  ...(body.distanceToMarketM !== undefined && { distanceToMarketM: body.distanceToMarketM }),
});

export const monitoringVisit: Build<MonitoringVisitDto> = (body, basis) => ({
  type: 'recordMonitoringVisit',
  ...basis,
  production: CONDITIONS[body.production],
  living: CONDITIONS[body.living],
});

export const relapseReport: Build<RelapseReportDto> = (body, basis) => ({
  type: 'reportRelapse',
  ...basis,
  causes: causesOf(body.causes),
  authorisation: authorisationOf(body.authorisation),
});

export const removalProposal: Build<RemovalProposalDto> = (body, basis) => ({
  type: 'proposeRemoval',
  ...basis,
  reason: REMOVAL_REASONS[body.reason],
  evidence: evidenceOf(body.evidence),
});

export const exitReversal: Build<ExitReversalDto> = (body, basis) => ({
  type: 'reverseExit',
  ...basis,
  exitEventId: body.exitEventId,
  reason: EXIT_REVERSAL_REASONS[body.reason],
  evidence: evidenceOf(body.evidence),
});

export const policyRetention: Build<PolicyRetentionDto> = (body, basis) => ({
  type: 'retainPolicy',
  ...basis,
  until: body.until,
});

export const policyEnding: Build<PolicyEndingDto> = (_body, basis) => ({ type: 'endPolicy', ...basis });

/** An application with the members that the vault has taken in; none for one who applies again. */
export const application = (
  body: Omit<ReapplicationDto, 'occurredOn'>,
  basis: Basis,
  members: readonly Member[],
  elsewhere: readonly KnownElsewhere[] = [],
): HouseholdCommand => ({
  type: 'fileApplication',
  ...basis,
  entryKind: ENTRY_KINDS[body.entryKind],
  householdKind: HOUSEHOLD_KINDS[body.householdKind],
  ...(body.standard !== undefined && { standard: POVERTY_STANDARDS[body.standard] }),
  members,
  elsewhere,
  causes: causesOf(body.causes),
  authorisation: authorisationOf(body.authorisation),
});

/** A person of a request as the vault takes them in. */
export function personOf(person: PersonDto): PersonIn {
  const code = (value: CodeDto | undefined, system: CodeSystemName) => value && codedOf(value, system);
  return {
    ...person,
    relation: codedOf(person.relation, 'registerRelation'),
    ethnicity: code(person.ethnicity, 'registerEthnicity'),
    education: code(person.education, 'registerEducation'),
    schooling: code(person.schooling, 'registerSchooling'),
    health: code(person.health, 'registerHealth'),
    workAbility: code(person.workAbility, 'registerWorkAbility'),
    workplace: code(person.workplace, 'registerWorkplace'),
  };
}

export function causesOf({ main, others = [] }: CausesDto): PovertyCauses {
  return create(PovertyCausesSchema, {
    main: codedOf(main, 'registerCause'),
    others: others.map((other) => codedOf(other, 'registerCause')),
  });
}

export const codedOf = ({ system, code }: CodeDto, byDefault: CodeSystemName): CodedValue =>
  coded(system ?? byDefault, code);

const evidenceOf = ({ source, datedOn, documentId }: EvidenceDto): Evidence =>
  create(EvidenceSchema, { source: EVIDENCE_SOURCES[source], datedOn, documentId });

const authorisationOf = ({ signedOn, documentId }: AuthorisationDto): InquiryAuthorisation =>
  create(InquiryAuthorisationSchema, { signedOn, documentId });
