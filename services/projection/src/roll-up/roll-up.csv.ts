import type { CsvColumn } from '../http/csv.js';
import type { CauseAnswer, FlowsAnswer, RollUpAnswer, StocksAnswer, YearAnswer } from './roll-up.dto.js';
import type { Figure } from './roll-up.queries.js';

/** Two columns of a figure: households and persons. */
function figure<Row>(zh: string, en: string, of: (row: Row) => Figure): CsvColumn<Row>[] {
  return [
    { header: `${zh}户数 ${en} households`, of: (row) => of(row).households },
    { header: `${zh}人数 ${en} persons`, of: (row) => of(row).persons },
  ];
}

function stocks<Row>(of: (row: Row) => StocksAnswer): CsvColumn<Row>[] {
  return [
    ...figure<Row>('建档立卡', 'registered', (r) => of(r).registered),
    ...figure<Row>('贫困', 'poor', (r) => of(r).poor),
    ...figure<Row>('未脱贫', 'still poor', (r) => of(r).stillPoor),
    ...figure<Row>('返贫', 'returned to poverty', (r) => of(r).returnedPoor),
    ...figure<Row>('已脱贫', 'exited', (r) => of(r).exited),
  ];
}

function flows<Row>(prefix: { zh: string; en: string }, of: (row: Row) => FlowsAnswer): CsvColumn<Row>[] {
  return [
    ...figure<Row>(`${prefix.zh}初次识别`, `${prefix.en} identified`, (r) => of(r).identified),
    ...figure<Row>(`${prefix.zh}新致贫`, `${prefix.en} newly poor`, (r) => of(r).newlyPoor),
    ...figure<Row>(`${prefix.zh}漏评补录`, `${prefix.en} missed, added`, (r) => of(r).missed),
    ...figure<Row>(`${prefix.zh}脱贫`, `${prefix.en} exits`, (r) => of(r).exits),
    ...figure<Row>(`${prefix.zh}返贫`, `${prefix.en} returns`, (r) => of(r).returns),
  ];
}

export const ROLL_UP_COLUMNS: readonly CsvColumn<RollUpAnswer>[] = [
  { header: '区划代码 region', of: (r) => r.region },
  { header: '区划名称 name', of: (r) => r.name },
  { header: '统计截止日 as of', of: (r) => r.asOf },
  ...stocks<RollUpAnswer>((r) => r),
  ...flows<RollUpAnswer>({ zh: '累计', en: 'cumulative' }, (r) => r.cumulative),
  { header: '补录步骤 backdated steps', of: (r) => r.backdatedSteps },
  { header: '贫困发生率 poverty incidence', of: (r) => r.povertyIncidence },
  { header: '农村人口 rural population', of: (r) => r.ruralPopulation?.persons },
];

export const CAUSE_COLUMNS: readonly CsvColumn<CauseAnswer>[] = [
  { header: '致贫原因代码 cause', of: (r) => r.cause },
  { header: '致贫原因 label', of: (r) => `${r.labelZh} ${r.labelEn}` },
  ...stocks<CauseAnswer>((r) => r),
];

export const YEAR_COLUMNS: readonly CsvColumn<YearAnswer>[] = [
  { header: '年份 year', of: (r) => r.year },
  { header: '截止日 as of', of: (r) => r.asOf },
  ...flows<YearAnswer>({ zh: '当年', en: 'during' }, (r) => r.during),
  ...stocks<YearAnswer>((r) => r.atYearEnd),
  { header: '贫困发生率 poverty incidence', of: (r) => r.povertyIncidence },
];
