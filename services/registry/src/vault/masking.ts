import type { Caller } from '@fupin/service';

/** What those see who work with a household every day. */
export interface MaskedPerson {
  readonly name: string;
  /** 422823********0021 */
  readonly idNumber: string;
}

/** First digits of a village code that name its township. */
const TOWNSHIP_DIGITS = 9;

/**
 * Whether a caller sees names without asking for each: village and township workers, within their own township. A wider
 * region, even with one of these roles, sees opaque ids.
 */
export function seesNames({ role, region }: Caller, villageCode: string): boolean {
  return (
    (role === 'villageCadre' || role === 'township') &&
    region.length >= TOWNSHIP_DIGITS &&
    villageCode.startsWith(region.slice(0, TOWNSHIP_DIGITS))
  );
}

/**
 * A number as lists may show it: county of registration and the last four, the day of birth hidden; of a disability card
 * also its kind and grade.
 */
export function maskedNumber(idNumber: string): string {
  const hidden = '*'.repeat(8);
  return `${idNumber.slice(0, 6)}${hidden}${idNumber.slice(14, 18)}${'*'.repeat(Math.max(0, idNumber.length - 18))}`;
}
