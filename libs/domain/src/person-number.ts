import * as residentId from 'stdnum/lib/cjs/cn/ric.js';

import { isBusinessDate, type BusinessDate } from './business-date.js';

export type PersonNumberReason =
  'length' | 'format' | 'province' | 'birthDate' | 'checksum' | 'disabilityType';

export type PersonNumber =
  | {
      readonly ok: true;
      /** The resident ID number, 18 characters, `X` in upper case: what two persons are compared by. */
      readonly idNumber: string;
      /** Same as `idNumber`: a disability card's holder and an ID card's holder are one person. */
      readonly canonical: string;
      /** The whole number as it stands on the card (18 or 20 characters, upper case), for the vault. */
      readonly cardNumber: string;
      readonly kind: 'idNumber' | 'disabilityCard';
      readonly birthDate: BusinessDate;
      readonly sex: 'male' | 'female';
    }
  | { readonly ok: false; readonly reason: PersonNumberReason };

/** Provinces of GB/T 2260 and the residence permits of Hong Kong, Macao and Taiwan (81–83); the library accepts any. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(
    ' ',
  ),
);
const SHAPE = /^\d{17}[\dX](?:\d{2})?$/;
/** A disability card appends kind 1–7 and grade 1–4 to the ID number (general knowledge, as printed on the card). */
const DISABILITY_SUFFIX = /^[1-7][1-4]$/;

/**
 * Reads a resident ID number (18 characters) or a disability card number (20: the ID number, kind, grade).
 * Surrounding spaces and a small `x` are accepted. The county code inside is that of the first registration and may be an old
 * one, so only the province is checked. Never throws; never put the text into a log or a message.
 */
export function parsePersonNumber(text: string): PersonNumber {
  const cardNumber = typeof text === 'string' && text.length <= 40 ? text.trim().toUpperCase() : '';
  if (cardNumber.length !== 18 && cardNumber.length !== 20) return { ok: false, reason: 'length' };
  if (!SHAPE.test(cardNumber)) return { ok: false, reason: 'format' };
  if (!PROVINCES.has(cardNumber.slice(0, 2))) return { ok: false, reason: 'province' };
  const idNumber = cardNumber.slice(0, 18);
  const birthDate = `${idNumber.slice(6, 10)}-${idNumber.slice(10, 12)}-${idNumber.slice(12, 14)}`;
  if (!isBusinessDate(birthDate)) return { ok: false, reason: 'birthDate' };
  const checked = residentId.validate(idNumber);
  // The library tells a wrong day (it also refuses a birth in the future) from a wrong check digit.
  if (!checked.isValid) {
    return { ok: false, reason: checked.error.name === 'InvalidChecksum' ? 'checksum' : 'birthDate' };
  }
  const kind = cardNumber.length === 20 ? 'disabilityCard' : 'idNumber';
  if (kind === 'disabilityCard' && !DISABILITY_SUFFIX.test(cardNumber.slice(18))) {
    return { ok: false, reason: 'disabilityType' };
  }
  const sex = Number(idNumber[16]) % 2 === 1 ? 'male' : 'female';
  return { ok: true, idNumber, canonical: idNumber, cardNumber, kind, birthDate, sex };
}
