import {
  isBusinessDate,
  MoneyError,
  parsePersonNumber,
  parseYuan,
  type Fen,
  type PersonNumber,
} from '@fupin/domain';
import { formColumn, type Choice, type ColumnKey } from '@fupin/domain/register-form';
import { numberText, serialDate, type NumberCell } from './cell.js';
import { readChoice, readCode, type CodeKind, type Coded } from './coded.js';
import type { RawRow } from './raw.js';
import { rowError, type RowError, type RowErrorCode } from './row-error.js';

export type GoodNumber = Extract<PersonNumber, { ok: true }>;

// Letters of every script, marks, letter numbers (〇), private use (GB 18030 characters of old fonts) and planes 2 and 3 as a
// whole, which hold rare characters newer than this runtime's tables; with the dot of minority names and its look-alikes.
const NAME = /^[\p{L}\p{M}\p{Nl}\p{Co}\u{20000}-\u{3FFFF}·•‧・.．’'\- ]+$/u;
const CONTROL = /\p{Cc}/u;
const PHONE = /^(?:\+?86[- ]?)?(?:1\d{10}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|\d{7,8})$/;
const YES = new Set(['是', '1', 'Y', 'YES', 'TRUE', '有', '√', '参加', '享受']);
const NO = new Set(['否', '0', 'N', 'NO', 'FALSE', '无', '×', '未参加', '不享受']);
const NUMBER_ERRORS = {
  length: 'number-length',
  format: 'number-format',
  province: 'number-province',
  birthDate: 'number-birth-date',
  checksum: 'number-checksum',
  disabilityType: 'number-disability-type',
} as const satisfies Record<Extract<PersonNumber, { ok: false }>['reason'], RowErrorCode>;

/** Reads the fields of one row and collects what is wrong with them; a field at fault reads as undefined. */
export class RowReader {
  constructor(
    private readonly row: RawRow,
    private readonly errors: RowError[],
  ) {}

  get line(): number {
    return this.row.line;
  }

  fail(code: RowErrorCode, key: ColumnKey, detail?: string): undefined {
    const cell = this.row.cells[key];
    const ref = typeof cell === 'object' && 'broken' in cell ? cell.ref : undefined;
    this.errors.push(rowError(code, this.row.line, key, detail, ref));
    return undefined;
  }

  /** The trimmed text; undefined when the cell is empty (an error if it is required) or unusable. */
  raw(key: ColumnKey, number: (cell: NumberCell) => string | undefined = digitsOf): string | undefined {
    const cell = this.row.cells[key];
    if (typeof cell === 'object' && 'broken' in cell) return this.fail(cell.broken, key);
    const text = typeof cell === 'object' ? number(cell) : cell?.trim();
    if (text === undefined && typeof cell === 'object') return this.fail('stored-as-number', key);
    if (text !== undefined && text !== '') return text;
    return formColumn(key).required ? this.fail('required', key) : undefined;
  }

  text(key: ColumnKey): string | undefined {
    const text = this.raw(key);
    const { kind } = formColumn(key);
    if (text === undefined) return undefined;
    if (CONTROL.test(text)) return this.fail('characters-not-allowed', key);
    const most = kind.type === 'text' ? kind.max : 100;
    return [...text].length > most ? this.fail('too-long', key, String(most)) : text;
  }

  householdNo(key: ColumnKey): string | undefined {
    const text = this.raw(key);
    if (text === undefined) return undefined;
    if (text.length > 32) return this.fail('too-long', key, '32');
    return /^[0-9A-Za-z][0-9A-Za-z-]*$/.test(text) ? text : this.fail('characters-not-allowed', key);
  }

  personName(key: ColumnKey): string | undefined {
    const name = this.raw(key);
    if (name === undefined) return undefined;
    if ([...name].length > 50) return this.fail('too-long', key, '50');
    return NAME.test(name) ? name : this.fail('characters-not-allowed', key);
  }

  personNumber(key: ColumnKey): GoodNumber | undefined {
    const text = this.raw(key);
    if (text === undefined) return undefined;
    const number = parsePersonNumber(text.replace(/^['‘’]/, '').normalize('NFKC'));
    return number.ok ? number : this.fail(NUMBER_ERRORS[number.reason], key);
  }

  phone(key: ColumnKey): string | undefined {
    const text = this.raw(key);
    if (text === undefined) return undefined;
    return PHONE.test(text) ? text : this.fail('phone-invalid', key);
  }

  bankAccount(key: ColumnKey): string | undefined {
    const text = this.raw(key)?.replace(/[ -]/g, '');
    if (text === undefined) return undefined;
    return /^\d{8,30}$/.test(text) ? text : this.fail('account-invalid', key);
  }

  date(key: ColumnKey, today: string): string | undefined {
    const text = this.raw(key, (cell) => serialDate(cell) ?? numberText(cell));
    if (text === undefined) return undefined;
    const parts =
      /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text);
    const date = parts ? `${parts[1]}-${parts[2]?.padStart(2, '0')}-${parts[3]?.padStart(2, '0')}` : '';
    if (!isBusinessDate(date)) return this.fail('date-invalid', key);
    return date > today ? this.fail('date-in-future', key) : date;
  }

  money(key: ColumnKey): Fen | undefined {
    const { kind } = formColumn(key);
    const text = this.raw(key, numberText);
    if (text === undefined) return undefined;
    try {
      const fen = parseYuan(text);
      return fen < 0n && kind.type === 'money' && !kind.negative ? this.fail('amount-negative', key) : fen;
    } catch (error) {
      if (!(error instanceof MoneyError)) throw error;
      const codes = {
        decimals: 'amount-decimals',
        range: 'amount-range',
        format: 'amount-invalid',
        divisor: 'amount-invalid',
      } as const;
      return this.fail(codes[error.code], key);
    }
  }

  integer(key: ColumnKey): number | undefined {
    const { kind } = formColumn(key);
    const text = this.raw(key, numberText);
    if (text === undefined || kind.type !== 'integer') return undefined;
    const value = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
    return value >= kind.min && value <= kind.max
      ? value
      : this.fail('number-invalid', key, `${kind.min}–${kind.max}`);
  }

  /** Hundredths of a square metre. */
  area(key: ColumnKey): number | undefined {
    const text = this.raw(key, numberText);
    if (text === undefined) return undefined;
    const parts = /^(\d{1,5})(?:\.(\d{1,2}))?$/.exec(text);
    return parts
      ? Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'))
      : this.fail('area-invalid', key);
  }

  /** Metres, of kilometres. */
  distance(key: ColumnKey): number | undefined {
    const text = this.raw(key, numberText);
    if (text === undefined) return undefined;
    const parts = /^(\d{1,3})(?:\.(\d{1,3}))?$/.exec(text);
    return parts
      ? Number(parts[1]) * 1000 + Number((parts[2] ?? '').padEnd(3, '0'))
      : this.fail('distance-invalid', key);
  }

  yesNo(key: ColumnKey): boolean | undefined {
    const text = this.raw(key)?.toUpperCase();
    if (text === undefined) return undefined;
    if (YES.has(text)) return true;
    return NO.has(text) ? false : this.fail('yes-no-invalid', key);
  }

  choice(key: ColumnKey): Choice | undefined {
    const { kind } = formColumn(key);
    const text = this.raw(key);
    if (text === undefined || kind.type !== 'choice') return undefined;
    return readChoice(text, kind.choices) ?? this.fail('code-unknown', key);
  }

  /** The values of a choice that may hold several, separated by ; or | (also 、 and , where no value has one inside). */
  choices(key: ColumnKey): Choice[] {
    const { kind } = formColumn(key);
    const text = this.raw(key);
    if (text === undefined || kind.type !== 'choice') return [];
    const single = readChoice(text, kind.choices);
    if (single) return [single];
    const parts = text
      .split(/[;；|]/)
      .flatMap((part) => (readChoice(part.trim(), kind.choices) ? [part] : part.split(/[、,，]/)))
      .map((part) => part.trim())
      .filter((part) => part !== '');
    const most = kind.most ?? 1;
    if (parts.length > most) this.fail('too-many-values', key, String(most));
    const chosen = parts
      .slice(0, most)
      .flatMap((part) => readChoice(part, kind.choices) ?? this.fail('code-unknown', key) ?? []);
    if (new Set(chosen).size < chosen.length) this.fail('value-twice', key);
    return chosen;
  }

  code(key: ColumnKey): Coded | undefined {
    const { kind } = formColumn(key);
    const text = this.raw(key);
    return text === undefined || kind.type !== 'code' ? undefined : this.coded(key, text, kind);
  }

  /** The values of a column that may hold several, separated by 、 , ; or |. */
  codes(key: ColumnKey): Coded[] {
    const { kind } = formColumn(key);
    const text = this.raw(key);
    if (text === undefined || kind.type !== 'code') return [];
    const parts = text
      .split(/[、,，;；|]/)
      .map((part) => part.trim())
      .filter((part) => part !== '');
    if (parts.length > kind.most) this.fail('too-many-values', key, String(kind.most));
    return parts.slice(0, kind.most).flatMap((part) => this.coded(key, part, kind) ?? []);
  }

  private coded(key: ColumnKey, text: string, kind: CodeKind): Coded | undefined {
    const read = remembered(key, text, kind);
    return 'wrong' in read ? this.fail(read.wrong, key, read.detail) : read;
  }
}

/** Digits of a number that still has all of them; undefined when the spreadsheet has rounded it. */
function digitsOf(cell: NumberCell): string | undefined {
  return Number.isSafeInteger(cell.number) && Math.abs(cell.number) < 1e15 ? String(cell.number) : undefined;
}

/** Labels repeat in every row, so what they read as is kept, up to a size no real file reaches. */
const memory = new Map<ColumnKey, Map<string, ReturnType<typeof readCode>>>();

function remembered(key: ColumnKey, text: string, kind: CodeKind): ReturnType<typeof readCode> {
  const known = memory.get(key) ?? new Map<string, ReturnType<typeof readCode>>();
  memory.set(key, known);
  const before = known.get(text);
  if (before) return before;
  const read = readCode(text.slice(0, 200), kind);
  if (text.length <= 40 && known.size < 1000) known.set(text, read);
  return read;
}
