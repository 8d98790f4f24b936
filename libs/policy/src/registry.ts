import { parseYuan, type BusinessDate, type Fen } from '@fupin/domain';

import type { ComparisonHitName, GuaranteeName, ParameterName, StepName } from './parameters.js';
import type { Binding, Parameter, RuleSet } from './rule-set.js';

// What the registry's deciders need of a rule set, as a plain object they are handed with the command. Nothing from Node here, so
// a decider may import it: `@fupin/policy/registry`.
export { BINDING_GUARANTEES, COMPARISON_HITS, GUARANTEES, STEPS } from './parameters.js';
export type { ComparisonHitName, GuaranteeName, StepName } from './parameters.js';

/** One thing a city asks of an exit beside the national standard: `hard` refuses, `aim` is reported. */
export interface LocalDemand {
  readonly binding: Binding;
  readonly ruleId: string;
}

/** What a city asks of an exit of one year; a value is `undefined` while the installation has not set it. */
export interface LocalExitStandard {
  /** Growth of the household's income over the year before above the city's, as a share (0.098 is 9.8 %). */
  readonly growthAboveCity?: LocalDemand & { readonly cityGrowth: number | undefined };
  /** Income per head above the city's own line, fen. */
  readonly incomeAboveLine?: LocalDemand & { readonly lineFen: Fen | undefined };
  /** The same of the secured income of dibao and tekun households. */
  readonly securedIncomeAboveLine?: LocalDemand & { readonly lineFen: Fen | undefined };
  /** Income per head at least this share of the district's average, fen. */
  readonly shareOfDistrict?: LocalDemand & {
    readonly share: number;
    readonly districtAverageFen: Fen | undefined;
  };
}

export interface RegistryPolicy {
  /** Version of the rule set, for the event's envelope. */
  readonly version: string;
  /** The business year the object was made for. */
  readonly year: number;
  /** National line of a year, fen per person; `undefined` where none is known, and then no exit can be decided. */
  povertyLineFen(year: number): Fen | undefined;
  /** Whether that year's line is assumed and not read anywhere. */
  povertyLineAssumed(year: number): boolean;
  /** The county's dibao line of `year`, fen per person and year; `undefined` where the installation sets none. */
  readonly dibaoLineFen?: Fen;
  /** Between the poverty line and the dibao line dibao goes on after the exit (REG-23). */
  readonly dibaoContinuesAfterExit: boolean;
  readonly villageNoticeDays: number;
  readonly townshipNoticeDays: number;
  readonly exitNoticeDays: number;
  readonly removalNoticeDays: number;
  /** A step recorded more days after its date is marked as backdated. */
  readonly backdatedAfterDays: number;
  /** Full years after a person left the register during which their identity is not erased. */
  readonly archiveRetentionYears: number;
  readonly campaignEnd: BusinessDate;
  /** The day by which all are to be out; `undefined` after the campaign. An aim: a miss is reported, never refused. */
  readonly exitDeadline?: BusinessDate;
  /** An exited household keeps its policies at least to this day (REG-13, REG-25). */
  readonly policiesRetainedUntil: BusinessDate;
  readonly maxOtherCauses: number;
  readonly minReviewParticipants?: number;
  /** Votes for ÷ (votes for + against) must be above this share. */
  readonly reviewMajorityAbove: number;
  /** `above`: the income must exceed the line; `atLeast`: the line itself is enough. */
  readonly exitIncomeComparison: 'above' | 'atLeast';
  /** What must hold with evidence before an exit. */
  readonly exitGuarantees: readonly GuaranteeName[];
  readonly disqualifyingComparisonHits: readonly ComparisonHitName[];
  readonly identificationSteps: readonly StepName[];
  readonly exitSteps: readonly StepName[];
  readonly returnSteps: readonly StepName[];
  readonly removalSteps: readonly StepName[];
  /** What the city asks of an exit of that year beside the national standard; empty where it asks nothing. */
  localExit(year: number): LocalExitStandard;
  /** The rule to name for each parameter: the one quoted, else the first it serves; empty where there is none. */
  ruleIdsOf(name: ParameterName): readonly string[];
}

const cache = new WeakMap<RuleSet, Map<number, RegistryPolicy>>();

/**
 * The registry's view of a rule set for a business year. The same rule set and year give the same object. Throws PolicyError
 * `open-parameter` or `unknown-parameter` when the set lacks something the registry cannot do without.
 */
