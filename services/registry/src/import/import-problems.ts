import { defineProblems, Problem, type ProblemType } from '@fupin/service';
import { FileProblem } from './readers/table.js';

/** Why a file is refused as a whole, before anything of it is imported. */
const FILE_PROBLEMS = {
  'file-empty': { status: 422, title: 'The file is empty', titleZh: '文件没有内容' },
  'file-too-large': { status: 413, title: 'The file is too large', titleZh: '文件过大' },
  'encoding-unknown': { status: 422, title: 'The encoding is not known', titleZh: '无法识别文件编码' },
  'not-ndjson': { status: 422, title: 'The file is not NDJSON', titleZh: '文件不是NDJSON格式' },
  'xlsx-broken': { status: 422, title: 'The XLSX file is not complete', titleZh: 'XLSX文件不完整' },
  'xlsx-too-large': {
    status: 413,
    title: 'The XLSX file unpacks to too much',
    titleZh: 'XLSX文件解压后过大',
  },
  'xlsx-encrypted': { status: 422, title: 'The XLSX file has a password', titleZh: 'XLSX文件设有密码' },
  'xlsx-several-sheets': {
    status: 422,
    title: 'More than one sheet is filled',
    titleZh: '有多个工作表有内容',
  },
  'xlsx-date-1904': { status: 422, title: 'Dates are counted from 1904', titleZh: '使用了1904日期系统' },
  'header-wrong': { status: 422, title: 'The header is not the form’s', titleZh: '表头与登记表不符' },
  'header-empty': { status: 422, title: 'There is no header', titleZh: '缺少表头' },
  'column-missing': { status: 422, title: 'A column is missing', titleZh: '缺少必需的列' },
  'column-unknown': { status: 422, title: 'A column is not part of the form', titleZh: '含有登记表之外的列' },
  'column-twice': { status: 422, title: 'A column is there twice', titleZh: '列重复' },
  'too-many-columns': { status: 422, title: 'There are too many columns', titleZh: '列数过多' },
  'quote-broken': { status: 422, title: 'A quotation mark is out of place', titleZh: '引号使用有误' },
  'quote-not-closed': { status: 422, title: 'A quotation mark is not closed', titleZh: '引号未闭合' },
  'line-too-long': { status: 422, title: 'A line is too long', titleZh: '行过长' },
} as const satisfies Record<string, ProblemType>;
export const FILE_PROBLEM_TYPES = Object.keys(FILE_PROBLEMS);

defineProblems({
  ...FILE_PROBLEMS,
  'import-ended': { status: 409, title: 'The import has ended already', titleZh: '导入已结束' },
});

/** The 4xx problem of a file that cannot be read; anything else as it is. */
export function asProblem(error: unknown): unknown {
  if (!(error instanceof FileProblem)) return error;
  return new Problem(error.code, {
    detail: error.message,
    detailZh: error.messageZh,
    ...(error.errors[0]?.field !== undefined && { field: error.errors[0].field }),
    errors: error.errors.map(({ field, code, message, messageZh }) => ({
      ...(field !== undefined && { field }),
      code,
      detail: message,
      detailZh: messageZh,
    })),
  });
}
