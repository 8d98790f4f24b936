import { setImmediate as otherWork } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';
import type { PaperFonts, Weight } from './fonts.js';
import { dayZh, type Align, type Block, type Cell, type Paper, type Table } from './paper.js';
import { widthOf, wrap } from './text-layout.js';

/** Measures in points; the margin is 1.5 cm. */
const MARGIN = 43;
const FOOT = 30;
const SIZE = { title: 18, village: 11, heading: 12, text: 10.5, cell: 9.5, foot: 8.5 } as const;
const LINE = 1.45;
const PAD = { x: 4, y: 4 };
/** Rows set before other requests get their turn. */
const ROWS_AT_ONCE = 20;

/** Sets a paper as PDF (A4). Lets other work in between, so that a list of a whole village holds nobody up. */
export async function toPdf(fonts: PaperFonts, paper: Paper): Promise<Buffer> {
  const doc = new PDFDocument({
    size: 'A4',
    layout: paper.landscape ? 'landscape' : 'portrait',
    margin: MARGIN,
    bufferPages: true,
    autoFirstPage: false,
    font: null,
    lang: 'zh-CN',
    info: { Title: paper.title, Producer: 'Fupin', Creator: 'Fupin' },
  });
  const bytes = buffer(doc);
  const setter = new Setter(doc, fonts);
  setter.centred(paper.title, SIZE.title, 'bold');
  setter.centred(paper.village, SIZE.village, 'regular');
  setter.y += 6;
  for (const [index, block] of paper.blocks.entries()) await setter.block(block, paper.blocks[index + 1]);
  setter.feet(paper);
  doc.end();
  return bytes;
}

interface SetCell {
  readonly lines: readonly string[];
  readonly x: number;
  readonly width: number;
  readonly align: Align;
  readonly weight: Weight;
}

/** Sets blocks below each other and begins a new page where one does not fit. */
class Setter {
  y = MARGIN;
  private readonly width: number;
  private readonly bottom: number;

  constructor(
    private readonly doc: PDFDocument,
    private readonly fonts: PaperFonts,
  ) {
    doc.addPage();
    this.width = doc.page.width - 2 * MARGIN;
    this.bottom = doc.page.height - MARGIN - FOOT / 2;
  }

  centred(text: string, size: number, weight: Weight): void {
    this.lines(wrap(this.fonts, text, this.width / size, weight), 'center', size, weight);
    this.y += size * 0.3;
  }

  async block(block: Block, next: Block | undefined): Promise<void> {
    switch (block.kind) {
      case 'heading':
        // A heading stays with what follows it.
        this.room(SIZE.heading * LINE + 12 + (next?.kind === 'table' ? this.firstRows(next) : 40));
        this.y += 8;
        this.lines([block.text], 'left', SIZE.heading, 'bold');
        this.y += 3;
        return;
      case 'text': {
        const weight = block.bold ? 'bold' : 'regular';
        const lines = wrap(this.fonts, block.text, this.width / SIZE.text, weight);
        this.y += 4;
        this.lines(lines, block.align ?? 'left', SIZE.text, weight);
        this.y += 4;
        return;
      }
      case 'signatures':
        this.signatures(block.rows);
        return;
      case 'table':
        await this.table(block);
    }
  }

  /** What stands at the foot of every page; only now is their number known. */
  feet({ state, printedOn }: Paper): void {
    const { start, count } = this.doc.bufferedPageRange();
    const y = this.doc.page.height - MARGIN + 4;
    for (let page = start; page < start + count; page += 1) {
      this.doc.switchToPage(page);
      const of = `第${page - start + 1}页　共${count}页`;
      this.at(`打印日期：${dayZh(printedOn)}　${state}`, MARGIN, y, SIZE.foot, 'regular');
      const right = MARGIN + this.width - this.measure(of, SIZE.foot, 'regular');
      this.at(of, right, y, SIZE.foot, 'regular');
    }
  }

  private lines(lines: readonly string[], align: Align, size: number, weight: Weight): void {
    for (const line of lines) {
      this.room(size * LINE);
      this.aligned(line, MARGIN, this.width, this.y, align, size, weight);
      this.y += size * LINE;
    }
  }

  private signatures(rows: readonly (readonly string[])[]): void {
    const height = 30;
    this.room(rows.length * height + 8);
    this.y += 8;
    for (const row of rows) {
      const each = this.width / row.length;
      const baseline = this.y + SIZE.text * LINE;
      row.forEach((text, index) => {
        const x = MARGIN + index * each;
        this.at(text, x, this.y, SIZE.text, 'regular');
        const from = x + this.measure(text, SIZE.text, 'regular') + 2;
        // A date has its own blanks.
        if (text.endsWith('：'))
          this.doc
            .lineWidth(0.6)
            .moveTo(from, baseline)
            .lineTo(x + each - 14, baseline)
            .stroke();
      });
      this.y += height;
    }
  }