export function registryPolicy(ruleSet: RuleSet, year: number): RegistryPolicy {
  const years = cache.get(ruleSet) ?? new Map<number, RegistryPolicy>();
  cache.set(ruleSet, years);
  const known = years.get(year) ?? build(ruleSet, year);
  years.set(year, known);
  return known;
}

function build(ruleSet: RuleSet, year: number): RegistryPolicy {
  const value = <T>(name: ParameterName) => ruleSet.get(name).value as T;
  const optional = <T>(name: ParameterName) => ruleSet.find(name)?.value as T | undefined;
  const fen = (name: ParameterName) => {
    const yuan = optional<string>(name);
    return yuan === undefined ? undefined : parseYuan(yuan);
  };
  const guarantees = value<readonly GuaranteeName[]>('exitGuarantees');
  const dibaoLineFen = fen(`dibaoLine.${year}`);
  const exitDeadline = optional<BusinessDate>('exitDeadline');
  const minReviewParticipants = optional<number>('minReviewParticipants');
  return {
    version: ruleSet.version,
    year,
    povertyLineFen: (of) => fen(`povertyLine.${of}`),
    povertyLineAssumed: (of) => ruleSet.find(`povertyLine.${of}`)?.assumed ?? false,
    ...(dibaoLineFen !== undefined && { dibaoLineFen }),
    dibaoContinuesAfterExit: value('dibaoContinuesAfterExit'),
    villageNoticeDays: value('villageNoticeDays'),
    townshipNoticeDays: value('townshipNoticeDays'),
    exitNoticeDays: value('exitNoticeDays'),
    removalNoticeDays: value('removalNoticeDays'),
    backdatedAfterDays: value('backdatedAfterDays'),
    archiveRetentionYears: value('archiveRetentionYears'),
    campaignEnd: value('campaignEnd'),
    ...(exitDeadline !== undefined && { exitDeadline }),
    policiesRetainedUntil: value('policiesRetainedUntil'),
    maxOtherCauses: value('maxOtherCauses'),
    ...(minReviewParticipants !== undefined && { minReviewParticipants }),
    reviewMajorityAbove: value('reviewMajorityAbove'),
    exitIncomeComparison: value('exitIncomeComparison'),
    exitGuarantees: value<boolean>('safeWaterGatesExit') ? [...guarantees, 'safeWater'] : guarantees,
    disqualifyingComparisonHits: value('disqualifyingComparisonHits'),
    identificationSteps: value('identificationSteps'),
    exitSteps: value('exitSteps'),
    returnSteps: value('returnSteps'),
    removalSteps: value('removalSteps'),
    localExit: (of) => localExit(ruleSet, of),
    ruleIdsOf: (name) => ruleIds(ruleSet.find(name)),
  };
}

function localExit(ruleSet: RuleSet, year: number): LocalExitStandard {
  const demand = (name: ParameterName): LocalDemand | undefined => {
    const parameter = ruleSet.find(name);
    if (!parameter || parameter.value === false) return undefined;
    return { binding: parameter.binding, ruleId: ruleIds(parameter)[0] ?? '' };
  };
  const optional = <T>(name: ParameterName) => ruleSet.find(name)?.value as T | undefined;
  const fen = (name: ParameterName) => {
    const yuan = optional<string>(name);
    return yuan === undefined ? undefined : parseYuan(yuan);
  };
  const growth = demand('incomeGrowthAboveCity');
  const income = demand('incomeAboveMunicipalLine');
  const secured = demand('securedIncomeAboveMunicipalLine');
  const district = demand('incomeShareOfDistrictAim');
  const lineFen = fen(`municipalPovertyLine.${year}`);
  return {
    ...(growth && {
      growthAboveCity: { ...growth, cityGrowth: optional<number>(`cityRuralIncomeGrowth.${year}`) },
    }),
    ...(income && { incomeAboveLine: { ...income, lineFen } }),
    ...(secured && { securedIncomeAboveLine: { ...secured, lineFen } }),
    ...(district && {
      shareOfDistrict: {
        ...district,
        share: Number(optional('incomeShareOfDistrictAim')),
        districtAverageFen: fen(`districtRuralIncome.${year}`),
      },
    }),
  };
}

function ruleIds(parameter: Parameter | undefined): readonly string[] {
  if (!parameter) return [];
  return parameter.ruleId === undefined ? parameter.rules : [parameter.ruleId, ...parameter.rules];
}
