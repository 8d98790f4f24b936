import { readHeader, type ColumnKey, type HeaderKey } from '@fupin/domain/register-form';
import type { Cell } from '../../form/cell.js';
import { MOST_MEMBERS, type RawHousehold, type RawRow } from '../../form/raw.js';
import { rowError, type RowError } from '../../form/row-error.js';
import { FileProblem, type Table } from './table.js';

/** Columns of a sheet's header. @throws FileProblem naming every missing, unknown and repeated column */
export function columnsOf(table: Table): readonly HeaderKey[] {
  const header = readHeader(table.header);
  if (header.ok) return header.keys;
  const [first] = header.problems;
  throw new FileProblem(
    header.problems.length === 1 && first ? first.code : 'header-wrong',
    header.problems.map((p) => p.message).join('; '),
    header.problems.map((p) => p.messageZh).join('；'),
    header.problems.map((p) => ({
      field: p.column,
      code: p.code,
      message: p.message,
      messageZh: p.messageZh,
    })),
  );
}

interface Group {
  key: string;
  line: number;
  rows: RawRow[];
  errors: RowError[];
}

/** Gathers the rows of a sheet into households: rows that follow one another and carry the same number. */
export async function* groupRows(table: Table, keys: readonly HeaderKey[]): AsyncGenerator<RawHousehold[]> {
  let group: Group | undefined;
  /** Line that could not be read since the last good row: it may have belonged to the household before it or after it. */
  let gap: number | undefined;
  for await (const batch of table.rows()) {
    const done: RawHousehold[] = [];
    for (const row of batch) {
      if ('unreadable' in row) {
        // Named once, with the household before it if there is one.
        const errors = [{ line: row.line, ...row.unreadable }];
        if (group && group.errors.length < 100)
          group.errors.push(
            ...errors,
            rowError('neighbour-unreadable', group.line, undefined, String(row.line)),
          );
        else if (!group) done.push({ line: row.line, rows: [], errors });
        gap = row.line;
        continue;
      }
      const read = namedCells(row.line, row.cells, keys);
      if (!read) continue;
      const key = keyText(read.row.cells.householdNo);
      if (!group || group.key !== key || key === '') {
        if (group) done.push(group);
        group = { key, line: row.line, rows: [], errors: [] };
        if (gap !== undefined)
          group.errors.push(rowError('neighbour-unreadable', row.line, undefined, String(gap)));
      }
      gap = undefined;
      // One row too many is enough to refuse it; a file of one endless household must not fill the memory.
      if (group.rows.length > MOST_MEMBERS) continue;
      group.errors.push(...read.errors);
      group.rows.push(read.row);
    }
    if (done.length > 0) yield done;
  }
  if (group) yield [group];
}

const keyText = (cell: Cell | undefined): string =>
  typeof cell === 'object' ? ('number' in cell ? String(cell.number) : '') : (cell?.trim() ?? '');

/** The cells by column; undefined for a row without content. */
function namedCells(line: number, cells: readonly Cell[], keys: readonly HeaderKey[]) {
  const named: { [K in ColumnKey]?: Cell } = {};
  const errors: RowError[] = [];
  let filled = false;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell === undefined || cell === '') continue;
    const key = keys[i];
    if (key === 'ignored') continue;
    if (typeof cell === 'string' && cell.trim() === '') continue;
    filled = true;
    if (key) named[key] = cell;
    else if (errors.length === 0) errors.push(rowError('too-many-cells', line));
  }
  return filled ? { row: { line, cells: named }, errors } : undefined;
}
