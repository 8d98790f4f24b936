import type { ColumnKey } from '@fupin/domain/register-form';
import type { Cell } from './cell.js';
import type { RowError } from './row-error.js';

/** One person's row as read, by column; absent and empty are the same. */
export interface RawRow {
  readonly line: number;
  readonly cells: { readonly [K in ColumnKey]?: Cell };
}

/** The rows of one household as they stood in the file, with what already went wrong in reading them. */
export interface RawHousehold {
  readonly line: number;
  readonly rows: readonly RawRow[];
  readonly errors: readonly RowError[];
}

/** Persons that one household may have. */
export const MOST_MEMBERS = 60;
