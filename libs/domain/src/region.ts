// A region is its statistics code of 2, 4, 6, 9 or 12 digits; its parent is its own prefix, so 'lies within' is 'has the prefix'.

/** Province 2, city 4, county 6, township 9, village 12 digits. */
export type RegionCode = string;

export type RegionLevel = 'province' | 'city' | 'county' | 'township' | 'village';

/** The five levels, widest first. */
export const REGION_LEVELS = [
  'province',
  'city',
  'county',
  'township',
  'village',
] as const satisfies readonly RegionLevel[];

/** Labels for people. */
export const REGION_LEVEL_LABELS: Readonly<Record<RegionLevel, { zh: string; en: string }>> = {
  province: { zh: '省', en: 'province' },
  city: { zh: '市（州）', en: 'city or prefecture' },
  county: { zh: '县（市、区）', en: 'county' },
  township: { zh: '乡镇（街道）', en: 'township' },
  village: { zh: '村（社区）', en: 'village' },
};

const DIGITS: Readonly<Record<RegionLevel, number>> = {
  province: 2,
  city: 4,
  county: 6,
  township: 9,
  village: 12,
};
const LEVEL_BY_LENGTH = new Map<number, RegionLevel>(REGION_LEVELS.map((level) => [DIGITS[level], level]));
/** First digits of GB/T 2260: 1 north … 8 Hong Kong and Macao. */
const CODE = /^[1-8]\d+$/;

/** Whether the value is written like a region code. It says nothing about whether such a region exists: see the divisions. */
export function isRegionCode(value: unknown): value is RegionCode {
  return typeof value === 'string' && LEVEL_BY_LENGTH.has(value.length) && CODE.test(value);
}

/** Level of a code by its length. Throws `RangeError` when it is no region code. */
export function levelOf(code: RegionCode): RegionLevel {
  const level = isRegionCode(code) ? LEVEL_BY_LENGTH.get(code.length) : undefined;
  if (!level) throw new RangeError('A region code has 2, 4, 6, 9 or 12 digits.');
  return level;
}

/** The next wider region's code, `undefined` for a province. Throws `RangeError` when it is no region code. */
export function parentOf(code: RegionCode): RegionCode | undefined {
  const level = levelOf(code);
  const wider = REGION_LEVELS[REGION_LEVELS.indexOf(level) - 1];
  return wider && code.slice(0, DIGITS[wider]);
}

/** The code itself first, then each wider region up to the province. Throws `RangeError` when it is no region code. */
export function ancestorsOf(code: RegionCode): RegionCode[] {
  const chain: RegionCode[] = [];
  for (let at: RegionCode | undefined = code; at !== undefined; at = parentOf(at)) chain.push(at);
  return chain;
}

/** The code of the region of `level` that holds `code`; `undefined` when `code` is wider than that. */
export function regionAt(code: RegionCode, level: RegionLevel): RegionCode | undefined {
  levelOf(code);
  return code.length >= DIGITS[level] ? code.slice(0, DIGITS[level]) : undefined;
}

/**
 * Whether `code` is `scope` or lies in it. False whenever one of the two is no region code: an empty or broken scope must never
 * open every region.
 */
export function liesWithin(code: RegionCode, scope: RegionCode): boolean {
  return isRegionCode(code) && isRegionCode(scope) && code.startsWith(scope);
}
