import fc from 'fast-check';

import { addDays, daysBetween, isBusinessDate, shanghaiDate, yearOf } from './business-date.js';

const day = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe('business date', () => {
  it('accepts every real calendar day of 1900–2999', () => {
    fc.assert(fc.property(day, isBusinessDate));
  });

  it.each([
    '2018-02-30',
    '2019-02-29',
    '1900-02-29',
    '2018-13-01',
    '2018-00-10',
    '2018-06-31',
    '2018-06-00',
    '0001-01-01',
    '3000-01-01',
  ])('refuses %s, which is no such day', (text) => {
    expect(isBusinessDate(text)).toBe(false);
  });

  it.each(['', '2018-6-30', '20180630', '2018-06-30T00:00:00Z', ' 2018-06-30', '2018/06/30', '２０18-06-30'])(
    'refuses %j, which is written otherwise',
    (text) => {
      expect(isBusinessDate(text)).toBe(false);
    },
  );

  it('refuses what is no text', () => {
    expect([20180630, null, undefined, new Date(), {}].map(isBusinessDate)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('knows the leap years', () => {
    expect(['2016-02-29', '2000-02-29', '2400-02-29'].every(isBusinessDate)).toBe(true);
  });

  it('adds days over months and years', () => {
    expect(addDays('2018-12-31', 1)).toBe('2019-01-01');
    expect(addDays('2020-03-01', -1)).toBe('2020-02-29');
  });

  it('adds and counts days alike', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -3000, max: 3000 }), (from, days) => {
        fc.pre(from > '1909-01-01' && from < '2990-01-01');
        return daysBetween(from, addDays(from, days)) === days;
      }),
    );
  });

  it('orders as text as it orders in time', () => {
    fc.assert(fc.property(day, day, (a, b) => a < b === daysBetween(a, b) > 0));
  });

  it('refuses to reckon with what is no day, or out of the range', () => {
    expect(() => addDays('2018-02-30', 1)).toThrow(RangeError);
    expect(() => daysBetween('2018-02-28', 'x')).toThrow(RangeError);
    expect(() => yearOf('2018')).toThrow(RangeError);
    expect(() => addDays('2018-01-01', 0.5)).toThrow(RangeError);
    expect(() => addDays('2999-12-31', 1)).toThrow(RangeError);
    expect(() => addDays('2018-01-01', Number.MAX_SAFE_INTEGER)).toThrow(RangeError);
  });

  it('gives the year', () => {
    expect(yearOf('2018-06-30')).toBe(2018);
  });

  it('takes the day in Shanghai, eight hours ahead of UTC', () => {
    expect(shanghaiDate(new Date('2018-06-30T15:59:59.999Z'))).toBe('2018-06-30');
    expect(shanghaiDate(new Date('2018-06-30T16:00:00Z'))).toBe('2018-07-01');
    expect(() => shanghaiDate(new Date(Number.NaN))).toThrow(RangeError);
  });
});
