import type { CodeSystemName } from '../codes.js';

/** What a cell of the column may hold and how it is read. */
export type FieldKind =
  | { readonly type: 'text'; readonly max: number }
  | { readonly type: 'householdNo' }
  | { readonly type: 'village' }
  | { readonly type: 'personName' }
  | { readonly type: 'personNumber' }
  | { readonly type: 'phone' }
  | { readonly type: 'bankAccount' }
  | { readonly type: 'date' }
  | { readonly type: 'yesNo' }
  /** Yuan with at most two decimals, inside fen. */
  | { readonly type: 'money'; readonly negative: boolean }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  /** Square metres with at most two decimals. */
  | { readonly type: 'area' }
  /** Kilometres with at most three decimals. */
  | { readonly type: 'distance' }
  /** A code of one of the named lists; a bare code belongs to the first, `LIST:code` names another one. */
  | {
      readonly type: 'code';
      readonly systems: readonly CodeSystemName[];
      readonly bareCode: boolean;
      readonly most: number;
    }
  /** One of a few values the event contract has as an enum; several of them where `most` says so. */
  | { readonly type: 'choice'; readonly choices: readonly Choice[]; readonly most?: number };

export interface Choice {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  /** Other spellings found in registers. */
  readonly also?: readonly string[];
}

/** `household`: filled on the head's row. `member`: filled on every row. `key`: the household's number, on every row. */
export type ColumnLevel = 'key' | 'household' | 'member';

export interface FormColumn {
  readonly key: string;
  /** Header of the sheet. */
  readonly zh: string;
  readonly en: string;
  /** Other headers that mean this column. */
  readonly aliases?: readonly string[];
  readonly level: ColumnLevel;
  readonly kind: FieldKind;
  /** Must have a value on each row (member, key) or on the head's row (household). */
  readonly required?: boolean;
  /** The whole column must be there; all others may be left out of a file. */
  readonly mandatory?: boolean;
  /** Goes into the person vault, never into an event. */
  readonly personal?: boolean;
  /** Field of the register's form (A2, A17a …). */
  readonly formField?: string;
  readonly hint: string;
  readonly hintZh: string;
  readonly example: string;
}

export const HOUSEHOLD_KINDS: readonly Choice[] = [
  { code: '01', zh: '一般贫困户', en: 'ordinary', also: ['一般户'] },
  { code: '02', zh: '低保贫困户', en: 'dibao', also: ['低保户'] },
  {
    code: '03',
    zh: '特困户',
    en: 'tekun',
    also: ['五保户', '五保贫困户', '特困供养户', '特困供养（五保）户'],
  },
];
export const ENTRY_KINDS: readonly Choice[] = [
  { code: '01', zh: '初次识别', en: 'identified' },
  { code: '02', zh: '新致贫', en: 'newlyPoor' },
  { code: '03', zh: '漏评补录', en: 'missed' },
];
export const HOUSING_STRUCTURES: readonly Choice[] = [
  { code: '01', zh: '土坯', en: 'adobe', also: ['土坯房', '土木'] },
  { code: '02', zh: '砖木', en: 'brickTimber', also: ['砖木结构'] },
  { code: '03', zh: '砖混', en: 'brickConcrete', also: ['砖混结构', '砖混材料'] },
  { code: '04', zh: '钢筋混凝土', en: 'reinforcedConcrete' },
  { code: '09', zh: '其他', en: 'other' },
];
export const STANDARDS: readonly Choice[] = [
  { code: '01', zh: '国家标准', en: 'national', also: ['国定标准', '国标'] },
  { code: '02', zh: '省定标准', en: 'provincial', also: ['省级标准', '省标'] },
  { code: '03', zh: '市定标准', en: 'city', also: ['市级标准', '市标'] },
];
export const FUELS: readonly Choice[] = [
  { code: '01', zh: '柴草', en: 'firewood', also: ['柴火', '秸秆'] },
  { code: '02', zh: '煤炭', en: 'coal', also: ['煤'] },
  { code: '03', zh: '煤气、液化气、天然气', en: 'gas', also: ['燃气', '煤气', '液化气', '天然气'] },
  { code: '04', zh: '沼气', en: 'biogas' },
  { code: '05', zh: '电', en: 'electricity' },
  { code: '09', zh: '其他', en: 'other' },
];

