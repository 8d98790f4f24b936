import { defineProblems, Problem } from '@fupin/service';

defineProblems({
  'glyph-missing': {
    status: 422,
    title: 'A character has no glyph in the fonts of this installation',
    titleZh: '系统字库缺字',
  },
});

/** Most characters that are named. */
const NAMED = 20;

/** A paper is not printed with empty boxes in the place of names. The characters are named, not whose they are. */
export function glyphMissing(characters: readonly string[]): Problem {
  const named = characters.slice(0, NAMED);
  const points = named.map((char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}`);
  return new Problem('glyph-missing', {
    detail: `No font has ${points.join(', ')}; install one that does and set PAPER_FONT to its path`,
    detailZh: `字库缺少以下字符：${points.join('、')}，请安装字库并设置 PAPER_FONT`,
  });
}

/** Nothing happened that such a paper would be about. */
export const noPaper = (): Problem =>
  new Problem('not-found', {
    detail: 'Nothing of this procedure and day is recorded for the village',
    detailZh: '该村当日没有此程序的记录',
  });
