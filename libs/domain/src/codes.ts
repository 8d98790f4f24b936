import type { CodeEntry, CodeList } from './code-lists/code-list.js';
import { gb3304, gbt2261_1, gbt4658, gbt4761 } from './code-lists/national.js';
import {
  registerCause,
  registerEducation,
  registerEthnicity,
  registerHealth,
  registerRelation,
  registerSchooling,
  registerWorkAbility,
  registerWorkplace,
} from './code-lists/register.js';

// The same number means another thing in another list (07 is 土家族 in the register's list and 彝族 in GB/T 3304), so a code is
// only ever looked up together with its system.

/** Every code list with its status and source. The names are those of the contract's enum CodeSystem in camelCase. */
export const CODE_SYSTEMS = {
  registerCause,
  registerRelation,
  registerEthnicity,
  registerEducation,
  registerSchooling,
  registerHealth,
  registerWorkAbility,
  registerWorkplace,
  gbt2261_1,
  gb3304,
  gbt4658,
  gbt4761,
} as const satisfies Record<string, CodeList>;

export type CodeSystemName = keyof typeof CODE_SYSTEMS;

/** All system names, the register's own lists first. */
export const CODE_SYSTEM_NAMES = Object.keys(CODE_SYSTEMS) as CodeSystemName[];

/** The member of the contract's enum CodeSystem for each system (without its prefix CODE_SYSTEM_). */
export const CODE_SYSTEM_PROTO_NAMES = {
  registerCause: 'REGISTER_CAUSE',
  registerRelation: 'REGISTER_RELATION',
  registerEthnicity: 'REGISTER_ETHNICITY',
  registerEducation: 'REGISTER_EDUCATION',
  registerSchooling: 'REGISTER_SCHOOLING',
  registerHealth: 'REGISTER_HEALTH',
  registerWorkAbility: 'REGISTER_WORK_ABILITY',
  registerWorkplace: 'REGISTER_WORKPLACE',
  gbt2261_1: 'GBT_2261_1',
  gb3304: 'GB_3304',
  gbt4658: 'GBT_4658',
  gbt4761: 'GBT_4761',
} as const satisfies Record<CodeSystemName, string>;

/** The values of every list, in its own order. */
export const CODE_LISTS = Object.fromEntries(
  CODE_SYSTEM_NAMES.map((name) => [name, CODE_SYSTEMS[name].entries]),
) as unknown as Readonly<Record<CodeSystemName, readonly CodeEntry[]>>;

/** Other writings of a label that cadres' files use, per system. */
const ALIASES: Partial<Record<CodeSystemName, Readonly<Record<string, string>>>> = {
  registerRelation: {
    户主: '01',
    本人: '01',
    妻: '02',
    夫: '02',
    妻子: '02',
    丈夫: '02',
    子: '03',
    女: '04',
    儿子: '03',
    女儿: '04',
    父亲: '11',
    母亲: '12',
  },
  registerHealth: { 慢性病: '02', 患有大病: '03' },
  registerEducation: { 文盲: '01', 半文盲: '01', 文盲半文盲: '01', 学龄前: '06' },
  registerCause: { 自身发展力不足: '11' },
  gbt2261_1: { 男: '1', 女: '2', 未知: '0', 未说明: '9' },
  gb3304: { 毛难族: '36' },
};

const BY_CODE = index((entry) => entry.code);
const BY_LABEL = index((entry) => entry.zh);

/** Whether the list of `system` has this code. False for an unknown system. */
export function isCode(system: CodeSystemName, code: string): boolean {
  return BY_CODE.get(system)?.has(code) ?? false;
}

/** The Chinese and English label of a code in its system; `undefined` when the list does not have it. */
export function labelOf(
  system: CodeSystemName,
  code: string,
): { readonly zh: string; readonly en: string } | undefined {
  return BY_CODE.get(system)?.get(code);
}

/** The code for a Chinese label as a form or file has it (spaces around it ignored); `undefined` when the list has none. */
export function codeOfLabel(system: CodeSystemName, zh: string): string | undefined {
  const label = zh.trim();
  const aliases = ALIASES[system];
  const alias = aliases && Object.hasOwn(aliases, label) ? aliases[label] : undefined;
  return BY_LABEL.get(system)?.get(label)?.code ?? alias;
}

/** The codes that make a person the household's head, by the list they are of. */
const HEAD: Partial<Record<CodeSystemName, readonly string[]>> = {
  registerRelation: ['01'],
  // 户主; and 本人, for what everybody is to the head, only the head is to himself.
  gbt4761: ['02', '01'],
};

/** Whether a relation is the head's own: 01 of the register's list, 02 (户主) or 01 (本人) of GB/T 4761. */
export function isHeadRelation(system: CodeSystemName, code: string): boolean {
  return HEAD[system]?.includes(code) ?? false;
}

/** Whether a code of GB/T 2261.1 says another sex than the one given; 未知 and 未说明 say none. */
export function sexContradicts(code: string, sex: 'male' | 'female'): boolean {
  return code === '1' ? sex !== 'male' : code === '2' && sex !== 'female';
}

/** Whether the text is the name of a code system. */
export function isCodeSystem(name: string): name is CodeSystemName {
  return Object.hasOwn(CODE_SYSTEMS, name);
}

function index(
  key: (entry: CodeEntry) => string,
): ReadonlyMap<CodeSystemName, ReadonlyMap<string, CodeEntry>> {
  return new Map(
    CODE_SYSTEM_NAMES.map((name) => [name, new Map(CODE_LISTS[name].map((entry) => [key(entry), entry]))]),
  );
}
