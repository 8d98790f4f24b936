/** A physical line of a text; `text` is undefined when it was longer than allowed. */
export interface Line {
  readonly no: number;
  readonly text: string | undefined;
}

/**
 * Splits a stream of text into its lines (LF or CRLF), numbered from 1, a batch per chunk. A line longer than `most`
 * characters comes without its text; not more than that is ever held.
 */
export async function* readLines(source: AsyncIterable<string>, most: number): AsyncGenerator<Line[]> {
  let rest = '';
  let no = 0;
  let tooLong = false;
  for await (const chunk of source) {
    const lines: Line[] = [];
    const add = (text: string) => {
      no += 1;
      lines.push({
        no,
        text: tooLong || text.length > most ? undefined : text.endsWith('\r') ? text.slice(0, -1) : text,
      });
      tooLong = false;
    };
    let from = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      add(rest + chunk.slice(from, end));
      rest = '';
      from = end + 1;
    }
    if (!tooLong) rest += from === 0 ? chunk : chunk.slice(from);
    if (rest.length > most) {
      tooLong = true;
      rest = '';
    }
    if (lines.length > 0) yield lines;
  }
  if (rest !== '' || tooLong)
    yield [
      {
        no: no + 1,
        text: tooLong || rest.length > most ? undefined : rest.endsWith('\r') ? rest.slice(0, -1) : rest,
      },
    ];
}
