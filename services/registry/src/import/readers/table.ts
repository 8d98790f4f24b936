import type { Cell } from '../../form/cell.js';

export type { Cell } from '../../form/cell.js';

/** A row of the sheet below the header, or a place where none could be read. */
export type TableRow =
  | { readonly line: number; readonly cells: readonly Cell[] }
  | { readonly line: number; readonly unreadable: RowProblem };

export interface RowProblem {
  readonly code: string;
  readonly message: string;
  readonly messageZh: string;
}

/** The whole file cannot be read: the upload is refused, or the job ends there. Never holds a value of the file. */
export class FileProblem extends Error {
  constructor(
    /** Stable, kebab-case. */
    readonly code: string,
    message: string,
    readonly messageZh: string,
    readonly errors: readonly {
      readonly field?: string;
      readonly code: string;
      readonly message: string;
      readonly messageZh: string;
    }[] = [],
  ) {
    super(message);
    this.name = 'FileProblem';
  }
}

/** A sheet as a stream: its first row, then batches of the rows below. */
export interface Table {
  readonly header: readonly string[];
  rows(): AsyncGenerator<TableRow[]>;
}

/** Limits of what is read, all stated in the README of the import. */
export const LIMITS = {
  /** Characters of one cell. */
  cell: 32_768,
  /** Characters of one line of CSV and of NDJSON (a household of 60 with long texts is about 30 KB). */
  csvLine: 262_144,
  jsonLine: 1_048_576,
  /** Lines that a quoted cell of a CSV file may span. */
  quotedLines: 10,
  columns: 200,
  /** Rows of persons on an XLSX sheet. */
  xlsxRows: 1_048_575,
  /** Bytes that a part of an XLSX file may unpack to, and how many times its packed size (above 10 MB). */
  xlsxSheetBytes: 4 * 1024 ** 3 - 1,
  xlsxStringsBytes: 256 * 1024 ** 2,
  xlsxRatio: 200,
  xlsxEntries: 1000,
} as const;
