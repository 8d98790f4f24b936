/** One value of a code list with its labels for people. */
export interface CodeEntry {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/** `sourced`: read in a public source that is named. `assumed`: general knowledge, to be checked against the standard. */
export type CodeListStatus = 'sourced' | 'assumed';

export interface CodeList {
  readonly zh: string;
  readonly en: string;
  readonly status: CodeListStatus;
  /** Where the values come from and what is uncertain about them. */
  readonly source: string;
  readonly entries: readonly CodeEntry[];
}

/** Builds the entries from lines of `code zh | en`, which keeps a list readable as a table. */
export function entries(table: string): readonly CodeEntry[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const match = /^\s*(\S+) (.+?) \| (.+?)\s*$/.exec(line);
      const [, code, zh, en] = match ?? [];
      if (code === undefined || zh === undefined || en === undefined)
        throw new Error(`Bad code list line: ${line}`);
      return { code, zh, en };
    });
}
