import type { ClientBase } from 'pg';

/** A value as it goes into a PostgreSQL array literal. Dates are `YYYY-MM-DD`. */
export type SqlValue = string | number | bigint | boolean | null;

/** One column of a bulk statement: its name and SQL type, and how to take it from a row. */
export interface Column<Row> {
  readonly name: string;
  readonly type: string;
  readonly of: (row: Row) => SqlValue;
}

interface Bulk<Row> {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly Column<Row>[];
}

interface BulkUpsert<Row> extends Bulk<Row> {
  /** `replace` writes the new values over the old ones, `keep` leaves rows that are there as they are. */
  readonly onConflict: 'replace' | 'keep';
}

/**
 * Builds a function that writes any number of rows by one statement (`INSERT … SELECT unnest … ON CONFLICT`). Rows go in
 * in the order given: sort them by key where several transactions may meet in the same rows, so that they queue instead
 * of blocking each other crosswise. A key must not occur twice in one call.
 */
export function bulkUpsert<Row>({ table, key, columns, onConflict }: BulkUpsert<Row>) {
  const names = columns.map((c) => c.name).join(', ');
  const arrays = columns.map((c, i) => `$${i + 1}::${c.type}[]`).join(', ');
  const set = columns
    .filter((c) => !key.includes(c.name))
    .map((c) => `${c.name} = excluded.${c.name}`)
    .join(', ');
  const action = onConflict === 'keep' ? 'NOTHING' : `UPDATE SET ${set}`;
  const text = `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})
    ON CONFLICT (${key.join(', ')}) DO ${action}`;
  return async (tx: ClientBase, rows: readonly Row[]): Promise<void> => {
    if (rows.length === 0) return;
    await tx.query(
      text,
      columns.map((c) => arrayLiteral(rows, c.of)),
    );
  };
}

/**
 * Builds a function like that of `bulkUpsert` that adds numbers to the rows there are. Null counts as nothing: columns without
 * any number in this call are left out of the statement, so that wide rows cost what is in them.
 */
export function bulkAdd<Row>({ table, key, columns }: Bulk<Row>) {
  return async (tx: ClientBase, rows: readonly Row[]): Promise<void> => {
    if (rows.length === 0) return;
    const used = columns.filter((c) => key.includes(c.name) || rows.some((row) => c.of(row) !== null));
    const arrays = used.map((c, i) => `$${i + 1}::${c.type}[]`).join(', ');
    const set = used
      .filter((c) => !key.includes(c.name))
      .map(({ name: c }) => `${c} = coalesce(${table}.${c} + excluded.${c}, excluded.${c}, ${table}.${c})`);
    await tx.query(
      `INSERT INTO ${table} (${used.map((c) => c.name).join(', ')}) SELECT * FROM unnest(${arrays})
       ON CONFLICT (${key.join(', ')}) DO ${set.length > 0 ? `UPDATE SET ${set.join(', ')}` : 'NOTHING'}`,
      used.map((c) => arrayLiteral(rows, c.of)),
    );
  };
}

/** PostgreSQL's text form of an array; much cheaper than the driver's own for thousands of plain values. */
export function arrayLiteral<Row>(rows: readonly Row[], of: (row: Row) => SqlValue): string {
  let literal = '{';
  for (let i = 0; i < rows.length; i++) {
    if (i > 0) literal += ',';
    const value = of(rows[i]!);
    if (value === null) literal += 'NULL';
    else if (typeof value === 'string') literal += quoted(value);
    else literal += String(value);
  }
  return literal + '}';
}

const quoted = (text: string) =>
  /^[\w-]+$/.test(text) && text !== 'NULL' ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
