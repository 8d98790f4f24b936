import { addDays } from './business-date.js';
import { createDivisions, loadDivisions, type CodeChange } from './divisions.js';

const divisions = loadDivisions();

describe('divisions of Hubei and Hunan', () => {
  it('count as their source says', () => {
    const count = (province: string) => {
      const cities = divisions.childrenOf(province);
      const counties = cities.flatMap((city) => divisions.childrenOf(city.code));
      const townships = counties.flatMap((county) => divisions.childrenOf(county.code));
      return [cities.length, counties.length, townships.length, divisions.villagesOf(province).length];
    };
    expect(count('42')).toEqual([14, 105, 1475, 27_057]);
    expect(count('43')).toEqual([14, 134, 2008, 29_534]);
    expect(divisions.provinces().map((province) => province.name)).toEqual(['湖北省', '湖南省']);
  });

  it('name a county with its path', () => {
    expect(divisions.pathName('422823')).toBe('湖北省恩施土家族苗族自治州巴东县');
    expect(divisions.nameOf('422823')).toBe('巴东县');
    expect(divisions.pathName('429999')).toBeUndefined();
  });

  it('leave the placeholder 4290 out of a path: it has counties and is no city', () => {
    expect(divisions.find('4290')).toMatchObject({ kind: 'placeholder', level: 'city' });
    expect(divisions.childrenOf('4290').map((county) => county.name)).toEqual([
      '仙桃市',
      '潜江市',
      '天门市',
      '神农架林区',
    ]);
    expect(divisions.pathName('429021')).toBe('湖北省神农架林区');
    expect(divisions.childrenOf('42').filter((city) => city.kind === 'official')).toHaveLength(13);
  });

  it('mark statistical areas, which are no counties', () => {
    expect(['421071', '421171'].map((code) => divisions.find(code)?.kind)).toEqual([
      'statistical',
      'statistical',
    ]);
    expect(new Set(divisions.villagesOf('421071').map((village) => village.kind))).toEqual(
      new Set(['statistical']),
    );
    const counties = divisions.childrenOf('42').flatMap((city) => divisions.childrenOf(city.code));
    expect(counties.filter((county) => county.kind === 'official')).toHaveLength(103);
    const hunan = divisions.childrenOf('43').flatMap((city) => divisions.childrenOf(city.code));
    expect(hunan.filter((county) => county.kind === 'official')).toHaveLength(122);
  });

  it.each([
    ['420821', '京山县', '420882', '京山市', '2018-02-24'],
    ['421023', '监利县', '421088', '监利市', '2020-06-12'],
  ])('follow %s %s to %s %s', (oldCode, oldName, newCode, newName, validFrom) => {
    expect(divisions.find(oldCode)).toMatchObject({ name: oldName, successor: newCode });
    expect(divisions.find(newCode)).toMatchObject({ name: newName, validFrom });
    expect(divisions.successorOf(oldCode)).toBe(newCode);
    expect(divisions.currentCode(oldCode)).toBe(newCode);
    expect(divisions.successorOf(newCode)).toBeUndefined();
    expect(divisions.codeOn(newCode, '2015-06-30')).toBe(oldCode);
    expect(divisions.codeOn(oldCode, '2021-06-30')).toBe(newCode);
    expect(divisions.codeOn(oldCode, validFrom)).toBe(newCode);
    expect(divisions.codeOn(newCode, addDays(validFrom, -1))).toBe(oldCode);
    expect([oldCode, newCode].map((code) => divisions.existedOn(code, '2015-06-30'))).toEqual([true, false]);
    expect([oldCode, newCode].map((code) => divisions.existedOn(code, validFrom))).toEqual([false, true]);
    expect(divisions.pathName(oldCode)).toContain(oldName);
  });

  it('follow the villages of a county that changed its code', () => {
    const now = divisions.villagesOf('420882');
    expect(divisions.villagesOf('420821')).toEqual(now);
    const village = now[0]?.code ?? '';
    const former = divisions.codeOn(village, '2017-12-31') ?? '';
    expect(former).toBe(`420821${village.slice(6)}`);
    expect(divisions.exists(former)).toBe(true);
    expect(divisions.currentCode(former)).toBe(village);
    expect(divisions.exists('420821999999')).toBe(false);
  });

  it('know every change to lead from a code that is gone to one in use', () => {
    for (const change of divisions.codeChanges()) {
      expect(divisions.find(change.oldCode)?.successor).toBe(change.newCode);
      expect(divisions.find(change.newCode)?.successor).toBeUndefined();
      expect(change.source).not.toBe('');
    }
    expect(divisions.codeChanges().map((change) => change.newCode)).toHaveLength(7);
  });

  it('know nothing of other provinces, and nothing of what is no code', () => {
    expect(['11', '110101', '', '4', 'CN', '42x', '__proto__'].some((code) => divisions.exists(code))).toBe(
      false,
    );
    expect(divisions.childrenOf('11')).toEqual([]);
    expect(divisions.villagesOf('11')).toEqual([]);
    expect(divisions.codeOn('11', '2018-01-01')).toBeUndefined();
  });

  it('give a village itself as its only village', () => {
    const village = divisions.villagesOf('422823')[0]?.code ?? '';
    expect(divisions.villagesOf(village).map((found) => found.code)).toEqual([village]);
    expect(divisions.childrenOf(village)).toEqual([]);
  });

  it('have no orphan: every village has a path of the four above it', () => {
    const broken = divisions.villagesOf('42').filter((village) => !divisions.exists(village.parent ?? ''));
    expect(broken).toEqual([]);
  });

  it('read a province’s table once, when it is first asked for', () => {
    const read: string[] = [];
    const changes: CodeChange[] = [];
    const small = createDivisions(changes, (province) => {
      read.push(province);
      return 'code,name\n42,湖北省\n4228,恩施州\n';
    });
    expect(read).toEqual([]);
    expect(small.exists('4228')).toBe(true);
    expect(small.exists('4201')).toBe(false);
    expect(small.exists('11')).toBe(false);
    expect(read).toEqual(['42']);
  });
});
