import type { ByteSource } from './byte-source.js';
import { FileProblem, LIMITS, type Cell, type Table, type TableRow } from './table.js';
import { openPackage, parseXml, parseXmlPieces, type XlsxPackage } from './xlsx-package.js';

/** Opens the one filled sheet of an XLSX file. @throws FileProblem (broken, truncated, too large, several sheets, empty) */
export async function openXlsx(source: ByteSource): Promise<Table> {
  const file = await openPackage(source);
  try {
    const strings = await sharedStrings(file);
    let first: TableRow | undefined;
    for await (const batch of sheetRows(file, strings)) {
      first = batch[0];
      if (first) break;
    }
    if (!first || !('cells' in first))
      throw new FileProblem('file-empty', 'the file has no rows', '文件没有内容');
    const headerLine = first.line;
    const header = Array.from(first.cells, (cell) => (typeof cell === 'string' ? cell : ''));
    async function* rows() {
      try {
        for await (const batch of sheetRows(file, strings)) {
          const below = batch.filter((row) => row.line > headerLine);
          if (below.length > 0) yield below;
        }
      } finally {
        file.close();
      }
    }
    return { header, rows };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The shared strings, all in memory: the directory's check has limited them to 256 MB. */
async function sharedStrings(file: XlsxPackage): Promise<readonly (string | undefined)[]> {
  const part = file.part('xl/sharedStrings.xml');
  const strings: (string | undefined)[] = [];
  if (!part) return strings;
  let text: string | undefined;
  let inText = false;
  let phonetic = false;
  await parseXml(part, {
    open(name) {
      if (name === 'si') text = '';
      if (name === 'rPh') phonetic = true;
      inText = name === 't' && !phonetic;
    },
    close(name) {
      if (name === 'rPh') phonetic = false;
      if (name === 't') inText = false;
      if (name === 'si') strings.push(text);
    },
    text(piece) {
      if (!inText || text === undefined) return;
      text = text.length + piece.length > LIMITS.cell ? undefined : text + piece;
    },
  });
  return strings;
}

/** Rows that have at least one cell with content, a batch per piece of the sheet's XML. */
async function* sheetRows(
  file: XlsxPackage,
  strings: readonly (string | undefined)[],
): AsyncGenerator<TableRow[]> {
  const part = file.part(file.sheet);
  if (!part) return;
  const sheet = new SheetReader(strings);
  for await (const _ of parseXmlPieces(part, sheet)) {
    if (sheet.rows.length > 0) yield sheet.take();
  }
  if (sheet.rows.length > 0) yield sheet.take();
}

class SheetReader {
  rows: TableRow[] = [];
  private line = 0;
  private count = 0;
  private cells: Cell[] = [];
  private column = 0;
  private ref = '';
  private type = '';
  private value = '';
  private reading = false;
  private phonetic = false;
  private tooLong = false;

  constructor(private readonly strings: readonly (string | undefined)[]) {}

  take(): TableRow[] {
    const rows = this.rows;
    this.rows = [];
    return rows;
  }

  open(name: string, attributes: Record<string, string>): void {
    switch (name) {
      case 'row':
        this.line = attributes['r'] === undefined ? this.line + 1 : Number(attributes['r']);
        this.cells = [];
        this.column = -1;
        break;
      case 'c':
        this.ref = attributes['r'] ?? '';
        this.column = this.ref ? columnOf(this.ref) : this.column + 1;
        this.type = attributes['t'] ?? 'n';
        this.value = '';
        this.tooLong = false;
        break;
      case 'rPh':
        this.phonetic = true;
        break;
      case 'v':
        this.reading = true;
        break;
      case 't':
        this.reading = !this.phonetic;
        break;
      default:
    }
  }

  text(piece: string): void {
    if (!this.reading) return;
    if (this.value.length + piece.length > LIMITS.cell) this.tooLong = true;
    else this.value += piece;
  }

  close(name: string): void {
    switch (name) {
      case 'v':
      case 't':
        this.reading = false;
        break;
      case 'rPh':
        this.phonetic = false;
        break;
      case 'c':
        this.endCell();
        break;
      case 'row':
        this.endRow();
        break;
      default:
    }
  }

  private endCell(): void {
    if (this.column >= LIMITS.columns && this.value !== '') {
      throw new FileProblem(
        'too-many-columns',
        `a sheet has at most ${LIMITS.columns} columns`,
        `列数不得超过${LIMITS.columns}`,
      );
    }
    const cell = this.cell();
    if (cell !== undefined) this.cells[this.column] = cell;
  }

  private cell(): Cell | undefined {
    if (this.tooLong) return { broken: 'cell-too-long', ref: this.ref };
    switch (this.type) {
      case 'e':
        return { broken: 'formula-error', ref: this.ref };
      case 's': {
        if (this.value === '') return undefined;
        const index = Number(this.value);
        if (!(index < this.strings.length))
          throw new FileProblem('xlsx-broken', 'the file refers to a text it does not have', '文件已损坏');
        return this.strings[index] ?? { broken: 'cell-too-long', ref: this.ref };
      }
      case 'n': {
        if (this.value === '') return undefined;
        const number = Number(this.value);
        return Number.isNaN(number) ? this.value : { number };
      }
      default:
        return this.value === '' ? undefined : this.value;
    }
  }

  private endRow(): void {
    if (this.cells.length === 0) return;
    this.count += 1;
    if (this.count > LIMITS.xlsxRows + 1)
      throw new FileProblem('too-many-rows', 'the sheet has too many rows', '行数超过上限');
    // Empty places of the array read as undefined: fill them, a row is a list of cells.
    this.rows.push({ line: this.line, cells: Array.from(this.cells, (cell) => cell ?? '') });
  }
}

/** Index from 0 of the column of a cell's address: `A1` is 0, `AA7` is 26. */
function columnOf(ref: string): number {
  let column = 0;
  for (let i = 0; i < ref.length; i++) {
    const letter = ref.charCodeAt(i) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  return column - 1;
}
