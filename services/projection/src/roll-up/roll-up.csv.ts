import type { CsvColumn } from '../http/csv.js';
import type {
  CauseAnswer,
  ComparedAnswer,
  FlowsAnswer,
  PublishedYearAnswer,
  RollUpAnswer,
  StocksAnswer,
  YearAnswer,
} from './roll-up.dto.js';
import type { Figure } from './roll-up.queries.js';

/** Two columns of a figure: households and persons. */
function figure<Row>(zh: string, en: string, of: (row: Row) => Figure): CsvColumn<Row>[] {
  return [
    { header: `${zh}户数 ${en} households`, of: (row) => of(row).households },
    { header: `${zh}人数 ${en} persons`, of: (row) => of(row).persons },
  ];
}

function stocks<Row>(of: (row: Row) => StocksAnswer, zh = '', en = ''): CsvColumn<Row>[] {
  return [
    ...figure<Row>(`${zh}建档立卡`, `${en}registered`, (r) => of(r).registered),
    ...figure<Row>(`${zh}贫困`, `${en}poor`, (r) => of(r).poor),
    ...figure<Row>(`${zh}未脱贫`, `${en}still poor`, (r) => of(r).stillPoor),
    ...figure<Row>(`${zh}返贫`, `${en}returned to poverty`, (r) => of(r).returnedPoor),
    ...figure<Row>(`${zh}已脱贫`, `${en}exited`, (r) => of(r).exited),
    ...figure<Row>(`${zh}脱贫享受政策`, `${en}exited with policies`, (r) => of(r).policyRetained),
    ...figure<Row>(`${zh}脱贫不享受政策`, `${en}exited without policies`, (r) => of(r).policyEnded),
  ];
}

function flows<Row>(prefix: { zh: string; en: string }, of: (row: Row) => FlowsAnswer): CsvColumn<Row>[] {
  const one = (zh: string, en: string, name: keyof FlowsAnswer) =>
    figure<Row>(`${prefix.zh}${zh}`, `${prefix.en} ${en}`, (r) => of(r)[name]);
  const persons = (zh: string, en: string, name: keyof FlowsAnswer): CsvColumn<Row> => ({
    header: `${prefix.zh}${zh}人数 ${prefix.en} ${en} persons`,
    of: (r) => of(r)[name].persons,
  });
  return [
    ...one('初次识别', 'identified', 'identified'),
    ...one('新致贫', 'newly poor', 'newlyPoor'),
    ...one('漏评补录', 'missed, added', 'missed'),
    ...one('分户', 'split off', 'splitOff'),
    ...one('迁入', 'moved in', 'movedIn'),
    ...one('迁出', 'moved out', 'movedOut'),
    ...one('并户', 'merged away', 'mergedAway'),
    ...one('整户自然减少', 'extinguished', 'extinguished'),
    ...one('清退', 'removed', 'removed'),
    ...one('脱贫', 'exits', 'exits'),
    ...one('返贫', 'returns', 'returns'),
    ...one('错退回退', 'exit reversals', 'exitReversals'),
    persons('自然增加', 'members added', 'membersAdded'),
    persons('自然减少', 'members left', 'membersLeft'),
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

export const COMPARISON_COLUMNS: readonly CsvColumn<ComparedAnswer>[] = [
  ...ROLL_UP_COLUMNS,
  { header: '脱贫户占比 exited share', of: (r) => r.rates.exitedShare },
  { header: '返贫率 return rate', of: (r) => r.rates.returnRate },
  { header: '回退率 exit reversal rate', of: (r) => r.rates.exitReversalRate },
];

export const CAUSE_COLUMNS: readonly CsvColumn<CauseAnswer>[] = [
  { header: '致贫原因代码 cause', of: (r) => r.cause },
  { header: '致贫原因 label', of: (r) => `${r.labelZh} ${r.labelEn}` },
  ...stocks<CauseAnswer>((r) => r),
];

/** Of an open year the published columns are empty. */
const published = (column: CsvColumn<PublishedYearAnswer>): CsvColumn<YearAnswer> => ({
  header: column.header,
  of: (r) => (r.published ? column.of(r.published) : undefined),
});

export const YEAR_COLUMNS: readonly CsvColumn<YearAnswer>[] = [
  { header: '年份 year', of: (r) => r.year },
  { header: '截止日 as of', of: (r) => r.asOf },
  ...flows<YearAnswer>({ zh: '当年', en: 'during' }, (r) => r.during),
  ...stocks<YearAnswer>((r) => r.atYearEnd),
  { header: '贫困发生率 poverty incidence', of: (r) => r.povertyIncidence },
  { header: '封库日 closed as known on', of: (r) => r.published?.knownOn },
  ...flows<PublishedYearAnswer>({ zh: '封库当年', en: 'published during' }, (r) => r.during).map(published),
  ...stocks<PublishedYearAnswer>((r) => r.atYearEnd, '封库', 'published ').map(published),
];
