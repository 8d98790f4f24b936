import type { PaperFonts, Weight } from './fonts.js';

/** Marks that must not begin a line, and those that must not end one (禁则). */
const NOT_FIRST = /^[，。、；：！？）》」』”’％%·)\],.;:]/;
const NOT_LAST = /[（《「『“‘([]$/;

/** Breaks a text into lines of at most `width` (in em); line feeds break too. An empty text is one empty line. */
export function wrap(fonts: PaperFonts, text: string, width: number, weight: Weight): string[] {
  return text.split('\n').flatMap((paragraph) => wrapParagraph(fonts, paragraph, width, weight));
}

/** Width of a text in em. */
export function widthOf(fonts: PaperFonts, text: string, weight: Weight): number {
  let width = 0;
  for (const char of text) width += fonts.widthOf(char, weight);
  return width;
}

function wrapParagraph(fonts: PaperFonts, text: string, width: number, weight: Weight): string[] {
  const measure = (piece: string) => widthOf(fonts, piece, weight);
  const lines: string[] = [];
  let line: string[] = [];
  let used = 0;
  for (const piece of piecesOf(text, width, measure)) {
    const wide = measure(piece);
    if (line.length > 0 && used + wide > width + 1e-6) {
      const carried: string[] = [];
      // The mark takes the character before it along to the next line; an opening one goes there itself.
      while (line.length > 1 && (NOT_FIRST.test(carried[0] ?? piece) || NOT_LAST.test(line.at(-1) ?? '')))
        carried.unshift(line.pop() ?? '');
      lines.push(line.join('').trimEnd());
      line = carried;
      used = carried.reduce((sum, each) => sum + measure(each), 0);
      if (line.length === 0 && piece === ' ') continue;
    }
    line.push(piece);
    used += wide;
  }
  lines.push(line.join('').trimEnd());
  return lines;
}

/** Characters of Chinese one by one, words of Latin letters and figures whole as long as they fit a line. */
function piecesOf(text: string, width: number, measure: (piece: string) => number): string[] {
  return (text.match(/[\x21-\x7e]+|[\s\S]/gu) ?? []).flatMap((piece) =>
    piece.length > 1 && measure(piece) > width ? [...piece] : [piece],
  );
}