  private async table(table: Table): Promise<void> {
    const columns = this.columns(table);
    const head = table.head && this.cells(table.head.map(bold), columns, table);
    if (head) this.room(this.firstRows(table));
    if (head) this.row(head);
    for (const [index, cells] of table.rows.entries()) {
      if (index % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await otherWork();
      const row = this.cells(cells, columns, table);
      if (this.y + heightOf(row) > this.bottom) {
        this.newPage();
        if (head) this.row(head);
      }
      this.long(row, head);
    }
    this.y += 4;
  }

  /** A row that is higher than a page goes on overleaf. */
  private long(row: readonly SetCell[], head: readonly SetCell[] | undefined): void {
    const fitting = Math.max(1, Math.floor((this.bottom - this.y - 2 * PAD.y) / (SIZE.cell * LINE)));
    if (row.every(({ lines }) => lines.length <= fitting)) {
      this.row(row);
      return;
    }
    this.row(row.map((cell) => ({ ...cell, lines: cell.lines.slice(0, fitting) })));
    this.newPage();
    if (head) this.row(head);
    this.long(
      row.map((cell) => ({ ...cell, lines: cell.lines.slice(fitting) })),
      head,
    );
  }

  private row(cells: readonly SetCell[]): void {
    const height = heightOf(cells);
    for (const { lines, x, width, align, weight } of cells) {
      this.doc.lineWidth(0.6).rect(x, this.y, width, height).stroke();
      let y = this.y + (height - lines.length * SIZE.cell * LINE) / 2;
      for (const line of lines) {
        this.aligned(line, x + PAD.x, width - 2 * PAD.x, y, align, SIZE.cell, weight);
        y += SIZE.cell * LINE;
      }
    }
    this.y += height;
  }

  private columns({ widths }: Table): readonly number[] {
    const all = widths.reduce((sum, width) => sum + width, 0);
    return widths.map((width) => (width / all) * this.width);
  }

  private cells(cells: readonly (string | Cell)[], columns: readonly number[], table: Table): SetCell[] {
    let column = 0;
    let x = MARGIN;
    return cells.map((each) => {
      const cell: Cell = typeof each === 'string' ? { text: each } : each;
      const span = cell.span ?? 1;
      const width = columns.slice(column, column + span).reduce((sum, one) => sum + one, 0);
      const weight = cell.bold ? 'bold' : 'regular';
      const set: SetCell = {
        lines: wrap(this.fonts, cell.text, (width - 2 * PAD.x) / SIZE.cell, weight),
        x,
        width,
        align: cell.align ?? table.align?.[column] ?? 'left',
        weight,
      };
      column += span;
      x += width;
      return set;
    });
  }

  /** Height of a table's head and its first row: they stay together. */
  private firstRows(table: Table): number {
    const columns = this.columns(table);
    const rows = [...(table.head ? [table.head.map(bold)] : []), ...table.rows.slice(0, 1)];
    return rows.reduce((sum, row) => sum + heightOf(this.cells(row, columns, table)), 0);
  }

  private room(height: number): void {
    if (this.y + height > this.bottom && this.y > MARGIN) this.newPage();
  }

  private newPage(): void {
    this.doc.addPage();
    this.y = MARGIN;
  }

  private aligned(
    text: string,
    x: number,
    width: number,
    y: number,
    align: Align,
    size: number,
    weight: Weight,
  ): void {
    const free = align === 'left' ? 0 : width - this.measure(text, size, weight);
    this.at(text, x + (align === 'center' ? free / 2 : free), y, size, weight);
  }

  /** Sets one line whose line box begins at `y`. */
  private at(text: string, x: number, y: number, size: number, weight: Weight): void {
    this.doc.fontSize(size);
    for (const run of this.fonts.runs(text, weight)) {
      // Under its name a font is found again; without one it would be opened and compared each time.
      this.doc
        .font(run.font, run.font.postscriptName)
        .text(run.text, x, y + size * 1.1, { lineBreak: false, baseline: 'alphabetic' });
      x += this.measure(run.text, size, weight);
    }
  }

  private measure(text: string, size: number, weight: Weight): number {
    return widthOf(this.fonts, text, weight) * size;
  }
}

const bold = (text: string): Cell => ({ text, bold: true, align: 'center' });

const heightOf = (cells: readonly SetCell[]): number =>
  Math.max(...cells.map(({ lines }) => lines.length)) * SIZE.cell * LINE + 2 * PAD.y;
