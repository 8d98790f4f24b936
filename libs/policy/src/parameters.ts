// Every parameter a rule set may hold, with its type and labels. A name that is not here does not load, so a typing mistake in a
// rule set cannot silently leave a default in force. Pure: deciders may import it.

/** yuan: decimal string of yuan; share: 0–1; date: YYYY-MM-DD; choice: one of `values`; list: some of `values`, in order. */
export type ParameterType = 'yuan' | 'count' | 'days' | 'share' | 'flag' | 'date' | 'choice' | 'list';

export interface ParameterSpec {
  readonly type: ParameterType;
  readonly zh: string;
  readonly en: string;
  readonly unit?: string;
  /** Written `name.YEAR`, one value a year. */
  readonly byYear?: true;
  /** Only the nation's own rule sets may hold it (REG-19, TGT-22: the standard is neither lowered nor raised). */
  readonly nationalOnly?: true;
  readonly values?: readonly string[];
  /** The rule that forbids any other value or place; named when a rule set that breaks it is refused. */
  readonly boundBy?: string;
}

/** The two assurances, three guarantees and, beside them, safe water. The names are those of the contract's enum in camelCase. */
export const GUARANTEES = [
  'food',
  'clothing',
  'compulsoryEducation',
  'basicMedicalCare',
  'safeHousing',
  'safeWater',
] as const;
export type GuaranteeName = (typeof GUARANTEES)[number];

/** What an exit may be made to depend on, and nothing else: 两不愁三保障 (REG-10). Safe water has a flag of its own. */
export const BINDING_GUARANTEES = [
  'food',
  'clothing',
  'compulsoryEducation',
  'basicMedicalCare',
  'safeHousing',
] as const;

/** 数据比对: what the sectors' data may show. The names are those of the contract's enum in camelCase. */
export const COMPARISON_HITS = ['vehicle', 'urbanHouse', 'company', 'publicPayroll'] as const;
export type ComparisonHitName = (typeof COMPARISON_HITS)[number];

/** Steps of the procedures of identification, exit, return and removal. */
export const STEPS = [
  'application',
  'relapseReport',
  'removalProposal',
  'democraticReview',
  'verification',
  'dataComparison',
  'villageNotice',
  'townshipReview',
  'townshipNotice',
  'countyReview',
  'acknowledgement',
  'publicNotice',
  'announcement',
] as const;
export type StepName = (typeof STEPS)[number];

