import { CODE_LISTS, CODE_SYSTEM_NAMES, codeOfLabel, isCode, type CodeSystemName } from '@fupin/domain';
import type { Choice, FieldKind } from '@fupin/domain/register-form';
import type { RowErrorCode } from './row-error.js';

/** A code with the list it belongs to. */
export interface Coded {
  readonly system: CodeSystemName;
  readonly code: string;
}

export type CodeKind = Extract<FieldKind, { type: 'code' }>;
export interface Wrong {
  readonly wrong: RowErrorCode;
  readonly detail?: string;
}

const plain = (text: string): string => text.normalize('NFKC').replace(/[\s()（）.·“”"、]/g, '');
const systemKey = (text: string): string => text.replace(/[^0-9A-Za-z]/g, '').toLowerCase();
const SYSTEMS = new Map(CODE_SYSTEM_NAMES.map((name) => [systemKey(name), name]));
const LABELS = new Map(
  CODE_SYSTEM_NAMES.map((name) => [
    name,
    new Map(CODE_LISTS[name].map((entry) => [plain(entry.zh), entry.code])),
  ]),
);

/**
 * Reads one value of a code column: its label (因病), its code (01, also 1 as spreadsheets cut it), both (01 因病), or a code with
 * its list (GB3304:15). A bare number where lists disagree is refused: the same number means another thing in each.
 */
export function readCode(text: string, kind: CodeKind): Coded | Wrong {
  const named = /^([A-Za-z][A-Za-z0-9_./ -]*?)\s*[:：]\s*(\S+)$/.exec(text);
  if (named) {
    const system = SYSTEMS.get(systemKey(named[1] ?? ''));
    if (!system || !kind.systems.includes(system)) return systemWrong(kind);
    return ofSystem(system, named[2] ?? '') ?? { wrong: 'code-unknown' };
  }
  const bare = /^\d{1,2}$/.test(text);
  if (bare && !kind.bareCode) return { wrong: 'code-system-missing', detail: 'GB3304:15' };
  const first = kind.systems[0];
  if (bare && first)
    return ofSystem(first, text) ?? (isElsewhere(text, kind) ? systemWrong(kind) : { wrong: 'code-unknown' });
  const both = /^(\d{1,2})\s*[-–—.、 ]?\s*(\D+)$/.exec(text);
  for (const system of kind.systems) {
    if (both) {
      const coded = ofSystem(system, both[1] ?? '');
      if (coded && coded.code === labelCode(system, both[2] ?? '')) return coded;
    }
    const code = labelCode(system, text);
    if (code !== undefined) return { system, code };
  }
  return both ? systemWrong(kind) : { wrong: 'code-unknown' };
}

/** Names the lists the column takes; what the file said is not repeated. */
const systemWrong = ({ systems }: CodeKind): Wrong => ({
  wrong: 'code-system-wrong',
  detail: systems.join(', '),
});

const labelCode = (system: CodeSystemName, text: string) =>
  codeOfLabel(system, text) ?? LABELS.get(system)?.get(plain(text));

function ofSystem(system: CodeSystemName, code: string): Coded | undefined {
  for (const candidate of [code, code.padStart(2, '0')])
    if (isCode(system, candidate)) return { system, code: candidate };
  return undefined;
}

/** Whether another national list of the same matter has the code, so that the mistake can be named. */
function isElsewhere(code: string, kind: CodeKind): boolean {
  return kind.systems.slice(1).some((system) => ofSystem(system, code) !== undefined);
}

/** Reads a choice by label, code or English name. */
export function readChoice(text: string, choices: readonly Choice[]): Choice | undefined {
  const wanted = plain(text);
  const code = /^\d$/.test(text) && choices[0]?.code.length === 2 ? `0${text}` : text;
  return choices.find(
    (c) =>
      c.code === code ||
      c.en === text ||
      plain(c.zh) === wanted ||
      (c.also ?? []).some((also) => plain(also) === wanted) ||
      plain(`${c.code}${c.zh}`) === wanted,
  );
}
