import {
  divideHalfUp,
  isHeadRelation,
  MAX_FEN,
  sexContradicts,
  type BusinessDate,
  type Fen,
  type RegionCode,
} from '@fupin/domain';
import { HOUSEHOLD_KEYS, type ColumnKey } from '@fupin/domain/register-form';
import type { Coded } from './coded.js';
import { MOST_MEMBERS, type RawHousehold, type RawRow } from './raw.js';
import { rowError, type RowError } from './row-error.js';
import { RowReader, type GoodNumber } from './row-reader.js';

/** What the rows are checked against. */
export interface FormContext {
  readonly today: BusinessDate;
  /** Date of registration where the row has none. */
  readonly registeredOn?: BusinessDate;
  /** Region of the import, and of the caller who started it. */
  readonly region: RegionCode;
  readonly callerRegion: RegionCode;
  /** The village's code in use today for a code in use or former; undefined when there is no such village. */
  readonly village: (code: string) => RegionCode | undefined;
}

export interface FormMember {
  readonly line: number;
  readonly name: string;
  readonly number: GoodNumber;
  readonly relation: Coded;
  readonly ethnicity?: Coded;
  readonly education?: Coded;
  readonly schooling?: Coded;
  readonly health?: Coded;
  readonly workAbility?: Coded;
  readonly workplace?: Coded;
  readonly monthsWorked: number;
  readonly dibao: boolean;
  readonly medicalInsurance: boolean;
  readonly pension: boolean;
  readonly phone?: string;
}

export interface FormIncome {
  readonly year: number;
  readonly wageFen: Fen;
  readonly businessFen: Fen;
  readonly transferFen: Fen;
  readonly propertyFen: Fen;
  readonly businessCostFen: Fen;
}

export interface FormHousing {
  readonly areaHundredthM2: number;
  /** English name of the structure, none when there is no house. */
  readonly structure?: string;
  readonly builtYear?: number;
  readonly electricity: boolean;
  readonly tapWater: boolean;
  readonly relocation: boolean;
  /** English names, one to three. */
  readonly fuels: readonly string[];
  readonly distanceToMarketM?: number;
}

/** A household as the form states it, every field checked. */
export interface FormHouseholdRead {
  readonly line: number;
  readonly householdNo: string;
  readonly village: RegionCode;
  readonly householdKind: string;
  readonly entryKind: string;
  /** A1: English name of the standard. */
  readonly standard?: string;
  readonly registeredOn: BusinessDate;
  readonly mainCause: Coded;
  readonly otherCauses: readonly Coded[];
  readonly income?: FormIncome;
  readonly housing?: FormHousing;
  readonly groupName?: string;
  readonly bank?: string;
  readonly bankAccount?: string;
  /** Head first. */
  readonly members: readonly FormMember[];
}

export type ReadHousehold =
  | { readonly ok: true; readonly household: FormHouseholdRead }
  | { readonly ok: false; readonly line: number; readonly errors: readonly RowError[] };

/** Checks the rows of one household, all of them, naming every field at fault: a household goes in whole or not at all. */
export function readHousehold(raw: RawHousehold, context: FormContext): ReadHousehold {
  const errors = [...raw.errors];
  const refused = (): ReadHousehold => ({ ok: false, line: raw.line, errors });
  if (raw.rows.length > MOST_MEMBERS)
    errors.push(rowError('too-many-members', raw.line, undefined, String(MOST_MEMBERS)));
  if (raw.rows.length === 0 || raw.rows.length > MOST_MEMBERS) return refused();
  const members = raw.rows.map((row) => readMember(new RowReader(row, errors)));
  const headIndex = members.findIndex((member) => isHead(member.relation));
  const headRow = raw.rows[headIndex];
  if (!headRow) {
    // Without a readable relation the head cannot be told, which is said already.
    if (members.every((member) => member.relation)) errors.push(rowError('no-head', raw.line, 'relation'));
    return refused();
  }
  members.forEach((member, index) => {
    if (index !== headIndex && isHead(member.relation))
      errors.push(rowError('two-heads', member.line, 'relation'));
  });
  const own = readOwn(new RowReader(headRow, errors), context, members.length);
  checkRepeats(raw.rows, headRow, errors);
  checkPersons(members, errors);
  if (errors.length > 0) return refused();
  const complete = [members[headIndex], ...members.filter((_, index) => index !== headIndex)];
  return { ok: true, household: { ...own, line: raw.line, members: complete } as FormHouseholdRead };
}

type Draft<T> = { -readonly [K in keyof T]: T[K] | undefined };

function isHead(relation: Coded | undefined): boolean {
  return relation !== undefined && isHeadRelation(relation.system, relation.code);
}

function readMember(row: RowReader): Draft<FormMember> & { line: number } {
  const number = row.personNumber('idNumber');
  const sex = row.code('sex');
  if (number && sex && sexContradicts(sex.code, number.sex)) row.fail('sex-differs', 'sex');
  return {
    line: row.line,
    name: row.personName('name'),
    number,
    relation: row.code('relation'),
    ethnicity: row.code('ethnicity'),
    education: row.code('education'),
    schooling: row.code('schooling'),
    health: row.code('health'),
    workAbility: row.code('workAbility'),
    workplace: row.code('workplace'),
    monthsWorked: row.integer('monthsWorked') ?? 0,
    dibao: row.yesNo('dibao') ?? false,
    medicalInsurance: row.yesNo('medicalInsurance') ?? false,
    pension: row.yesNo('pension') ?? false,
    phone: row.phone('phone'),
  };
}