export const PARAMETERS = {
  povertyLine: {
    type: 'yuan',
    byYear: true,
    nationalOnly: true,
    boundBy: 'TGT-22',
    unit: 'yuan per person and year',
    zh: '扶贫标准',
    en: 'Poverty line',
  },
  exitIncomeComparison: {
    type: 'choice',
    values: ['above', 'atLeast'],
    zh: '收入与标准的比较',
    en: 'How the income must compare with the line',
  },
  exitGuarantees: {
    type: 'list',
    values: BINDING_GUARANTEES,
    boundBy: 'REG-10',
    zh: '退出须达到的“两不愁三保障”',
    en: 'Assurances and guarantees an exit needs',
  },
  safeWaterGatesExit: { type: 'flag', zh: '饮水安全是否为退出条件', en: 'Whether an exit needs safe water' },
  compulsoryEducationYears: {
    type: 'count',
    unit: 'years',
    zh: '义务教育年限',
    en: 'Years of compulsory education',
  },
  exitSteps: { type: 'list', values: STEPS, zh: '退出程序', en: 'Steps of an exit' },
  identificationSteps: { type: 'list', values: STEPS, zh: '识别程序', en: 'Steps of an identification' },
  returnSteps: { type: 'list', values: STEPS, zh: '返贫识别程序', en: 'Steps of a return' },
  removalSteps: { type: 'list', values: STEPS, zh: '清退程序', en: 'Steps of a removal' },
  dynamicAdjustment: {
    type: 'choice',
    values: ['continuous', 'yearly'],
    zh: '动态管理',
    en: 'When the register is adjusted',
  },
  villageNoticeDays: { type: 'days', unit: 'days', zh: '村级公示天数', en: 'Days of the village notice' },
  townshipNoticeDays: { type: 'days', unit: 'days', zh: '乡镇公示天数', en: 'Days of the township notice' },
  exitNoticeDays: { type: 'days', unit: 'days', zh: '退出公示天数', en: 'Days of the notice of an exit' },
  removalNoticeDays: {
    type: 'days',
    unit: 'days',
    zh: '清退公示天数',
    en: 'Days of the notice of a removal',
  },
  reviewMajorityAbove: {
    type: 'share',
    zh: '民主评议通过比例（须超过）',
    en: 'Share of the votes for and against that must be exceeded',
  },
  minReviewParticipants: {
    type: 'count',
    unit: 'persons',
    zh: '民主评议最少人数',
    en: 'Least number of participants of a review',
  },
  disqualifyingComparisonHits: {
    type: 'list',
    values: COMPARISON_HITS,
    zh: '数据比对否决项',
    en: 'Findings of the data comparison that exclude',
  },
  maxOtherCauses: {
    type: 'count',
    zh: '其他致贫原因最多个数',
    en: 'Most causes of poverty beside the main one',
  },
  backdatedAfterDays: {
    type: 'days',
    unit: 'days',
    zh: '补录界定天数',
    en: 'Days after which a step counts as backdated',
  },
  archiveRetentionYears: {
    type: 'count',
    unit: 'years',
    zh: '贫困户档案保管年限',
    en: 'Years the archive keeps who a person was after they left the register',
  },
  campaignEnd: { type: 'date', zh: '脱贫攻坚期结束', en: 'End of the campaign' },
  exitDeadline: { type: 'date', zh: '全部脱贫期限', en: 'Day by which all are to be out' },
  policiesRetainedUntil: {
    type: 'date',
    zh: '脱贫后政策保持至',
    en: 'Day to which an exited household keeps its policies',
  },
  policyUnchangedOnEarlyExit: {
    type: 'flag',
    zh: '提前脱贫政策不变',
    en: 'Whether an early exit leaves the policies unchanged',
  },
  monitorsExited: { type: 'flag', zh: '脱贫户跟踪监测', en: 'Whether exited households are tracked' },
  monitoringFields: {
    type: 'list',
    values: ['production', 'living'],
    zh: '监测内容',
    en: 'What a monitoring visit covers',
  },
  dibaoContinuesAfterExit: {
    type: 'flag',
    zh: '脱贫后继续享受低保',
    en: 'Whether dibao continues between the poverty line and the dibao line',
  },
  dibaoLine: {
    type: 'yuan',
    byYear: true,
    unit: 'yuan per person and year',
    zh: '低保标准',
    en: 'Dibao line',
  },
  plannedExitPersons: {
    type: 'count',
    byYear: true,
    unit: 'persons',
    zh: '计划脱贫人口',
    en: 'Persons planned to exit',
  },
  plannedExitVillages: {
    type: 'count',
    byYear: true,
    unit: 'villages',
    zh: '计划出列贫困村',
    en: 'Poor villages planned to exit',
  },
  plannedExitCounties: {
    type: 'count',
    byYear: true,
    unit: 'counties',
    zh: '计划摘帽贫困县',
    en: 'Poor counties planned to exit',
  },
  plannedExitVillagesTotal: {
    type: 'count',
    unit: 'villages',
    zh: '贫困村总数',
    en: 'Poor villages to exit in all',
  },
  exitBatchShare: { type: 'share', byYear: true, zh: '分批脱贫比例', en: 'Share of the poor of that batch' },
  villageExitBatchShare: {
    type: 'share',
    byYear: true,
    zh: '分批出列比例',
    en: 'Share of the poor villages of that batch',
  },
  incomeShareOfDistrictAim: {
    type: 'share',
    zh: '收入占所在区平均比例',
    en: "Income as a share of the district's average",
  },
  incomeGrowthAboveCity: { type: 'flag', zh: '收入增幅高于全市', en: "Income growth above the city's" },
  incomeAboveMunicipalLine: {
    type: 'flag',
    zh: '收入超过市级扶贫标准',
    en: "Income above the city's own line",
  },
  securedIncomeAboveMunicipalLine: {
    type: 'flag',
    zh: '低保户、五保户保障性收入超过市级扶贫标准',
    en: "Secured income of dibao and tekun households above the city's own line",
  },
  cityRuralIncomeGrowth: {
    type: 'share',
    byYear: true,
    zh: '全市农村居民人均可支配收入增幅',
    en: "Growth of the city's rural income over the year before",
  },
  districtRuralIncome: {
    type: 'yuan',
    byYear: true,
    unit: 'yuan per person and year',
    zh: '所在区农村居民人均可支配收入',
    en: "The district's average rural income",
  },
  municipalPovertyLine: {
    type: 'yuan',
    byYear: true,
    unit: 'yuan per person and year',
    zh: '市级扶贫标准',
    en: "The city's own line",
  },
  incomeProjectsPerHouseholdAim: { type: 'count', zh: '每户增收项目', en: 'Income projects of a household' },
  villageIncomeShareOfProvince: {
    type: 'share',
    zh: '贫困村收入占全省平均比例',
    en: "Village income as a share of the province's average",
  },
  villageCollectiveIncome: {
    type: 'yuan',
    unit: 'yuan per year',
    zh: '村集体经济收入',
    en: 'Collective income of a village',
  },
  dibaoLineAtLeastPovertyLine: {
    type: 'flag',
    zh: '两线合一',
    en: 'Whether the dibao line reaches the poverty line',
  },
  measuresIdentificationAccuracy: {
    type: 'flag',
    zh: '识别和退出准确率',
    en: 'Whether accuracy of identification and exit is measured',
  },
} as const satisfies Record<string, ParameterSpec>;

type Specs = typeof PARAMETERS;
export type ParameterBaseName = keyof Specs;
type YearlyName = {
  [K in ParameterBaseName]: Specs[K] extends { byYear: true } ? K : never;
}[ParameterBaseName];

/** `villageNoticeDays`, or `povertyLine.2018` for what has a value a year. */
export type ParameterName = Exclude<ParameterBaseName, YearlyName> | `${YearlyName}.${number}`;

/** Money and dates are strings, lists are arrays of names. */
export type ParameterValue = string | number | boolean | readonly string[];

/** The specification of a name, with its year where it has one; `undefined` when the name is not a parameter's. */
export function specOf(
  name: string,
): (ParameterSpec & { readonly base: ParameterBaseName; readonly year?: number }) | undefined {
  const [base = '', year, ...more] = name.split('.');
  if (!isBaseName(base) || more.length > 0) return undefined;
  const spec: ParameterSpec = PARAMETERS[base];
  if (year === undefined) return { ...spec, base };
  return spec.byYear && /^(19|20)\d\d$/.test(year) ? { ...spec, base, year: Number(year) } : undefined;
}

function isBaseName(name: string): name is ParameterBaseName {
  return Object.hasOwn(PARAMETERS, name);
}
