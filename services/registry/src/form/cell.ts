/** A number as a spreadsheet stores it; text would be needed to keep an 18-digit number. */
export interface NumberCell {
  readonly number: number;
}

/** A cell that has no usable content: its formula failed (`#DIV/0!`), it is too long, or it is no plain value (JSON). */
export interface BrokenCell {
  readonly broken: 'formula-error' | 'cell-too-long' | 'unexpected-value';
  /** Address on the sheet, `F12`. */
  readonly ref?: string;
}

export type Cell = string | NumberCell | BrokenCell;

/** The decimal text of a number as spreadsheets show it: 15 significant digits, so that 4.3499999999999996 is 4.35. */
export const numberText = (cell: NumberCell): string => String(Number(cell.number.toPrecision(15)));

/** Day 0 of the spreadsheet's calendar is 1899-12-30 for every day from 1 March 1900 on. */
const DAY_ZERO = Date.UTC(1899, 11, 30);

/** The day of a spreadsheet's date number, undefined when it is none of the years 1970 to 2100. */
export function serialDate(cell: NumberCell): string | undefined {
  const day = Math.floor(cell.number);
  if (!(day >= 25_569 && day < 73_051)) return undefined;
  return new Date(DAY_ZERO + day * 86_400_000).toISOString().slice(0, 10);
}
