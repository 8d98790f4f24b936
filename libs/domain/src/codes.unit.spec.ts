import { readFileSync } from 'node:fs';

import { FORM_LISTS } from './code-lists/form.js';
import { entries } from './code-lists/code-list.js';
import {
  CODE_LISTS,
  CODE_SYSTEM_NAMES,
  CODE_SYSTEM_PROTO_NAMES,
  CODE_SYSTEMS,
  codeOfLabel,
  isCode,
  isCodeSystem,
  isHeadRelation,
  labelOf,
} from './codes.js';

describe('code lists', () => {
  it('fall into the trap of equal numbers only when the system is left out: 07 is 土家族 here and 彝族 there', () => {
    expect(labelOf('registerEthnicity', '07')?.zh).toBe('土家族');
    expect(labelOf('gb3304', '07')?.zh).toBe('彝族');
    expect(codeOfLabel('registerEthnicity', '土家族')).toBe('07');
    expect(codeOfLabel('gb3304', '土家族')).toBe('15');
    expect(labelOf('registerEthnicity', '02')?.zh).not.toBe(labelOf('gb3304', '02')?.zh);
    expect(labelOf('registerRelation', '02')?.zh).toBe('配偶');
    expect(labelOf('gbt4761', '02')?.zh).toBe('户主');
  });

  it('know the head in both lists of relations, and that 02 is the spouse in one and the head in the other', () => {
    expect(isHeadRelation('registerRelation', '01')).toBe(true);
    expect(isHeadRelation('registerRelation', '02')).toBe(false);
    expect(isHeadRelation('gbt4761', '02')).toBe(true);
    expect(isHeadRelation('gbt4761', '01')).toBe(true);
    expect(isHeadRelation('gbt4761', '10')).toBe(false);
    expect(isHeadRelation('gb3304', '01')).toBe(false);
  });

  it('refuse a number of the register’s ethnicity list that no source names, rather than guess it', () => {
    expect(isCode('registerEthnicity', '04')).toBe(false);
  });

  it('hold all 56 ethnic groups of GB/T 3304, each name once', () => {
    const list = CODE_LISTS.gb3304;
    expect(list.map((entry) => entry.code)).toEqual(
      Array.from({ length: 56 }, (_, at) => String(at + 1).padStart(2, '0')),
    );
    expect(new Set(list.map((entry) => entry.zh)).size).toBe(56);
    expect(new Set(list.map((entry) => entry.en)).size).toBe(56);
  });

  it.each(CODE_SYSTEM_NAMES)('%s has distinct codes, labels in both languages and a source', (name) => {
    const { entries: list, source } = CODE_SYSTEMS[name];
    expect(new Set(list.map((entry) => entry.code)).size).toBe(list.length);
    expect(new Set(list.map((entry) => entry.zh)).size).toBe(list.length);
    expect(list.every((entry) => /\p{Script=Han}/u.test(entry.zh) && /^[\p{ASCII}]+$/u.test(entry.en))).toBe(
      true,
    );
    expect(source).not.toBe('');
  });

  it('name every member of the contract’s enum and no other', () => {
    const proto = readFileSync(
      new URL('../../../proto/fupin/common/v1/envelope.proto', import.meta.url),
      'utf8',
    );
    const members = [...proto.matchAll(/CODE_SYSTEM_(\w+) = [1-9]\d*;/g)].map((match) => match[1]);
    expect(Object.values(CODE_SYSTEM_PROTO_NAMES).sort()).toEqual(members.sort());
    expect(CODE_SYSTEM_NAMES.map((name) => CODE_SYSTEM_PROTO_NAMES[name].replaceAll('_', ''))).toEqual(
      CODE_SYSTEM_NAMES.map((name) => name.replaceAll('_', '').toUpperCase()),
    );
  });

  it('know the causes of the register’s form', () => {
    expect(CODE_LISTS.registerCause).toHaveLength(12);
    expect(labelOf('registerCause', '01')).toMatchObject({ zh: '因病', en: 'illness' });
  });

  it('find a code by a label as files write it', () => {
    expect(codeOfLabel('registerRelation', ' 户主 ')).toBe('01');
    expect(codeOfLabel('gbt2261_1', '男')).toBe('1');
    expect(codeOfLabel('gb3304', '毛难族')).toBe('36');
    expect(codeOfLabel('gb3304', '火星族')).toBeUndefined();
    expect(codeOfLabel('registerRelation', 'constructor')).toBeUndefined();
  });

  it('know no code of an unknown system', () => {
    expect(isCodeSystem('gb3304')).toBe(true);
    expect(isCodeSystem('toString')).toBe(false);
    expect(isCode('nonsense' as 'gb3304', '01')).toBe(false);
    expect(isCode('gb3304', '1')).toBe(false);
    expect(labelOf('gb3304', '57')).toBeUndefined();
  });

  it('carry the form’s further lists with their status', () => {
    expect(FORM_LISTS.exitState.entries.map((entry) => entry.code)).toEqual(['02', '03', '04', '05']);
    expect(FORM_LISTS.notExitedReason).toMatchObject({ status: 'assumed' });
    expect(FORM_LISTS.notExitedReason.entries).toHaveLength(10);
  });

  it('fail at once on a line that is not a code, a label and a translation', () => {
    expect(() => entries('01 因病')).toThrow('Bad code list line');
  });
});
