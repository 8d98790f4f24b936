import { writeXlsxStream } from 'hucre/xlsx';
import { COLUMN_KEYS, FORM_COLUMNS, type ColumnKey, type FormRow } from './columns.js';

export interface WriteFormOptions {
  /** Columns to write, in this order; all of the form when left out. */
  readonly columns?: readonly ColumnKey[];
  /** Headers in Chinese (default) or as English keys. */
  readonly header?: 'zh' | 'key';
}

type Rows = Iterable<FormRow> | AsyncIterable<FormRow>;

const headers = (columns: readonly ColumnKey[], kind: 'zh' | 'key'): string[] =>
  columns.map((key) => (kind === 'key' ? key : (FORM_COLUMNS.find((c) => c.key === key)?.zh ?? key)));

/**
 * Writes rows as an XLSX file of one sheet in the form's layout; every cell is text, so that no spreadsheet program
 * turns an 18-digit number into a rounded one. Memory stays flat; a sheet holds at most 1 048 575 rows of persons.
 */
export function writeFormXlsx(rows: Rows, options: WriteFormOptions = {}): ReadableStream<Uint8Array> {
  const columns = options.columns ?? COLUMN_KEYS;
  const titles = headers(columns, options.header ?? 'zh');
  async function* cells(): AsyncGenerator<(string | null)[]> {
    for await (const row of rows) yield columns.map((key) => row[key] ?? null);
  }
  return writeXlsxStream(cells(), {
    name: '建档立卡登记表',
    columns: titles.map((header) => ({ header, width: Math.max(10, header.length * 2 + 2), numFmt: '@' })),
    freezePane: { rows: 1 },
  });
}

const quoted = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Writes rows as CSV (UTF-8 with byte order mark, CRLF), the form's headers first. Yields text in pieces of about 64 KB. */
export async function* writeFormCsv(rows: Rows, options: WriteFormOptions = {}): AsyncGenerator<string> {
  const columns = options.columns ?? COLUMN_KEYS;
  let text = `\uFEFF${headers(columns, options.header ?? 'zh')
    .map(quoted)
    .join(',')}\r\n`;
  for await (const row of rows) {
    text += `${columns.map((key) => quoted(row[key] ?? '')).join(',')}\r\n`;
    if (text.length > 65536) {
      yield text;
      text = '';
    }
  }
  if (text) yield text;
}
