import { HouseholdKind } from '@fupin/contracts';
import { divideHalfUp, formatYuan, type Fen } from '@fupin/domain';
import type { Refusal } from '@fupin/event-sourcing/decider';
import type { LocalDemand, LocalExitStandard } from '@fupin/policy/registry';
import type { Survey } from './state.js';

/** One demand of a city that a household misses, or that cannot be judged yet because a figure is missing. */
export type LocalMiss = Refusal & { readonly binding: LocalDemand['binding'] };

/** What a city's demands are compared with: the survey of the exit year and that of the year before. */
interface LocalFacts {
  readonly householdKind: HouseholdKind;
  readonly year: number;
  readonly survey: Survey;
  readonly before: Survey | undefined;
}

/** A share is compared as a whole number of millionths, so that no binary fraction decides. */
const MILLION = 1_000_000n;
const millionths = (share: number): bigint => BigInt(Math.round(share * Number(MILLION)));
const percent = (share: number): number => Number((share * 100).toFixed(4));

/**
 * What a household misses of what its city asks beside the national standard. The industry path (REG-27) compares the income's
 * growth with the city's, the income with the city's line and, as an aim, with the district's average; the dibao path (REG-30)
 * compares the secured income of dibao and tekun households with the city's line.
 */
export function localMisses(standard: LocalExitStandard, facts: LocalFacts): LocalMiss[] {
  const { householdKind } = facts;
  if (householdKind === HouseholdKind.DIBAO || householdKind === HouseholdKind.TEKUN) {
    return securedIncome(standard.securedIncomeAboveLine, facts);
  }
  return [
    ...growth(standard.growthAboveCity, facts),
    ...income(standard.incomeAboveLine, facts),
    ...districtShare(standard.shareOfDistrict, facts),
  ];
}

function growth(
  demand: LocalExitStandard['growthAboveCity'],
  { year, survey, before }: LocalFacts,
): LocalMiss[] {
  if (!demand) return [];
  if (demand.cityGrowth === undefined) return [unset(demand, `cityRuralIncomeGrowth.${year}`)];
  if (!before) {
    return [
      miss(demand, {
        code: 'income-survey-missing',
        message: `There is no income survey of ${year - 1} to compare the income with`,
        messageZh: `缺少${year - 1}年度收入调查，无法计算收入增幅`,
        field: 'perCapitaNetIncome',
      }),
    ];
  }
  const city = millionths(demand.cityGrowth);
  if (survey.perCapitaNetIncomeFen * MILLION > before.perCapitaNetIncomeFen * (MILLION + city)) return [];
  return [
    miss(demand, {
      code: 'income-growth-not-above-city',
      message: `The income grew from ${formatYuan(before.perCapitaNetIncomeFen)} to ${formatYuan(survey.perCapitaNetIncomeFen)} yuan, not more than the city's ${percent(demand.cityGrowth)} %`,
      messageZh: '收入增幅未高于全市农村居民人均可支配收入增幅',
      field: 'perCapitaNetIncome',
    }),
  ];
}

function income(demand: LocalExitStandard['incomeAboveLine'], { year, survey }: LocalFacts): LocalMiss[] {
  if (!demand) return [];
  const { lineFen } = demand;
  if (lineFen === undefined) return [unset(demand, `municipalPovertyLine.${year}`)];
  return survey.perCapitaNetIncomeFen > lineFen
    ? []
    : [belowLine(demand, survey.perCapitaNetIncomeFen, lineFen)];
}

function securedIncome(
  demand: LocalExitStandard['securedIncomeAboveLine'],
  { year, survey }: LocalFacts,
): LocalMiss[] {
  if (!demand) return [];
  const { lineFen } = demand;
  if (lineFen === undefined) return [unset(demand, `municipalPovertyLine.${year}`)];
  const secured = survey.persons === 0 ? 0n : divideHalfUp(survey.transferFen, BigInt(survey.persons));
  return secured > lineFen ? [] : [belowLine(demand, secured, lineFen)];
}

function districtShare(
  demand: LocalExitStandard['shareOfDistrict'],
  { year, survey }: LocalFacts,
): LocalMiss[] {
  if (!demand) return [];
  const { districtAverageFen, share } = demand;
  if (districtAverageFen === undefined) return [unset(demand, `districtRuralIncome.${year}`)];
  if (survey.perCapitaNetIncomeFen * MILLION >= districtAverageFen * millionths(share)) return [];
  return [
    miss(demand, {
      code: 'income-below-district-share',
      message: `The income is below ${percent(share)} % of the district's average of ${formatYuan(districtAverageFen)} yuan`,
      messageZh: `收入未达到所在区农村居民人均可支配收入的${percent(share)}%`,
      field: 'perCapitaNetIncome',
    }),
  ];
}

const belowLine = (demand: LocalDemand, incomeFen: Fen, lineFen: Fen): LocalMiss =>
  miss(demand, {
    code: 'income-not-above-municipal-line',
    message: `The income of ${formatYuan(incomeFen)} yuan is not above the city's line of ${formatYuan(lineFen)} yuan`,
    messageZh: `收入${formatYuan(incomeFen)}元，未超过市级确定的扶贫标准${formatYuan(lineFen)}元`,
    field: 'perCapitaNetIncome',
  });

const unset = (demand: LocalDemand, setting: string): LocalMiss =>
  miss(demand, {
    code: 'setting-missing',
    message: `The installation has not set ${setting}, which the city's exit standard compares with`,
    messageZh: `系统未设置 ${setting}，无法对照市级脱贫标准`,
    field: setting,
  });

const miss = ({ binding, ruleId }: LocalDemand, refusal: Refusal): LocalMiss => ({
  ...refusal,
  ruleId,
  binding,
});
