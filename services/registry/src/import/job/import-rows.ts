import { COLUMN_KEYS, formColumn } from '@fupin/domain/register-form';
import type { Pool } from 'pg';
import type { ImportErrorView, ImportOutcomeView } from '../import.dto.js';

interface ErrorRow {
  no: number;
  line: number;
  form_no: string | null;
  field: string | null;
  cell: string | null;
  code: string;
  message: string;
  message_zh: string;
}

/** Errors of an import in the order in which they were found, from the one after `after`. */
export async function errorsOf(
  pool: Pool,
  importId: string,
  after: number,
  limit: number,
): Promise<(ImportErrorView & { no: number })[]> {
  const { rows } = await pool.query<ErrorRow>(
    `select no, line, form_no, field, cell, code, message, message_zh from import_errors
     where import_id = $1 and no > $2 order by no limit $3`,
    [importId, after, limit],
  );
  return rows.map((row) => {
    const key = COLUMN_KEYS.find((known) => known === row.field);
    return {
      no: row.no,
      line: row.line,
      ...(row.form_no !== null && { householdNo: row.form_no }),
      ...(key && { field: key, column: formColumn(key).zh }),
      ...(row.cell !== null && { cell: row.cell }),
      code: row.code,
      message: row.message,
      messageZh: row.message_zh,
    };
  });
}

/** All errors as CSV with a byte order mark, a page of the table at a time. */
export async function* errorsCsv(pool: Pool, importId: string): AsyncGenerator<string> {
  yield '\uFEFF行号 line,户编号 householdNo,列名 column,单元格 cell,代码 code,说明,message\r\n';
  const quoted = (value: string | number | undefined) => `"${String(value ?? '').replaceAll('"', '""')}"`;
  for (let after = 0; ;) {
    const page = await errorsOf(pool, importId, after, 1000);
    if (page.length === 0) return;
    yield page
      .map(
        (e) =>
          `${[e.line, e.householdNo, e.column, e.cell, e.code, e.messageZh, e.message].map(quoted).join(',')}\r\n`,
      )
      .join('');
    after = page.at(-1)?.no ?? after;
  }
}

/** Households of an import that are in the register, in the order of their lines, from the one after `after`. */
export async function outcomesOf(
  pool: Pool,
  importId: string,
  after: number,
  limit: number,
): Promise<ImportOutcomeView[]> {
  const { rows } = await pool.query<{
    line: number;
    form_no: string;
    household_id: string;
    outcome: 'accepted' | 'unchanged';
  }>(
    `select line, form_no, household_id, outcome from import_outcomes where import_id = $1 and line > $2 order by line limit $3`,
    [importId, after, limit],
  );
  return rows.map((row) => ({
    line: row.line,
    formNo: row.form_no,
    householdId: row.household_id,
    outcome: row.outcome,
  }));
}
