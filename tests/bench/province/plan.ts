import { create } from '@bufbuild/protobuf';
import {
  CodedValueSchema,
  CodeSystem,
  Condition,
  EvidenceSchema,
  EvidenceSource,
  Guarantee,
  GuaranteeFindingSchema,
  HousingStructure,
  InquiryAuthorisationSchema,
  NoticeLevel,
  PovertyCausesSchema,
  type CodedValue,
} from '@fupin/contracts';
import { yearOf } from '@fupin/domain';
import { loadPolicy, registryPolicy, type RegistryPolicy } from '@fupin/policy';
import type { Basis, HouseholdCommand } from '../../../services/registry/src/household/decider/commands.js';
import { NOTHING_CLOSED } from '../../../services/registry/src/year/closed-years.js';
import { poorAtEndOf, type SampleHousehold } from '../../../tools/src/sample/household.js';

/** A paper that stands for all: which one it is makes no difference to what is measured. */
const PAPER = '0190d3a8-7c1e-7aa0-b1c5-3f9b2f1d4e5a';
const TODAY = new Date().toISOString().slice(0, 10);
const ALL_GUARANTEES = [
  Guarantee.FOOD,
  Guarantee.CLOTHING,
  Guarantee.COMPULSORY_EDUCATION,
  Guarantee.BASIC_MEDICAL_CARE,
  Guarantee.SAFE_HOUSING,
  Guarantee.SAFE_WATER,
];

const policy = loadPolicy();
const policies = new Map<string, RegistryPolicy>();
const causes = new Map<string, CodedValue>();

/** The rule set of a county on a day. */
export function policyAt(county: string, date: string): RegistryPolicy {
  const key = county + date;
  const known = policies.get(key) ?? registryPolicy(policy.at(county, date), yearOf(date));
  policies.set(key, known);
  return known;
}

function cause(code: string): CodedValue {
  const known = causes.get(code) ?? create(CodedValueSchema, { system: CodeSystem.REGISTER_CAUSE, code });
  causes.set(code, known);
  return known;
}

const evidence = (datedOn: string) =>
  create(EvidenceSchema, { source: EvidenceSource.HOUSEHOLD_VISIT, datedOn, documentId: PAPER });

/** What every command brings along: a fact of a past year, taken over under the history scope. */
export const basisOf = (village: string, occurredOn: string): Basis => ({
  occurredOn,
  today: TODAY,
  origin: 'history',
  policy: policyAt(village.slice(0, 6), occurredOn),
  village,
  closedYears: NOTHING_CLOSED,
  mayChangeClosed: false,
});

/**
 * What happens to a household of `village` in a year, as the commands of its offices, in their order: a return in spring,
 * visits, a survey, an assessment of the guarantees, and the exit in late autumn.
 */
export function commandsOf(household: SampleHousehold, year: number, village: string): HouseholdCommand[] {
  const { life } = household;
  const on = (monthDay: string): Basis => basisOf(village, `${year}-${monthDay}`);
  const wasPoor = poorAtEndOf(life, year - 1);
  const returns = life.relapseYear === year;
  const leaves = life.exitYear === year || life.secondExitYear === year;
  // Which households have a step that not all have: spread evenly, the same in every run.
  const turn = Number(household.formNo) + year;
  const commands: HouseholdCommand[] = [];

  if (returns) commands.push(...returnOf(household, year, on));
  if (turn % 3 === 0) {
    const { house } = household;
    commands.push({
      ...on('05-20'),
      type: 'recordLivingConditions',
      housingAreaHundredthM2: house.areaM2 * 100,
      structure: house.areaM2 > 0 ? HousingStructure.BRICK_CONCRETE : HousingStructure.UNSPECIFIED,
      builtYear: house.areaM2 > 0 ? house.builtYear : 0,
      electricity: true,
      tapWater: house.tapWater || year >= 2017,
    });
  }
  const visit = (monthDay: string): HouseholdCommand => ({
    ...on(monthDay),
    type: 'recordMonitoringVisit',
    production: turn % 40 === 0 ? Condition.WATCH : Condition.STABLE,
    living: Condition.STABLE,
  });
  const tracked = !wasPoor && !returns;
  if (tracked) commands.push(visit('06-15'));
  if ((wasPoor || returns) && !leaves) commands.push(assessment(on('09-10'), turn % 6));
  const income = household.incomes.get(year);
  if (income) {
    const { wageFen, businessFen, transferFen, propertyFen, businessCostFen } = income;
    commands.push({
      ...on('10-15'),
      type: 'surveyIncome',
      year,
      wageFen: BigInt(wageFen),
      businessFen: BigInt(businessFen),
      transferFen: BigInt(transferFen),
      propertyFen: BigInt(propertyFen),
      businessCostFen: BigInt(businessCostFen),
      evidence: evidence(`${year}-10-15`),
    });
  }
  if (leaves) commands.push(...exitOf(year, on));
  if (tracked) commands.push(visit('12-10'));
  return commands;
}

