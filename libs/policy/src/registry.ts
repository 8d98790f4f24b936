import { parseYuan, type BusinessDate, type Fen } from '@fupin/domain';

import type { ComparisonHitName, GuaranteeName, ParameterName, StepName } from './parameters.js';
import type { Parameter, RuleSet } from './rule-set.js';

// What the registry's deciders need of a rule set, as a plain object they are handed with the command. Nothing from Node here, so
// a decider may import it: `@fupin/policy/registry`.
export { BINDING_GUARANTEES, COMPARISON_HITS, GUARANTEES, STEPS } from './parameters.js';
export type { ComparisonHitName, GuaranteeName, StepName } from './parameters.js';

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
  /** A step recorded more days after its date is marked as backdated. */
  readonly backdatedAfterDays: number;
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
    backdatedAfterDays: value('backdatedAfterDays'),
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
    ruleIdsOf: (name) => ruleIds(ruleSet.find(name)),
  };
}

function ruleIds(parameter: Parameter | undefined): readonly string[] {
  if (!parameter) return [];
  return parameter.ruleId === undefined ? parameter.rules : [parameter.ruleId, ...parameter.rules];
}
