import fc from 'fast-check';

import { ancestorsOf, isRegionCode, levelOf, liesWithin, parentOf, regionAt } from './region.js';

const VILLAGE = '422823001001';
const village = fc.stringMatching(/^[1-8]\d{11}$/);

describe('region code', () => {
  it('has a level by its length', () => {
    expect(['42', '4228', '422823', '422823001', VILLAGE].map(levelOf)).toEqual([
      'province',
      'city',
      'county',
      'township',
      'village',
    ]);
  });

  it.each([
    '',
    '4',
    '422',
    '42282',
    '4228230',
    '42282300100',
    '4228230010011',
    '42a8',
    '02',
    '９２',
    ' 42',
    '42\n',
  ])('refuses %j', (code) => {
    expect(isRegionCode(code)).toBe(false);
    expect(() => levelOf(code)).toThrow(RangeError);
  });

  it('has its own prefix as its parent', () => {
    expect(ancestorsOf(VILLAGE)).toEqual([VILLAGE, '422823001', '422823', '4228', '42']);
    expect(parentOf('42')).toBeUndefined();
  });

  it('lies within each of its ancestors', () => {
    fc.assert(fc.property(village, (code) => ancestorsOf(code).every((scope) => liesWithin(code, scope))));
  });

  it('lies within another only through its prefix', () => {
    fc.assert(fc.property(village, village, (a, b) => liesWithin(a, b) === (a === b)));
    expect(liesWithin('422823', '4212')).toBe(false);
    expect(liesWithin('4228', '422823')).toBe(false);
  });

  it('is never within an empty or broken scope', () => {
    expect(
      ['', '4', '422', 'CN', undefined as unknown as string].some((scope) => liesWithin(VILLAGE, scope)),
    ).toBe(false);
    expect(liesWithin('42282x', '42')).toBe(false);
  });

  it('is cut to a wider level and never widened to a narrower one', () => {
    expect(regionAt(VILLAGE, 'county')).toBe('422823');
    expect(regionAt('42', 'county')).toBeUndefined();
  });
});
