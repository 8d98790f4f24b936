import { hash } from 'node:crypto';
import { AttachmentMissed, type PreparedAppend } from './append.js';

/** Rows of the same table, columns and key: one statement. */
interface Group {
  readonly table: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** `a`: number of the append in the flush; `i`: of the row in the group; `r`: the row. */
  readonly rows: { a: number; i: number; r: unknown }[];
}

const COLUMNS = 'first_position, rejected, outcomes';
/** Begins what the database is made to say about a key without a row. */
const MISSED = 'attachment missed: ';

/**
 * The append of a flush with its attachments as part of the same statement, for the appends that were not rejected: one
 * insert or update per table and set of columns, over a JSON parameter. Adds its parameters to `values`; undefined
 * without attachments. `call` is the call of the append function.
 */
export function attachmentSql(
  batch: readonly PreparedAppend[],
  values: unknown[],
  call: string,
): { name: string; text: string } | undefined {
  const groups = groupsOf(batch);
  if (groups.size === 0) return undefined;
  const parameters = values.length;
  const shapes = [...groups.keys()].sort();
  const parts: string[] = [];
  const missed: string[] = [];
  shapes.forEach((shape, n) => {
    const group = groups.get(shape)!;
    values.push(JSON.stringify(group.rows));
    const parameter = `$${values.length}::json`;
    if (group.key.length === 0) {
      parts.push(insertSql(n, group, parameter));
      return;
    }
    parts.push(updateSql(n, group, parameter));
    missed.push(missedSql(n, group, parameter));
  });
  // A text that is no number is the one way for plain SQL to raise an error that says what is wrong.
  const check =
    missed.length === 0 ? '' : `, (select m.what::int from (${missed.join(' union all ')}) m limit 1)`;
  const text = `with outcome as materialized (select * from ${call}), ${parts.join(', ')}
    select ${COLUMNS}${check} from outcome`;
  return { name: `append_${hash('sha256', parameters + shapes.join()).slice(0, 40)}`, text };
}

/** The error that a key without a row comes to; undefined for any other error of the database. */
export function attachmentMissed(error: unknown): AttachmentMissed | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code !== '22P02') return undefined;
  const found = new RegExp(`${MISSED}(\\{.*\\})"$`).exec(String(message))?.[1];
  if (found === undefined) return undefined;
  const { table, key } = JSON.parse(found) as { table: string; key: Record<string, unknown> };
  return new AttachmentMissed(table, key);
}

function groupsOf(batch: readonly PreparedAppend[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  batch.forEach(({ request }, a) => {
    for (const { table, row, key = [] } of request.extras?.attachments ?? []) {
      const columns = Object.keys(row).sort();
      const shape = JSON.stringify([table, columns, [...key].sort()]);
      const group = groups.get(shape) ?? { table, columns, key: [...key].sort(), rows: [] };
      groups.set(shape, group);
      group.rows.push({ a: a + 1, i: group.rows.length, r: row });
    }
  });
  return groups;
}

const accepted = '(o.rejected is null or x.a <> all (o.rejected))';

const source = ({ table }: Group, parameter: string) =>
  `outcome o, json_to_recordset(${parameter}) as x(a int, i int, r json),
      json_populate_record(null::${quoted(table)}, x.r) r`;

function insertSql(n: number, group: Group, parameter: string): string {
  const list = group.columns.map(quoted);
  return `a${n} as (insert into ${quoted(group.table)} (${list.join(', ')})
      select ${list.map((column) => `r.${column}`).join(', ')}
      from ${source(group, parameter)} where ${accepted})`;
}

function updateSql(n: number, group: Group, parameter: string): string {
  const set = group.columns.filter((column) => !group.key.includes(column)).map(quoted);
  const same = group.key.map(quoted).map((column) => `t.${column} = r.${column}`);
  return `a${n} as (update ${quoted(group.table)} t set ${set.map((column) => `${column} = r.${column}`).join(', ')}
      from ${source(group, parameter)} where ${accepted} and ${same.join(' and ')} returning x.i)`;
}

function missedSql(n: number, group: Group, parameter: string): string {
  const key = group.key.map((column) => `${literal(column)}, x.r -> ${literal(column)}`).join(', ');
  return `select ${literal(MISSED)} ||
        json_build_object('table', ${literal(group.table)}, 'key', json_build_object(${key})) as what
      from outcome o, json_to_recordset(${parameter}) as x(a int, i int, r json)
      where ${accepted} and not exists (select from a${n} where a${n}.i = x.i)`;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