function readOwn(
  row: RowReader,
  context: FormContext,
  persons: number,
): Draft<Omit<FormHouseholdRead, 'line' | 'members'>> {
  const mainCause = row.code('mainCause');
  const otherCauses = row.codes('otherCauses');
  const all = [mainCause, ...otherCauses].flatMap((cause) => (cause ? [cause.code] : []));
  if (new Set(all).size < all.length) row.fail('value-twice', 'otherCauses');
  const registeredOn = row.date('registeredOn', context.today) ?? context.registeredOn;
  if (registeredOn === undefined) row.fail('date-missing', 'registeredOn');
  return {
    householdNo: row.householdNo('householdNo'),
    village: readVillage(row, context),
    householdKind: row.choice('householdKind')?.en,
    entryKind: row.choice('entryKind')?.en ?? 'identified',
    standard: row.choice('standard')?.en,
    registeredOn,
    mainCause,
    otherCauses,
    income: readIncome(row, persons),
    housing: readHousing(row),
    groupName: row.text('groupName'),
    bank: row.text('bank'),
    bankAccount: row.bankAccount('bankAccount'),
  };
}

function readVillage(row: RowReader, context: FormContext): RegionCode | undefined {
  const text = row.raw('villageCode');
  if (text === undefined) return undefined;
  if (!/^\d{12}$/.test(text)) return row.fail('village-invalid', 'villageCode');
  const village = context.village(text);
  if (village === undefined) return row.fail('village-unknown', 'villageCode');
  if (!village.startsWith(context.region) && !text.startsWith(context.region))
    return row.fail('village-outside-import', 'villageCode');
  const mine = village.startsWith(context.callerRegion) || text.startsWith(context.callerRegion);
  return mine ? village : row.fail('village-outside-caller', 'villageCode');
}

function readIncome(row: RowReader, persons: number): FormIncome | undefined {
  const amounts = {
    wageFen: row.money('wage'),
    businessFen: row.money('business'),
    transferFen: row.money('transfer'),
    propertyFen: row.money('property'),
    businessCostFen: row.money('businessCost'),
  };
  const year = row.integer('incomeYear');
  const net = row.money('netIncome');
  const perCapita = row.money('perCapitaNetIncome');
  if (Object.values(amounts).every((amount) => amount === undefined)) {
    if (year !== undefined || net !== undefined || perCapita !== undefined)
      row.fail('income-incomplete', 'wage');
    return undefined;
  }
  if (year === undefined) return row.fail('income-incomplete', 'incomeYear');
  const income = {
    year,
    wageFen: amounts.wageFen ?? 0n,
    businessFen: amounts.businessFen ?? 0n,
    transferFen: amounts.transferFen ?? 0n,
    propertyFen: amounts.propertyFen ?? 0n,
    businessCostFen: amounts.businessCostFen ?? 0n,
  };
  const { wageFen, businessFen, transferFen, propertyFen, businessCostFen } = income;
  const sum = wageFen + businessFen + transferFen + propertyFen - businessCostFen;
  if (sum > MAX_FEN) row.fail('amount-range', 'wage');
  if (net !== undefined && net !== sum) row.fail('net-income-differs', 'netIncome');
  if (perCapita !== undefined && perCapita !== divideHalfUp(sum, BigInt(persons))) {
    row.fail('per-capita-differs', 'perCapitaNetIncome', String(persons));
  }
  return income;
}

function readHousing(row: RowReader): FormHousing | undefined {
  const area = row.area('housingArea');
  const structure = row.choice('housingStructure')?.en;
  const builtYear = row.integer('builtYear');
  const electricity = row.yesNo('electricity');
  const tapWater = row.yesNo('tapWater');
  const relocation = row.yesNo('relocation');
  const fuels = row.choices('fuels').map(({ en }) => en);
  const distanceToMarketM = row.distance('distanceToMarket');
  const stated = [area, structure, builtYear, electricity, tapWater, relocation, fuels[0], distanceToMarketM];
  if (stated.every((value) => value === undefined)) return undefined;
  if (area === undefined) return row.fail('house-incomplete', 'housingArea');
  if (area === 0 ? structure !== undefined : structure === undefined)
    return row.fail('house-incomplete', 'housingStructure');
  if (area === 0 && builtYear !== undefined) return row.fail('house-incomplete', 'builtYear');
  return {
    areaHundredthM2: area,
    ...(structure !== undefined && { structure }),
    ...(builtYear !== undefined && { builtYear }),
    electricity: electricity ?? false,
    tapWater: tapWater ?? false,
    relocation: relocation ?? false,
    fuels,
    ...(distanceToMarketM !== undefined && { distanceToMarketM }),
  };
}

/** The household's own columns may be repeated on its other rows, but not with another value. */
function checkRepeats(rows: readonly RawRow[], headRow: RawRow, errors: RowError[]): void {
  const text = (row: RawRow, key: ColumnKey) => {
    const cell = row.cells[key];
    return typeof cell === 'object'
      ? 'number' in cell
        ? String(cell.number)
        : cell.broken
      : (cell?.trim() ?? '');
  };
  for (const row of rows) {
    const headName = text(row, 'headName');
    if (headName !== '' && headName !== text(headRow, 'name'))
      errors.push(rowError('head-name-differs', row.line, 'headName'));
    if (row === headRow) continue;
    for (const key of HOUSEHOLD_KEYS) {
      if (key === 'headName' || key === 'householdNo') continue;
      const value = text(row, key);
      if (value !== '' && value !== text(headRow, key))
        errors.push(rowError('household-value-differs', row.line, key));
    }
  }
}

function checkPersons(members: readonly (Draft<FormMember> & { line: number })[], errors: RowError[]): void {
  const lines = new Map<string, number>();
  for (const { line, number } of members) {
    if (!number) continue;
    const first = lines.get(number.canonical);
    if (first === undefined) lines.set(number.canonical, line);
    else errors.push(rowError('member-twice', line, 'idNumber', String(first)));
  }
}
