import { isHeadRelation } from '@fupin/domain';
import { formColumn, HOUSEHOLD_KEYS, MEMBER_KEYS, type ColumnKey } from '@fupin/domain/register-form';
import type { Cell } from '../../form/cell.js';
import { readCode } from '../../form/coded.js';
import { MOST_MEMBERS, type RawHousehold, type RawRow } from '../../form/raw.js';
import { rowError, type RowError } from '../../form/row-error.js';
import { readLines } from './lines.js';
import { FileProblem, LIMITS } from './table.js';

const householdKeys = new Set<string>(HOUSEHOLD_KEYS);
const memberKeys = new Set<string>(MEMBER_KEYS);

/** @throws FileProblem when the first line with content is not a JSON object, which no NDJSON file begins with */
export async function checkNdjson(text: AsyncIterable<string>): Promise<void> {
  for await (const lines of readLines(text, LIMITS.jsonLine)) {
    const first = lines.find((line) => line.text?.trim() !== '');
    if (!first) continue;
    if (first.text === undefined || isObject(parse(first.text))) return;
    throw new FileProblem('not-ndjson', 'the first line is not a JSON object', '第一行不是JSON对象');
  }
  throw new FileProblem('file-empty', 'the file has no lines', '文件没有内容');
}

/** Households of an NDJSON text, one a line: the household's columns by key, and `members`. */
export async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<RawHousehold[]> {
  for await (const lines of readLines(text, LIMITS.jsonLine)) {
    const households = lines
      .filter((line) => line.text?.trim() !== '')
      .map((line) => readLine(line.no, line.text));
    if (households.length > 0) yield households;
  }
}

function readLine(line: number, text: string | undefined): RawHousehold {
  if (text === undefined) return { line, rows: [], errors: [rowError('line-too-long', line)] };
  const value = parse(text);
  const members = isObject(value) ? value['members'] : undefined;
  if (!isObject(value) || !Array.isArray(members) || members.length === 0 || !members.every(isObject)) {
    return { line, rows: [], errors: [rowError('not-an-object', line)] };
  }
  if (members.length > MOST_MEMBERS)
    return { line, rows: [], errors: [rowError('too-many-members', line, undefined, String(MOST_MEMBERS))] };
  const errors: RowError[] = [];
  const own = cells(value, householdKeys, line, errors, 'members');
  const rows: RawRow[] = members.map((member) => ({
    line,
    cells: {
      ...cells(member, memberKeys, line, errors),
      ...(own.householdNo !== undefined && { householdNo: own.householdNo }),
    },
  }));
  // The household's own columns stand on the head's row, wherever it is; without a head any row serves to name what is wrong.
  const head = Math.max(
    0,
    members.findIndex((member) => isHead(member['relation'])),
  );
  const headRow = rows[head];
  if (headRow) rows[head] = { line, cells: { ...headRow.cells, ...own } };
  return { line, rows, errors };
}

function isHead(relation: unknown): boolean {
  const { kind } = formColumn('relation');
  if (typeof relation !== 'string' || kind.type !== 'code') return false;
  const read = readCode(relation.trim().slice(0, 40), kind);
  return 'system' in read && isHeadRelation(read.system, read.code);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function cells(
  object: Record<string, unknown>,
  known: ReadonlySet<string>,
  line: number,
  errors: RowError[],
  nested?: string,
) {
  const result: { [K in ColumnKey]?: Cell } = {};
  for (const [key, value] of Object.entries(object)) {
    if (key === nested || value === null) continue;
    if (known.has(key)) result[key as ColumnKey] = cell(value);
    else
      errors.push(
        rowError(
          'unknown-field',
          line,
          undefined,
          /^[A-Za-z_]\w{0,39}$/.test(key) ? key.replace(/\d{4,}/g, '…') : '…',
        ),
      );
  }
  return result;
}

function cell(value: unknown): Cell {
  if (typeof value === 'string') return value.length > LIMITS.cell ? { broken: 'cell-too-long' } : value;
  if (typeof value === 'number') return { number: value };
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(';');
  return { broken: 'unexpected-value' };
}