/** All guarantees assessed; `missing` is the one that does not hold, none when undefined. */
function assessment(basis: Basis, missing?: number): HouseholdCommand {
  return {
    ...basis,
    type: 'assessGuarantees',
    findings: ALL_GUARANTEES.map((guarantee, index) =>
      create(GuaranteeFindingSchema, {
        guarantee,
        holds: index !== missing,
        evidence: evidence(basis.occurredOn),
      }),
    ),
  };
}

/** 退出: plan, guarantees, democratic review, verification, acknowledgement, notice, announcement: eight events. */
function exitOf(year: number, on: (monthDay: string) => Basis): HouseholdCommand[] {
  const procedure = 'exit';
  return [
    { ...on('10-20'), type: 'planExit', year },
    assessment(on('10-25')),
    {
      ...on('11-01'),
      type: 'holdDemocraticReview',
      procedure,
      participants: 42,
      votesFor: 38,
      votesAgainst: 2,
    },
    {
      ...on('11-05'),
      type: 'completeVerification',
      procedure,
      confirmed: true,
      evidence: evidence(`${year}-11-04`),
    },
    { ...on('11-08'), type: 'signAcknowledgement', documentId: PAPER },
    { ...on('11-10'), type: 'postPublicNotice', procedure, level: NoticeLevel.VILLAGE, days: 7 },
    { ...on('11-20'), type: 'publishAnnouncement', procedure },
  ];
}

/** 返贫: reported, then the whole chain of the identification again: ten events. */
function returnOf(
  household: SampleHousehold,
  year: number,
  on: (monthDay: string) => Basis,
): HouseholdCommand[] {
  const procedure = 'return';
  return [
    {
      ...on('03-10'),
      type: 'reportRelapse',
      causes: create(PovertyCausesSchema, { main: cause(household.relapseCause) }),
      authorisation: create(InquiryAuthorisationSchema, { signedOn: `${year}-03-09`, documentId: PAPER }),
    },
    {
      ...on('03-20'),
      type: 'holdDemocraticReview',
      procedure,
      participants: 40,
      votesFor: 36,
      votesAgainst: 3,
    },
    {
      ...on('03-24'),
      type: 'completeVerification',
      procedure,
      confirmed: true,
      evidence: evidence(`${year}-03-23`),
    },
    { ...on('03-28'), type: 'completeDataComparison', procedure, hits: [] },
    { ...on('04-01'), type: 'postPublicNotice', procedure, level: NoticeLevel.VILLAGE, days: 7 },
    { ...on('04-10'), type: 'completeTownshipReview', procedure, approved: true },
    { ...on('04-12'), type: 'postPublicNotice', procedure, level: NoticeLevel.TOWNSHIP, days: 7 },
    { ...on('04-22'), type: 'completeCountyReview', procedure, approved: true },
    { ...on('04-26'), type: 'publishAnnouncement', procedure },
  ];
}
