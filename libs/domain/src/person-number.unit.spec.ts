import fc from 'fast-check';

import { addDays, daysBetween } from './business-date.js';
import { parsePersonNumber } from './person-number.js';

// Numbers are made here from their parts: no real person's number stands in this file.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
function numberOf(county: string, birth: string, sequence: number): string {
  const front = `${county}${birth.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
  const sum = [...front].reduce((total, digit, at) => total + Number(digit) * (WEIGHTS[at] ?? 0), 0);
  return front + '10X98765432'.charAt(sum % 11);
}
const birth = fc
  .integer({ min: 0, max: daysBetween('1920-01-01', '2020-12-31') })
  .map((days) => addDays('1920-01-01', days));
const sequence = fc.integer({ min: 0, max: 999 });
const reason = (text: string) => {
  const parsed = parsePersonNumber(text);
  return parsed.ok ? 'ok' : parsed.reason;
};

describe('person number', () => {
  it('reads the day of birth and the sex of any well-made ID number', () => {
    fc.assert(
      fc.property(birth, sequence, (birthDate, seq) => {
        const idNumber = numberOf('422823', birthDate, seq);
        const parsed = parsePersonNumber(idNumber);
        expect(parsed).toEqual({
          ok: true,
          idNumber,
          canonical: idNumber,
          cardNumber: idNumber,
          kind: 'idNumber',
          birthDate,
          sex: seq % 2 === 1 ? 'male' : 'female',
        });
      }),
    );
  });

  it('refuses every other check character', () => {
    fc.assert(
      fc.property(birth, sequence, fc.constantFrom(...'0123456789X'), (birthDate, seq, check) => {
        const good = numberOf('422823', birthDate, seq);
        fc.pre(check !== good.charAt(17));
        expect(reason(good.slice(0, 17) + check)).toBe('checksum');
      }),
    );
  });

  it('refuses 30 February even when the check digit fits', () => {
    expect(reason(numberOf('422823', '1980-02-30', 12))).toBe('birthDate');
  });

  it('refuses a birth in the future or before 1900', () => {
    expect(reason(numberOf('422823', '2999-01-01', 12))).toBe('birthDate');
    expect(reason(numberOf('422823', '1899-01-01', 12))).toBe('birthDate');
  });

  it('accepts a county code that is no longer in use', () => {
    expect(reason(numberOf('420821', '1975-05-05', 23))).toBe('ok');
    expect(reason(numberOf('422421', '1955-05-05', 23))).toBe('ok');
  });

  it('refuses a province that does not exist', () => {
    expect(reason(numberOf('992823', '1975-05-05', 23))).toBe('province');
  });

  it('takes a disability card of 20 digits and compares it by its first 18', () => {
    const idNumber = numberOf('422823', '1962-07-08', 41);
    expect(parsePersonNumber(`${idNumber}43`)).toMatchObject({
      ok: true,
      kind: 'disabilityCard',
      idNumber,
      canonical: idNumber,
      cardNumber: `${idNumber}43`,
    });
    expect(parsePersonNumber(idNumber)).toMatchObject({ canonical: idNumber });
  });

  it('refuses a disability card of an unknown kind or grade', () => {
    const idNumber = numberOf('422823', '1962-07-08', 41);
    expect([`${idNumber}83`, `${idNumber}45`, `${idNumber}00`].map(reason)).toEqual([
      'disabilityType',
      'disabilityType',
      'disabilityType',
    ]);
  });

  it('accepts a small x and spaces around the number', () => {
    const withX =
      Array.from({ length: 1000 }, (_, seq) => numberOf('422823', '1962-07-08', seq)).find((text) =>
        text.endsWith('X'),
      ) ?? '';
    expect(parsePersonNumber(` ${withX.toLowerCase()} `)).toMatchObject({ ok: true, idNumber: withX });
  });

  it.each(['', '123', '42282319620708041', '4228231962070804112', '9'.repeat(1_000_000)])(
    'refuses a text of another length',
    (text) => {
      expect(reason(text)).toBe('length');
    },
  );

  it('refuses other characters', () => {
    expect(reason('42282319620708O41X')).toBe('format');
    expect(reason('X2282319620708041X')).toBe('format');
    expect(reason('４２２８２３１９６２０７０８０４１１')).toBe('format');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => typeof parsePersonNumber(value as string).ok === 'boolean'),
    );
  });
});
