import { create } from '@bufbuild/protobuf';
import { YearClosedSchema } from '@fupin/contracts';
import { given } from '@fupin/event-sourcing/testing';
import fc from 'fast-check';
import { closedFrom, closedOn, closingKey } from './closed-years.js';
import { yearDecider, type CloseYear } from './decider.js';
import { yearStreamId } from './year.stream.js';

const close = (occurredOn: string, rest: Partial<CloseYear> = {}): CloseYear => ({
  type: 'closeYear',
  year: 2016,
  occurredOn,
  today: occurredOn,
  closedAbove: undefined,
  ...rest,
});
const closed = (occurredOn: string, knownOn = occurredOn) => ({
  event: { case: 'yearClosed' as const, value: create(YearClosedSchema, { year: 2016, knownOn }) },
  occurredOn,
  ruleIds: ['REG-36'],
});

describe('closing of a year (年度封库)', () => {
  it('REG-36 closes a year from its last day on', () => {
    given(yearDecider).when(close('2016-12-30')).thenRefused({ code: 'year-not-over', ruleId: 'REG-36' });
    given(yearDecider).when(close('2016-12-31')).then(closed('2016-12-31'));
    given(yearDecider).when(close('2017-01-10')).then(closed('2017-01-10'));
  });

  it('REG-36 publishes what is known on the day of the recording, not of an older date', () => {
    given(yearDecider)
      .when(close('2017-01-10', { today: '2018-03-01' }))
      .then(closed('2017-01-10', '2018-03-01'));
  });

  it('REG-36 refuses a second closing, a wider region’s included, and the future', () => {
    given(yearDecider, closed('2017-01-10'))
      .when(close('2017-01-10'))
      .thenRefused({ code: 'year-already-closed', field: 'year' });
    given(yearDecider)
      .when(close('2017-02-01', { closedAbove: '2017-01-10' }))
      .thenRefused({ code: 'year-already-closed' });
    given(yearDecider)
      .when(close('2017-02-02', { today: '2017-02-01' }))
      .thenRefused({ code: 'date-in-future' });
  });

  it('gives a region’s year one stream, everywhere the same', () => {
    expect(yearStreamId('422823', 2016)).toBe(yearStreamId('422823', 2016));
    expect(
      new Set([yearStreamId('422823', 2016), yearStreamId('422823', 2017), yearStreamId('42', 2016)]).size,
    ).toBe(3);
  });
});

describe('closed years', () => {
  it('REG-36 hold for the region and all within, by the last closing that covers it', () => {
    const days = new Map([
      [closingKey('422823', 2016), '2017-01-10'],
      [closingKey('42', 2016), '2017-02-01'],
    ]);
    expect(closedOn(days, '422823101201', 2016)).toBe('2017-02-01');
    expect(closedOn(days, '422802', 2016)).toBe('2017-02-01');
    expect(closedOn(days, '43', 2016)).toBeUndefined();
    expect(closedOn(days, '422823101201', 2015)).toBeUndefined();
  });

  it('REG-36 a closing closes every year before it, and none after; a year alone is another question', () => {
    const days = new Map([
      [closingKey('422823', 2015), '2016-01-10'],
      [closingKey('42', 2017), '2018-02-01'],
      [closingKey('422823', 2018), '2019-01-10'],
    ]);
    const from = (year: number, last = 2020) => closedFrom(days, '422823101201', year, last);
    expect([2014, 2016, 2017, 2018].map((year) => from(year))).toEqual(Array(4).fill('2019-01-10'));
    expect(from(2019)).toBeUndefined();
    expect(from(2016, 2017)).toBe('2018-02-01');
    expect(closedFrom(days, '422802101001', 2014, 2020)).toBe('2018-02-01');
    expect(closedFrom(days, '422802101001', 2018, 2020)).toBeUndefined();
    expect(closedOn(days, '422823101201', 2016)).toBeUndefined();
  });

  it('REG-36 never hold beside or above the closed region', () => {
    const code = fc.constantFrom(
      '42',
      '4228',
      '422823',
      '422823101',
      '422823101201',
      '422802',
      '43',
      '422823102',
    );
    fc.assert(
      fc.property(code, code, (region, asked) => {
        const days = new Map([[closingKey(region, 2016), '2017-01-10']]);
        expect(closedOn(days, asked, 2016) !== undefined).toBe(asked.startsWith(region));
      }),
    );
  });
});
