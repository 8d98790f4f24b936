import { formColumn, type ColumnKey } from '@fupin/domain/register-form';

/** What is wrong with a row, for the person who mends the file. Never holds a value of the file. */
export interface RowError {
  /** Line of the file (CSV, NDJSON) or row of the sheet, from 1 with the header. */
  readonly line: number;
  readonly field?: ColumnKey;
  /** Address of the cell, where the file has one. */
  readonly cell?: string;
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
  readonly messageZh: string;
}

/** Code, English, Chinese. `%` stands for the column, `$` for the detail given. */
const MESSAGES = {
  required: ['% is missing', '缺少“%”'],
  'too-long': ['% has at most $ characters', '“%”不得超过$个字'],
  'characters-not-allowed': ['% has characters that do not belong there', '“%”含有不允许的字符'],
  'formula-error': ['% holds a formula that failed', '“%”单元格公式出错'],
  'cell-too-long': ['% is too long to be read', '“%”单元格内容过长'],
  'stored-as-number': [
    '% was stored as a number and lost digits; format the column as text',
    '“%”以数字格式保存，位数已丢失，请设为文本格式',
  ],
  'unexpected-value': ['% is not a plain value', '“%”不是普通的值'],
  'number-length': ['% has 18 characters, a disability card 20', '“%”须为18位身份证号或20位残疾证号'],
  'number-format': ['% has characters that do not belong there', '“%”含有不允许的字符'],
  'number-province': ['% begins with an unknown province', '“%”前两位不是有效的省级代码'],
  'number-birth-date': ['% holds a date of birth that does not exist', '“%”中的出生日期不存在'],
  'number-checksum': ['% has a wrong check digit', '“%”校验码错误'],
  'number-disability-type': [
    '% ends with an unknown kind or grade of disability',
    '“%”末两位不是有效的残疾类别和等级',
  ],
  'sex-differs': ['% does not agree with the ID number', '“%”与证件号码不符'],
  'code-unknown': ['% is not in the list', '“%”不在代码表中'],
  'code-system-wrong': [
    '% is a code of another list than those of this column ($)',
    '“%”不是本列使用的代码表（$）中的代码',
  ],
  'code-system-missing': [
    '% is a bare number; give the name, or the list with it ($)',
    '“%”只填了数字，请填名称或写明代码表（$）',
  ],
  'too-many-values': ['% holds at most $', '“%”不超过$项'],
  'value-twice': ['% names the same twice, or the main one again', '“%”有重复'],
  'date-invalid': ['% is not a date of the calendar (YYYY-MM-DD)', '“%”不是有效日期（YYYY-MM-DD）'],
  'date-in-future': ['% lies in the future', '“%”晚于今天'],
  'date-missing': ['% is empty and the upload names no date', '“%”未填，上传时也未给定日期'],
  'amount-invalid': ['% is not an amount of yuan', '“%”不是有效金额'],
  'amount-decimals': ['% has more than two decimals', '“%”超过两位小数'],
  'amount-range': ['% is too large', '“%”超出范围'],
  'amount-negative': ['% may not be negative', '“%”不能为负数'],
  'number-invalid': ['% is a whole number of $', '“%”须为$的整数'],
  'area-invalid': ['% is square metres with at most two decimals', '“%”须为平方米数，最多两位小数'],
  'distance-invalid': ['% is kilometres with at most three decimals', '“%”须为公里数，最多三位小数'],
  'yes-no-invalid': ['% is 是 or 否', '“%”须填是或否'],
  'village-invalid': ['% is a code of 12 digits', '“%”须为12位代码'],
  'village-unknown': ['% is no village that is known', '“%”不是已知的行政村'],
  'village-outside-import': ['% lies outside the region of this import', '“%”不在本次导入的地区范围内'],
  'village-outside-caller': ['% lies outside the caller’s region', '“%”不在操作人的管辖范围内'],
  'phone-invalid': ['% is not a phone number', '“%”不是有效的电话号码'],
  'account-invalid': ['% has 8 to 30 digits', '“%”须为8至30位数字'],
  'no-head': [
    'no row of the household is the head’s (% 本人或户主); its rows must follow one another',
    '该户没有户主（“%”为本人或户主）；同一户的各行须相连',
  ],
  'two-heads': ['the household has a head already', '该户已有户主'],
  'head-name-differs': ['% differs from the name on the head’s row', '“%”与户主一行的姓名不一致'],
  'member-twice': ['the same person is on line $ already', '此人已在第$行出现'],
  'household-value-differs': ['% differs from the head’s row', '“%”与户主一行不一致'],
  'income-incomplete': ['% is needed as soon as an income is given', '填写收入时必须填写“%”'],
  'net-income-differs': ['% is not the sum of the incomes less the cost', '“%”不等于各项收入之和减支出'],
  'per-capita-differs': ['% is not the net income divided by $ persons', '“%”不等于纯收入除以人数（$人）'],
  'house-incomplete': [
    '% does not fit the area: a house has a structure, no house has none',
    '“%”与住房面积不符：有房须填结构，无房不填',
  ],
  'too-many-members': ['a household has at most $ members', '每户不超过$人'],
  'too-many-cells': ['the row has more cells than the header', '该行单元格多于表头'],
  'neighbour-unreadable': [
    'a line next to this household could not be read (line $), so it may be incomplete',
    '与该户相邻的第$行无法读取，该户可能不完整',
  ],
  'not-an-object': ['the line is not a JSON object of a household', '该行不是一户的JSON对象'],
  'unknown-field': ['the object has a field that is not part of the form: $', '含有登记表之外的字段：$'],
  'line-too-long': ['the line is too long', '该行过长'],
} as const satisfies Record<string, readonly [string, string]>;

export type RowErrorCode = keyof typeof MESSAGES;

/** An error in both languages. */
export function rowError(
  code: RowErrorCode,
  line: number,
  field?: ColumnKey,
  detail = '',
  cell?: string,
): RowError {
  const [en, zh] = MESSAGES[code];
  const column = field && formColumn(field);
  const fill = (text: string, name: string) => text.replace('%', name).replace('$', detail);
  return {
    line,
    ...(field && { field }),
    ...(cell && { cell }),
    code,
    message: fill(en, column ? `${column.zh} (${column.key})` : ''),
    messageZh: fill(zh, column?.zh ?? ''),
  };
}
