// Business dates are calendar days of Asia/Shanghai written YYYY-MM-DD. They compare as strings; nothing here knows a clock.

/** A calendar day `YYYY-MM-DD`, years 1900–2999. */
export type BusinessDate = string;

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;
const MS_PER_DAY = 86_400_000;
/** Mainland China has kept UTC+8 without summer time since 1991, so the offset is a constant for every recorded time. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the value is a real calendar day written YYYY-MM-DD (no 30 February), in the years 1900–2999. */
export function isBusinessDate(value: unknown): value is BusinessDate {
  if (typeof value !== 'string') return false;
  const match = PATTERN.exec(value);
  if (!match) return false;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  return year >= 1900 && year <= 2999 && day >= 1 && day <= daysInMonth(year, month);
}

/** The day `days` later (earlier when negative). Throws `RangeError` when `date` is no day or the result leaves 1900–2999. */
export function addDays(date: BusinessDate, days: number): BusinessDate {
  if (!Number.isSafeInteger(days)) throw new RangeError('Days are a whole number.');
  const result = toText(epochDay(date) + days);
  if (!isBusinessDate(result)) throw new RangeError('A business date lies in the years 1900–2999.');
  return result;
}

/** Number of days from `from` to `to`; negative when `to` is earlier. Throws `RangeError` when one is no day. */
export function daysBetween(from: BusinessDate, to: BusinessDate): number {
  return epochDay(to) - epochDay(from);
}

/** The calendar year of a day. Throws `RangeError` when it is none. */
export function yearOf(date: BusinessDate): number {
  check(date);
  return Number(date.slice(0, 4));
}

/** The calendar day in Shanghai at an instant. Throws `RangeError` for an invalid `Date`. */
export function shanghaiDate(instant: Date): BusinessDate {
  const ms = instant.getTime();
  if (Number.isNaN(ms)) throw new RangeError('Not an instant.');
  return toText(Math.floor((ms + SHANGHAI_OFFSET_MS) / MS_PER_DAY));
}

function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

function epochDay(date: BusinessDate): number {
  check(date);
  return Math.round(
    Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8))) / MS_PER_DAY,
  );
}

function toText(day: number): string {
  const date = new Date(day * MS_PER_DAY);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}

function check(date: unknown): asserts date is BusinessDate {
  if (!isBusinessDate(date))
    throw new RangeError('A business date is a real calendar day written YYYY-MM-DD.');
}
