import { FORM_COLUMNS, type ColumnKey, type FormColumn } from './columns.js';

/** What is wrong with a header; `column` is the header text or key that is meant. */
export interface HeaderProblem {
  readonly code: 'column-missing' | 'column-unknown' | 'column-twice' | 'header-empty';
  readonly column: string;
  readonly message: string;
  readonly messageZh: string;
}

/** `ignored`: a running number (序号) beside the household's own. */
export type HeaderKey = ColumnKey | 'ignored' | undefined;

export type Header =
  | {
      readonly ok: true;
      /** Key at each position of the sheet; undefined where there is no column. */
      readonly keys: readonly HeaderKey[];
    }
  | { readonly ok: false; readonly problems: readonly HeaderProblem[] };

/** Header texts are compared without white space, brackets of either width and a star for required columns. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/^\uFEFF/, '')
    .replace(/[\s*]/g, '')
    .replace(/[()]/g, '|')
    .toLowerCase();

const names = new Map<string, ColumnKey>();
for (const column of FORM_COLUMNS as readonly (FormColumn & { key: ColumnKey })[]) {
  for (const name of [column.key, column.zh, ...(column.aliases ?? [])]) names.set(plain(name), column.key);
}

/**
 * Reads the first row of a sheet: Chinese headers, their aliases or the English keys, in any order.
 * Unknown, repeated and missing mandatory columns are named, all at once; trailing empty cells are ignored.
 */
export function readHeader(cells: readonly string[]): Header {
  const keys: HeaderKey[] = [];
  let running: number | undefined;
  const problems: HeaderProblem[] = [];
  const seen = new Set<ColumnKey>();
  cells.forEach((cell, position) => {
    const name = plain(cell);
    if (name === '') return;
    // A sheet without a header begins with a person's row: no number of theirs is shown.
    const shown = cell
      .trim()
      .slice(0, 40)
      .replace(/\d{4,}/g, '…');
    if (name === '序号') {
      running ??= position;
      keys[position] = 'ignored';
      return;
    }
    const key = names.get(name);
    if (!key) {
      problems.push({
        code: 'column-unknown',
        column: shown,
        message: `column ${position + 1} “${shown}” is not part of the form`,
        messageZh: `第${position + 1}列“${shown}”不是登记表的列`,
      });
    } else if (seen.has(key)) {
      problems.push({
        code: 'column-twice',
        column: shown,
        message: `column “${shown}” is there twice`,
        messageZh: `“${shown}”列重复`,
      });
    } else {
      seen.add(key);
      keys[position] = key;
    }
  });
  // Sheets without 户编号 number their households in 序号.
  if (running !== undefined && !seen.has('householdNo')) {
    seen.add('householdNo');
    keys[running] = 'householdNo';
  }
  if (seen.size === 0) {
    problems.unshift({
      code: 'header-empty',
      column: '',
      message: 'the first row must hold the headers of the form',
      messageZh: '第一行须为登记表的表头',
    });
  } else {
    for (const column of FORM_COLUMNS as readonly (FormColumn & { key: ColumnKey })[]) {
      if (!column.mandatory || seen.has(column.key)) continue;
      problems.push({
        code: 'column-missing',
        column: column.zh,
        message: `column “${column.zh}” (${column.key}) is missing`,
        messageZh: `缺少“${column.zh}”列`,
      });
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, keys };
}
