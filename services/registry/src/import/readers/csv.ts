import { readLines, type Line } from './lines.js';
import { FileProblem, LIMITS, type RowProblem, type Table, type TableRow } from './table.js';

// Read by the line and not with a library: after a stray or an unclosed quote the libraries tried give up the file or swallow the
// good rows that follow. Here the line at fault is named and reading goes on with the very next one.

const QUOTE_BROKEN: RowProblem = {
  code: 'quote-broken',
  message: 'a quotation mark is out of place; the line was left out',
  messageZh: '引号使用有误，该行未导入',
};
const QUOTE_OPEN: RowProblem = {
  code: 'quote-not-closed',
  message: 'a quotation mark is opened and not closed; the line was left out',
  messageZh: '引号未闭合，该行未导入',
};
const LINE_TOO_LONG: RowProblem = {
  code: 'line-too-long',
  message: `a line has at most ${LIMITS.csvLine} characters; the line was left out`,
  messageZh: '该行过长，未导入',
};

/** Opens CSV text (comma, RFC 4180 quotes). @throws FileProblem when there is no first row or it is broken */
export async function openCsv(text: () => AsyncIterable<string>): Promise<Table> {
  let first: TableRow | undefined;
  for await (const rows of records(text())) {
    first = rows[0];
    if (first) break;
  }
  if (!first) throw new FileProblem('file-empty', 'the file has no rows', '文件没有内容');
  if (!('cells' in first))
    throw new FileProblem(first.unreadable.code, first.unreadable.message, first.unreadable.messageZh);
  const header = first.cells.map((cell) => (typeof cell === 'string' ? cell : ''));
  async function* rows() {
    let skipped = false;
    for await (const batch of records(text())) {
      const below = skipped ? batch : batch.slice(1);
      skipped = true;
      if (below.length > 0) yield below;
    }
  }
  return { header, rows };
}

/** The rows of a CSV text; blank lines are left out. */
async function* records(text: AsyncIterable<string>): AsyncGenerator<TableRow[]> {
  let waiting: Line[] = [];
  for await (const lines of readLines(text, LIMITS.csvLine)) {
    const read = readRecords(waiting.length > 0 ? waiting.concat(lines) : lines, false);
    waiting = read.rest;
    if (read.rows.length > 0) yield read.rows;
  }
  const read = readRecords(waiting, true);
  if (read.rows.length > 0) yield read.rows;
}

/** Reads what is complete; `rest` are the lines of a record whose quotes may close in lines not yet seen. */
function readRecords(lines: readonly Line[], atEnd: boolean): { rows: TableRow[]; rest: Line[] } {
  const rows: TableRow[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (!line) break;
    if (line.text === undefined) {
      rows.push({ line: line.no, unreadable: LINE_TOO_LONG });
      continue;
    }
    if (!line.text.includes('"')) {
      if (line.text.trim() !== '') rows.push({ line: line.no, cells: line.text.split(',') });
      continue;
    }
    let text: string | undefined = line.text;
    let fields = splitQuoted(text);
    let taken = i;
    while (fields === 'open' && taken - i + 1 < LIMITS.quotedLines && taken + 1 < lines.length) {
      taken += 1;
      const next: string | undefined = lines[taken]?.text;
      text = next === undefined ? undefined : `${text}\n${next}`;
      if (text === undefined) break;
      fields = splitQuoted(text);
    }
    if (fields === 'open') {
      const mayClose =
        !atEnd && text !== undefined && taken + 1 >= lines.length && taken - i + 1 < LIMITS.quotedLines;
      if (mayClose) return { rows, rest: lines.slice(i) };
      rows.push({ line: line.no, unreadable: QUOTE_OPEN });
    } else if (fields === 'broken') {
      rows.push({ line: line.no, unreadable: QUOTE_BROKEN });
    } else {
      rows.push({ line: line.no, cells: fields });
      i = taken;
    }
  }
  return { rows, rest: [] };
}

/** Splits a record that has quotes; `open` when the last quote is not closed, `broken` when one stands where none may. */
function splitQuoted(text: string): string[] | 'open' | 'broken' {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let value = '';
      let from = at + 1;
      for (;;) {
        const quote = text.indexOf('"', from);
        if (quote < 0) return 'open';
        value += text.slice(from, quote);
        if (text[quote + 1] !== '"') {
          at = quote + 1;
          break;
        }
        value += '"';
        from = quote + 2;
      }
      fields.push(value);
      if (at < text.length && text[at] !== ',') return 'broken';
    } else {
      const comma = text.indexOf(',', at);
      const value = text.slice(at, comma < 0 ? undefined : comma);
      if (value.includes('"')) return 'broken';
      fields.push(value);
      at = comma < 0 ? text.length : comma;
    }
    if (at >= text.length) return fields;
    at += 1;
  }
}