const code = (first: CodeSystemName, ...others: CodeSystemName[]): FieldKind => ({
  type: 'code',
  systems: [first, ...others],
  bareCode: true,
  most: 1,
});
const choice = (choices: readonly Choice[]): FieldKind => ({ type: 'choice', choices });
const income: FieldKind = { type: 'money', negative: false };

/**
 * The register's form (建档立卡登记表, its fields as collected in practice) as one sheet: one row per person, the rows of
 * a household one after the other, the household's own columns filled on the head's row. Template, reading, writing and
 * documentation all come from this list.
 */
// A table, read by the line.
// prettier-ignore
export const FORM_COLUMNS = [
  {
    key: 'householdNo', zh: '户编号', en: 'Household number', aliases: ['户号'], level: 'key',
    kind: { type: 'householdNo' }, required: true, mandatory: true,
    hint: 'The same on every row of a household; letters, digits and -, at most 32.',
    hintZh: '同一户的每一行都填，字母、数字或“-”，不超过32位，同一户的各行须相连', example: '4228230001',
  },
  {
    key: 'villageCode', zh: '行政村代码', en: 'Village code', aliases: ['村代码', '行政区划代码'],
    level: 'household', kind: { type: 'village' }, required: true, mandatory: true,
    hint: 'The 12-digit code of the village.', hintZh: '12位行政村代码', example: '422823100201',
  },
  {
    key: 'groupName', zh: '村民组', en: 'Villagers’ group', aliases: ['自然村（组）', '家庭住址', '住址'],
    level: 'household', kind: { type: 'text', max: 100 }, personal: true, hint: 'Address down to the group.',
    hintZh: '住址到组', example: '三组',
  },
  {
    key: 'headName', zh: '户主姓名', en: 'Name of the head', level: 'household', kind: { type: 'personName' },
    personal: true, hint: 'May be left empty; when given it is the name on the head’s row.',
    hintZh: '可不填；填写时须与户主一行的姓名一致', example: '覃国安',
  },
  {
    key: 'householdKind', zh: '户属性', en: 'Household kind', aliases: ['贫困户属性', '农户属性'], formField: 'A2',
    level: 'household', kind: choice(HOUSEHOLD_KINDS), required: true, mandatory: true, hint: 'One of the list.',
    hintZh: '一般贫困户、低保贫困户、特困户', example: '一般贫困户',
  },
  {
    key: 'standard', zh: '识别标准', en: 'Standard', aliases: ['贫困标准', '识别所用标准'], formField: 'A1',
    level: 'household', kind: choice(STANDARDS), hint: 'By whose standard the household was identified.',
    hintZh: '国家标准、省定标准、市定标准', example: '国家标准',
  },
  {
    key: 'entryKind', zh: '识别类型', en: 'Kind of entry', level: 'household', kind: choice(ENTRY_KINDS),
    hint: 'Empty means identified at first.', hintZh: '不填即初次识别', example: '初次识别',
  },
  {
    key: 'registeredOn', zh: '识别日期', en: 'Registered on', aliases: ['建档立卡日期', '识别时间'],
    level: 'household', kind: { type: 'date' }, hint: 'YYYY-MM-DD; empty means the date given with the upload.',
    hintZh: 'YYYY-MM-DD，不填则取上传时给定的日期', example: '2014-06-30',
  },
  {
    key: 'mainCause', zh: '主要致贫原因', en: 'Main cause of poverty', aliases: ['主要原因'], formField: 'A3a',
    level: 'household', kind: code('registerCause'), required: true, mandatory: true,
    hint: 'Exactly one, as label or code.', hintZh: '只填一项，填名称或代码', example: '因病',
  },
  {
    key: 'otherCauses', zh: '其他致贫原因', en: 'Other causes of poverty', aliases: ['其它致贫原因', '次要致贫原因'],
    formField: 'A3b', level: 'household',
    kind: { type: 'code', systems: ['registerCause'], bareCode: true, most: 2 },
    hint: 'None to two, separated by 、 or ;', hintZh: '不超过两项，用顿号或分号隔开', example: '缺技术、缺资金',
  },
  {
    key: 'name', zh: '姓名', en: 'Name', aliases: ['成员姓名'], level: 'member', kind: { type: 'personName' },
    required: true, mandatory: true, personal: true, hint: 'At most 50 characters, with · where it belongs.',
    hintZh: '不超过50字，间隔号用“·”', example: '覃国安',
  },
  {
    key: 'idNumber', zh: '证件号码', en: 'ID number',
    aliases: ['身份证号', '身份证号码', '公民身份号码', '身份证或残疾证号'], level: 'member',
    kind: { type: 'personNumber' }, required: true, mandatory: true, personal: true,
    hint: 'ID number (18) or disability card (20). As text, never as a number.',
    hintZh: '18位身份证号或20位残疾证号，须为文本格式', example: '422823196503120019',
  },
  {
    key: 'sex', zh: '性别', en: 'Sex', level: 'member', kind: code('gbt2261_1'),
    hint: 'May be left empty; when given it must agree with the number.', hintZh: '可不填；填写时须与证件号码一致',
    example: '男',
  },
  {
    key: 'relation', zh: '与户主关系', en: 'Relation to the head', aliases: ['关系'], level: 'member',
    kind: code('registerRelation', 'gbt4761'), required: true, mandatory: true, hint: 'The head: 本人或户主.',
    hintZh: '户主填“本人或户主”', example: '本人或户主',
  },
  {
    key: 'ethnicity', zh: '民族', en: 'Ethnic group', level: 'member',
    kind: { type: 'code', systems: ['gb3304', 'registerEthnicity'], bareCode: false, most: 1 },
    hint: 'The name, or a code with its list (GB3304:15): the same number means another group in another list.',
    hintZh: '填名称；填代码时须写明代码表，如 GB3304:15', example: '土家族',
  },
  {
    key: 'education', zh: '文化程度', en: 'Education', level: 'member', kind: code('registerEducation', 'gbt4658'),
    hint: 'Label or code.', hintZh: '名称或代码', example: '小学',
  },
  {
    key: 'schooling', zh: '在校生状况', en: 'In school', aliases: ['在校生情况', '在校状况'], level: 'member',
    kind: code('registerSchooling'), hint: 'Label or code.', hintZh: '名称或代码', example: '非在校生',
  },
  {
    key: 'health', zh: '健康状况', en: 'Health', level: 'member', kind: code('registerHealth'),
    hint: 'Label or code.', hintZh: '名称或代码', example: '长期慢性病',
  },
  {
    key: 'workAbility', zh: '劳动技能', en: 'Ability to work', aliases: ['劳动能力', '劳动力状况'], level: 'member',
    kind: code('registerWorkAbility'), hint: 'Label or code.', hintZh: '名称或代码', example: '普通劳动力',
  },
  {
    key: 'workplace', zh: '务工地点', en: 'Work place', aliases: ['务工状况', '务工情况', '务工区域'],
    level: 'member', kind: code('registerWorkplace'), hint: 'Label or code; empty for who does not work away.',
    hintZh: '名称或代码，未务工不填', example: '乡（镇）外县内',
  },
  {
    key: 'monthsWorked', zh: '务工时间（月）', en: 'Months worked', aliases: ['务工时间', '务工月数'],
    level: 'member', kind: { type: 'integer', min: 0, max: 12 }, hint: '0 to 12.', hintZh: '0至12', example: '6',
  },
  {
    key: 'dibao', zh: '是否低保', en: 'Receives dibao', aliases: ['是否享受低保'], level: 'member',
    kind: { type: 'yesNo' }, hint: '是 or 否; empty means 否.', hintZh: '是或否，不填即否', example: '否',
  },
  {
    key: 'medicalInsurance', zh: '是否参加医保', en: 'Medical insurance',
    aliases: ['是否参加新农合', '是否参加城乡居民基本医疗保险', '是否参加基本医疗保险'], level: 'member',
    kind: { type: 'yesNo' }, hint: '是 or 否; empty means 否.', hintZh: '是或否，不填即否', example: '是',
  },
  {
    key: 'pension', zh: '是否参加养老保险', en: 'Pension insurance',
    aliases: ['是否参加新农保', '是否参加城乡居民基本养老保险'], level: 'member', kind: { type: 'yesNo' },
    hint: '是 or 否; empty means 否.', hintZh: '是或否，不填即否', example: '是',
  },
  {
    key: 'phone', zh: '联系电话', en: 'Phone', aliases: ['电话', '手机号码', '手机号'], level: 'member',
    kind: { type: 'phone' }, personal: true, hint: 'Mobile or land line.', hintZh: '手机或座机',
    example: '13800000000',
  },
  {
    key: 'incomeYear', zh: '收入年度', en: 'Year of the income', level: 'household',
    kind: { type: 'integer', min: 2010, max: 2100 }, hint: 'Required as soon as an income is given.',
    hintZh: '填写收入时必填', example: '2013',
  },
  {
    key: 'wage', zh: '工资性收入', en: 'Wages (yuan)', formField: 'A17a', level: 'household', kind: income,
    aliases: ['工资性收入（元）'], hint: 'Yuan of the year, at most two decimals.', hintZh: '全年，元，最多两位小数',
    example: '4200.00',
  },
  {
    key: 'business', zh: '生产经营性收入', en: 'Business income (yuan)', formField: 'A17b', level: 'household',
    kind: income, aliases: ['经营性收入', '生产经营性收入（元）'], hint: 'Gross.', hintZh: '毛收入',
    example: '5300.00',
  },
  {
    key: 'transfer', zh: '转移性收入', en: 'Transfers (yuan)', formField: 'A17c', level: 'household', kind: income,
    aliases: ['转移性收入（元）'], hint: 'Pensions, dibao, subsidies.', hintZh: '养老金、低保金、补贴等',
    example: '860.50',
  },
  {
    key: 'property', zh: '财产性收入', en: 'Property income (yuan)', formField: 'A17d', level: 'household',
    kind: income, aliases: ['财产性收入（元）'], hint: 'Rents, interest.', hintZh: '租金、利息等', example: '0.00',
  },
  {
    key: 'businessCost', zh: '生产经营性支出', en: 'Business cost (yuan)', formField: 'A18', level: 'household',
    kind: income, aliases: ['生产经营性支出（元）'], hint: 'Cost of A17b.', hintZh: '与经营性收入对应的支出',
    example: '2100.00',
  },
  {
    key: 'netIncome', zh: '家庭纯收入', en: 'Net income (yuan)', formField: 'A19', level: 'household',
    kind: { type: 'money', negative: true }, aliases: ['年纯收入', '纯收入'],
    hint: 'May be left empty; when given it must be a + b + c + d − A18.',
    hintZh: '可不填；填写时须等于四项收入之和减支出', example: '8260.50',
  },
  {
    key: 'perCapitaNetIncome', zh: '家庭人均纯收入', en: 'Net income per head (yuan)', formField: 'A20',
    level: 'household', kind: { type: 'money', negative: true }, aliases: ['人均纯收入', '年人均纯收入'],
    hint: 'May be left empty; when given it must be A19 / persons, half up at the fen.',
    hintZh: '可不填；填写时须等于家庭纯收入除以人数，四舍五入到分', example: '2065.13',
  },
  {
    key: 'housingArea', zh: '住房面积（平方米）', en: 'Housing area (m²)', formField: 'A21', level: 'household',
    kind: { type: 'area' }, aliases: ['住房面积'], hint: '0 means no house; structure and year stay empty then.',
    hintZh: '无房填0，结构和年份不填', example: '86.5',
  },
  {
    key: 'housingStructure', zh: '住房结构', en: 'Structure of the house', formField: 'A22', level: 'household',
    aliases: ['结构', '主要结构'], kind: choice(HOUSING_STRUCTURES), hint: 'One of the list.',
    hintZh: '土坯、砖木、砖混、钢筋混凝土、其他', example: '土坯',
  },
  {
    key: 'builtYear', zh: '建房年份', en: 'Year built', formField: 'A23', level: 'household', aliases: ['建房时间'],
    kind: { type: 'integer', min: 1800, max: 2100 }, hint: 'Four digits.', hintZh: '四位年份', example: '1996',
  },
  {
    key: 'relocation', zh: '是否易地搬迁户', en: 'Relocation', formField: 'A24', level: 'household',
    aliases: ['是否搬迁户', '是否易地扶贫搬迁户'], kind: { type: 'yesNo' }, hint: '是 or 否; empty means 否.',
    hintZh: '是或否，不填即否', example: '否',
  },
  {
    key: 'electricity', zh: '是否通生活用电', en: 'Electricity', formField: 'A35', level: 'household',
    aliases: ['是否通电'], kind: { type: 'yesNo' }, hint: '是 or 否.', hintZh: '是或否', example: '是',
  },
  {
    key: 'fuels', zh: '主要燃料类型', en: 'Fuel', formField: 'A36', level: 'household', aliases: ['燃料类型', '主要燃料'],
    kind: { type: 'choice', choices: FUELS, most: 3 }, hint: 'One to three, separated by ; or |',
    hintZh: '不超过三项，用分号或“|”隔开', example: '柴草；电',
  },
  {
    key: 'tapWater', zh: '是否通自来水', en: 'Tap water', formField: 'A37', level: 'household',
    aliases: ['是否通自来水或饮用水'], kind: { type: 'yesNo' },
    hint: '是 or 否. Safe drinking water is assessed with evidence, not here.', hintZh: '是或否', example: '否',
  },
  {
    key: 'distanceToMarket', zh: '距集贸市场距离（公里）', en: 'Distance to the market (km)', level: 'household',
    aliases: ['距集市距离', '与集贸市场的距离'], kind: { type: 'distance' },
    hint: 'Kilometres, at most three decimals.', hintZh: '公里，最多三位小数', example: '4.5',
  },
  {
    key: 'bank', zh: '开户银行', en: 'Bank', level: 'household', kind: { type: 'text', max: 100 }, personal: true,
    hint: 'Bank of the one-card account (一卡通).', hintZh: '一卡通开户银行', example: '恩施农商银行',
  },
  {
    key: 'bankAccount', zh: '银行卡号', en: 'Bank account', aliases: ['银行账号', '一卡通账号'], level: 'household',
    kind: { type: 'bankAccount' }, personal: true, hint: 'Digits, as text.', hintZh: '数字，须为文本格式',
    example: '6224120000000000',
  },
] as const satisfies readonly FormColumn[];

export type ColumnKey = (typeof FORM_COLUMNS)[number]['key'];
export const COLUMN_KEYS: readonly ColumnKey[] = FORM_COLUMNS.map((c) => c.key);

/** One row of the sheet as text, by column key; what is absent is an empty cell. */
export type FormRow = Partial<Record<ColumnKey, string>>;

const byKey = new Map<string, FormColumn>(FORM_COLUMNS.map((c) => [c.key, c]));

/** The column of a key. @throws RangeError for a key that is none of the form */
export function formColumn(key: ColumnKey): FormColumn {
  const column = byKey.get(key);
  if (!column) throw new RangeError(`no column ${key}`);
  return column;
}
