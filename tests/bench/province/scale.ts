import { loadDivisions } from '@fupin/domain/divisions';

/** One system to be measured: so many households, spread over so many counties. */
export interface Size {
  readonly households: number;
  readonly years: number;
  readonly counties: readonly CountyShare[];
}

/** A county with its share of the households. */
export interface CountyShare {
  readonly code: string;
  readonly villages: readonly string[];
  readonly households: number;
}

/** Scales by name: the region that is filled and with how many households. */
export const SCALES: Readonly<Record<string, { readonly region: string; readonly households: number }>> = {
  county: { region: '422823', households: 20_000 },
  prefecture: { region: '4228', households: 160_000 },
  province: { region: '42', households: 2_000_000 },
};

/** The province of every scale; a number of households alone is spread over all of it. */
export const PROVINCE = '42';
/** The smallest system of the growth table: about 10⁵ events. */
const SMALLEST = 3_000;

/**
 * The sizes of a run, the smallest first, each about ten times the one before; the last one is the scale itself.
 * `scale` is a name of {@link SCALES} or a number of households; `households` overrides the name's number.
 * Throws for anything else.
 */
export function sizesOf(scale: string, households: number | undefined, years: number): Size[] {
  const named = SCALES[scale];
  const full = households ?? named?.households ?? Number(scale);
  if (!Number.isInteger(full) || full < 1 || full > 5_000_000)
    throw new Error(
      `--scale is ${Object.keys(SCALES).join(', ')} or a number of households (at most 5000000)`,
    );
  if (!Number.isInteger(years) || years < 1 || years > 7)
    throw new Error('--years is a whole number from 1 to 7');
  const numbers = [full];
  for (let next = Math.round(full / 10); next >= SMALLEST; next = Math.round(next / 10))
    numbers.unshift(next);
  const smaller = Math.round(full / 3);
  if (numbers.length === 1 && smaller >= SMALLEST / 3) numbers.unshift(smaller);
  return numbers.map((number) => ({
    households: number,
    years,
    counties: sharesOf(named?.region ?? PROVINCE, number),
  }));
}

/** Counties of a region with villages and equal shares of the households; those without a share are left out. */
function sharesOf(region: string, households: number): CountyShare[] {
  const villages = Map.groupBy(
    loadDivisions()
      .villagesOf(region)
      .map(({ code }) => code)
      // Residents' communities (last three digits below 200) have no rural households.
      // Wuhan is left out: it asks more of an exit than the generated incomes are made for.
      .filter((code) => Number(code.slice(9)) >= 200 && !code.startsWith('4201')),
    (code) => code.slice(0, 6),
  );
  const counties = [...villages];
  return counties
    .map(([code, own], index) => ({
      code,
      villages: own,
      households: Math.floor(households / counties.length) + (index < households % counties.length ? 1 : 0),
    }))
    .filter((share) => share.households > 0);
}
