import { ancestorsOf, type BusinessDate, type RegionCode } from '@fupin/domain';

/** 年度封库: the day on which each region's year was closed, by {@link closingKey}. */
export type ClosedYears = ReadonlyMap<string, BusinessDate>;

/** Key of a region's year. */
export const closingKey = (region: RegionCode, year: number): string => `${region}:${year}`;

/** Nothing is closed. */
export const NOTHING_CLOSED: ClosedYears = new Map();

/**
 * The day on which a year was closed for a region, by its own closing or that of a later year up to `last`: whoever closes a
 * year publishes its end, which rests on all years before. The last such day; undefined while the year is open there.
 */
export function closedFrom(
  closed: ClosedYears,
  region: RegionCode,
  year: number,
  last: number,
): BusinessDate | undefined {
  if (closed.size === 0) return undefined;
  let latest: BusinessDate | undefined;
  for (let of = year; of <= last; of++) {
    const day = closedOn(closed, region, of);
    if (day !== undefined && (latest === undefined || day > latest)) latest = day;
  }
  return latest;
}

/**
 * The day on which exactly this year was closed for a region: by itself or with a wider one, the last such day. Undefined while the
 * year is open there.
 */
export function closedOn(closed: ClosedYears, region: RegionCode, year: number): BusinessDate | undefined {
  if (closed.size === 0) return undefined;
  let last: BusinessDate | undefined;
  for (const wider of ancestorsOf(region)) {
    const day = closed.get(closingKey(wider, year));
    if (day !== undefined && (last === undefined || day > last)) last = day;
  }
  return last;
}
