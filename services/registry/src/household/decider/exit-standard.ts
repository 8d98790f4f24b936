import { Guarantee } from '@fupin/contracts';
import { formatYuan } from '@fupin/domain';
import type { Refusal } from '@fupin/event-sourcing/decider';
import type { GuaranteeName, RegistryPolicy } from '@fupin/policy/registry';
import { fileOn } from './as-of.js';
import type { Basis } from './commands.js';
import { localMisses, type LocalMiss } from './local-exit.js';
import type { Finding, HouseholdFile, Survey } from './state.js';

type Label = readonly [Guarantee, zh: string, ruleId: string];

/** Labels and rules of 两不愁三保障 and safe water; which of them decide an exit is the rule set's. */
const GUARANTEE: Readonly<Record<GuaranteeName, Label>> = {
  food: [Guarantee.FOOD, '不愁吃', 'REG-01'],
  clothing: [Guarantee.CLOTHING, '不愁穿', 'REG-01'],
  compulsoryEducation: [Guarantee.COMPULSORY_EDUCATION, '义务教育有保障', 'REG-02'],
  basicMedicalCare: [Guarantee.BASIC_MEDICAL_CARE, '基本医疗有保障', 'REG-01'],
  safeHousing: [Guarantee.SAFE_HOUSING, '住房安全有保障', 'REG-01'],
  safeWater: [Guarantee.SAFE_WATER, '饮水安全有保障', 'TGT-13'],
};

/** What the exit test found: every missing thing with its rule, and what the exit event states when nothing is missing. */
export interface ExitStandard {
  readonly missing: readonly Refusal[];
  /** What the region aims at and the household misses; reported, never refusing. */
  readonly aims: readonly LocalMiss[];
  readonly survey: Survey | undefined;
  readonly povertyLineFen: bigint | undefined;
  /** REG-23: above the poverty line, below the dibao line. */
  readonly dibaoContinues: boolean;
  /** Shown beside the guarantees: TGT-13 makes safe water a target, REG-10 keeps it out of what an exit depends on. */
  readonly safeWater: boolean;
  /** Ids of the survey and the findings the test rests on. */
  readonly evidence: readonly string[];
}

/**
 * Tests a household against the standard of a year with what is known up to the business date: the latest income
 * survey of that same year above its poverty line (REG-09, REG-19: `above` leaves the line itself out), and everything
 * the rule set binds the exit to (两不愁三保障) by the latest finding, with evidence (REG-01, REG-02). A city's own demands
 * (REG-27, REG-30) join what is missing where its rule set makes them hard, else they are reported as aims.
 */
export function exitStandard(
  file: HouseholdFile,
  { policy, occurredOn }: Pick<Basis, 'policy' | 'occurredOn'>,
  year: number,
): ExitStandard {
  const missing: Refusal[] = [];
  const survey = latest(file.surveys.filter((s) => s.year === year && s.occurredOn <= occurredOn));
  const line = policy.povertyLineFen(year);
  if (line === undefined) {
    missing.push({
      code: 'poverty-line-unknown',
      message: `The rule set has no poverty line for ${year}`,
      messageZh: `规则库中没有${year}年扶贫标准`,
      ruleId: 'REG-19',
      field: 'povertyLine',
    });
  }
  if (!survey) {
    missing.push({
      code: 'income-survey-missing',
      message: `There is no income survey of ${year}`,
      messageZh: `缺少${year}年度收入调查`,
      ruleId: 'REG-09',
      field: 'perCapitaNetIncome',
    });
  } else if (line !== undefined && !above(survey.perCapitaNetIncomeFen, line, policy.exitIncomeComparison)) {
    missing.push({
      code: 'income-not-above-line',
      message: `Net income per head of ${year} is ${formatYuan(survey.perCapitaNetIncomeFen)} yuan; it must be above the poverty line of ${formatYuan(line)} yuan`,
      messageZh: `${year}年家庭人均纯收入${formatYuan(survey.perCapitaNetIncomeFen)}元，未超过扶贫标准${formatYuan(line)}元`,
      ruleId: 'REG-19',
      field: 'perCapitaNetIncome',
    });
  }
  const known = file.findings.filter((finding) => finding.occurredOn <= occurredOn);
  const evidence = survey ? [survey.eventId] : [];
  for (const en of policy.exitGuarantees) {
    const [guarantee, zh, ruleId] = GUARANTEE[en];
    const finding = latestOf(known, guarantee);
    if (finding?.holds && finding.evidence) {
      evidence.push(finding.eventId);
      continue;
    }
    const why = !finding ? 'has not been assessed' : finding.holds ? 'has no evidence' : 'does not hold';
    missing.push({
      code: 'guarantee-missing',
      message: `${en} ${why}`,
      messageZh: `${zh}：${!finding ? '未评估' : finding.holds ? '缺少佐证' : '未达标'}`,
      ruleId,
      field: en,
    });
  }
  const before = latest(file.surveys.filter((s) => s.year === year - 1 && s.occurredOn <= occurredOn));
  const { householdKind } = fileOn(file, occurredOn);
  const local = survey ? localMisses(policy.localExit(year), { householdKind, year, survey, before }) : [];
  for (const { binding, ...refusal } of local) if (binding === 'hard') missing.push(refusal);
  return {
    missing,
    aims: local.filter(({ binding }) => binding === 'aim'),
    survey,
    povertyLineFen: line,
    dibaoContinues: survey !== undefined && belowDibaoLine(survey, policy),
    safeWater: latestOf(known, Guarantee.SAFE_WATER)?.holds === true,
    evidence: [...new Set(evidence)],
  };
}

function above(income: bigint, line: bigint, comparison: RegistryPolicy['exitIncomeComparison']): boolean {
  return comparison === 'above' ? income > line : income >= line;
}

function belowDibaoLine(survey: Survey, { dibaoLineFen, dibaoContinuesAfterExit }: RegistryPolicy): boolean {
  return dibaoContinuesAfterExit && dibaoLineFen !== undefined && survey.perCapitaNetIncomeFen < dibaoLineFen;
}

function latestOf(findings: readonly Finding[], guarantee: Guarantee): Finding | undefined {
  return latest(findings.filter((finding) => finding.guarantee === guarantee));
}

/** The one with the latest business date; of two on the same day, the one recorded later. */
function latest<T extends { readonly occurredOn: string }>(items: readonly T[]): T | undefined {
  return items.reduce<T | undefined>(
    (best, item) => (best && best.occurredOn > item.occurredOn ? best : item),
    undefined,
  );
}
