import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font, type GlyphRun } from 'fontkit';

/** 宋体-like letters for text and titles: Noto Serif SC under the SIL Open Font License, 30 928 characters each. */
const PACKAGE = '@expo-google-fonts/noto-serif-sc';
const FILES = {
  regular: `${PACKAGE}/400Regular/NotoSerifSC_400Regular.ttf`,
  bold: `${PACKAGE}/700Bold/NotoSerifSC_700Bold.ttf`,
} as const;

export type Weight = keyof typeof FILES;

/** A piece of text in one font. */
export interface Run {
  readonly font: Font;
  readonly text: string;
}

interface Letter {
  readonly font: Font;
  /** In em. */
  readonly width: number;
  /** Whether the font has it at all. */
  readonly known: boolean;
}

/** The letters of papers. Fonts are read when the first paper is printed and then kept (15 MB each). */
export class PaperFonts {
  private readonly loaded = new Map<string, Font>();
  private readonly letters = { regular: new Map<string, Letter>(), bold: new Map<string, Letter>() };

  /** `rare` is the path of a font (TTF, OTF or TTC) for characters that the package's font lacks. */
  constructor(private readonly rare?: string) {}

  /** Characters of the texts that no font has, in the order they are met. White space needs none. */
  missing(texts: Iterable<string>): string[] {
    const missing = new Set<string>();
    for (const text of texts)
      for (const char of text) if (!this.letter(char, 'regular').known && !/\s/.test(char)) missing.add(char);
    return [...missing];
  }

  /** Width of a character in em. */
  widthOf(char: string, weight: Weight): number {
    return this.letter(char, weight).width;
  }

  /** Cuts a text where the font changes. */
  runs(text: string, weight: Weight): Run[] {
    const runs: { font: Font; text: string }[] = [];
    for (const char of text) {
      const { font } = this.letter(char, weight);
      const last = runs.at(-1);
      if (last?.font === font) last.text += char;
      else runs.push({ font, text: char });
    }
    return runs;
  }

  /** In which font a character is set and how wide it is; kept, for a list asks a hundred thousand times. */
  private letter(char: string, weight: Weight): Letter {
    const letters = this.letters[weight];
    let letter = letters.get(char);
    if (!letter) letters.set(char, (letter = this.lookUp(char, weight)));
    return letter;
  }

  private lookUp(char: string, weight: Weight): Letter {
    const codePoint = codePointOf(char);
    const base = this.base(weight);
    const fonts = [base, ...(this.rare === undefined ? [] : [this.load(this.rare)])];
    const found = fonts.find((font) => font.hasGlyphForCodePoint(codePoint));
    const font = found ?? base;
    const width = font.glyphForCodePoint(codePoint).advanceWidth / font.unitsPerEm;
    return { font, width, known: found !== undefined };
  }

  private base(weight: Weight): Font {
    return this.load(FILES[weight]);
  }

  private load(file: string): Font {
    let font = this.loaded.get(file);
    if (!font) this.loaded.set(file, (font = unshaped(read(file))));
    return font;
  }
}

/** Reads `PAPER_FONT`. Throws when it names a file that is no font: at start, not when the first rare name is printed. */
export function readPaperFonts(env: Readonly<Record<string, string | undefined>> = process.env): PaperFonts {
  const rare = env['PAPER_FONT'] || undefined;
  if (rare === undefined) return new PaperFonts();
  try {
    read(rare);
  } catch (error) {
    throw new Error(`PAPER_FONT must be the path of a TTF, OTF or TTC font: ${String(error)}`, {
      cause: error,
    });
  }
  return new PaperFonts(rare);
}

/** Where the package lies is Node's to say: in the repository, in a production build and in an image alike. */
function read(file: string): Font {
  const path = file.startsWith(PACKAGE) ? createRequire(import.meta.url).resolve(file) : file;
  const font = create(readFileSync(path));
  if (!('fonts' in font)) return font;
  // A collection has one face for each region's way of writing; that of the mainland is wanted.
  const face = font.fonts.find(({ postscriptName }) => /sc\b|-SC|SC-/i.test(postscriptName)) ?? font.fonts[0];
  if (!face) throw new Error('the collection is empty');
  return face;
}

/**
 * The font with a layout that sets one glyph after the other. Chinese in a line needs no shaping, which would take most
 * of the time a list takes.
 */
function unshaped(font: Font): Font {
  const layout = (text: string): GlyphRun => {
    const glyphs = Array.from(text, (char) => font.glyphForCodePoint(codePointOf(char)));
    const positions = glyphs.map(({ advanceWidth }) => ({
      xAdvance: advanceWidth,
      yAdvance: 0,
      xOffset: 0,
      yOffset: 0,
    }));
    return {
      glyphs,
      positions,
      advanceWidth: glyphs.reduce((sum, { advanceWidth }) => sum + advanceWidth, 0),
    };
  };
  return Object.create(font, { layout: { value: layout } }) as Font;
}

const codePointOf = (char: string): number => char.codePointAt(0) ?? 0;
