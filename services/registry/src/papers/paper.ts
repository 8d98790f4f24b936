import type { BusinessDate } from '@fupin/domain';

// What stands on a paper, without where: the content models make it, pdf.ts sets it.

export type Align = 'left' | 'center' | 'right';

/** A cell of a table; plain text is a cell of one column. */
export interface Cell {
  readonly text: string;
  /** How many columns it takes. */
  readonly span?: number;
  readonly align?: Align;
  readonly bold?: boolean;
}

export interface Table {
  readonly kind: 'table';
  /** Shares of the page's width. */
  readonly widths: readonly number[];
  /** Repeated on every page the table goes on to. */
  readonly head?: readonly string[];
  readonly align?: readonly Align[];
  readonly rows: readonly (readonly (string | Cell)[])[];
}

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly align?: Align; readonly bold?: boolean }
  | Table
  /** Lines to be signed on, side by side within a row; a row stays on one page with the others. */
  | { readonly kind: 'signatures'; readonly rows: readonly (readonly string[])[] };

/** One paper. */
export interface Paper {
  readonly title: string;
  /** The village's full name, from the province down. */
  readonly village: string;
  /** Without the extension, and without anybody's name. */
  readonly fileName: string;
  readonly landscape?: boolean;
  /** By what the paper can be checked later: the version of a household's stream, a position of the register. */
  readonly state: string;
  readonly printedOn: BusinessDate;
  readonly blocks: readonly Block[];
}

/** A day as papers write it: `2016年1月8日`; nothing for no day. */
export function dayZh(date: BusinessDate | undefined): string {
  const [year, month, day] = (date ?? '').split('-');
  return year && month && day ? `${year}年${Number(month)}月${Number(day)}日` : '';
}

/** A label cell of a form. */
export const label = (text: string): Cell => ({ text, align: 'center', bold: true });

/** All text of a paper, for the check of its glyphs. */
export function* textsOf({ title, village, state, blocks }: Paper): Generator<string> {
  yield* [title, village, state];
  for (const block of blocks) {
    switch (block.kind) {
      case 'heading':
      case 'text':
        yield block.text;
        break;
      case 'signatures':
        yield* block.rows.flat();
        break;
      case 'table':
        yield* block.head ?? [];
        for (const cell of block.rows.flat()) yield typeof cell === 'string' ? cell : cell.text;
    }
  }
}
