import fc from 'fast-check';

import { divideHalfUp, formatYuan, inRange, MAX_FEN, MoneyError, parseYuan } from './money.js';

const fen = fc.bigInt({ min: -MAX_FEN, max: MAX_FEN });

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof MoneyError) return error.code;
    throw error;
  }
  return 'none';
}

describe('money', () => {
  it('reads yuan as fen', () => {
    expect(parseYuan('2736')).toBe(273_600n);
    expect(parseYuan('12.5')).toBe(1_250n);
    expect(parseYuan('-0.05')).toBe(-5n);
    expect(parseYuan('-0')).toBe(0n);
    expect(parseYuan('0.07')).toBe(7n);
  });

  it('writes two decimals always', () => {
    expect([0n, 5n, -5n, 99n, -100n, 273_600n].map(formatYuan)).toEqual([
      '0.00',
      '0.05',
      '-0.05',
      '0.99',
      '-1.00',
      '2736.00',
    ]);
  });

  it('reads back every amount it wrote', () => {
    fc.assert(fc.property(fen, (amount) => parseYuan(formatYuan(amount)) === amount));
  });

  it.each([
    '',
    ' ',
    'NaN',
    'Infinity',
    '1e300',
    '1E2',
    '+1',
    '1,000',
    '.5',
    '1.',
    '１２',
    '0x10',
    '1 ',
    '--1',
    '9'.repeat(400),
  ])('refuses %j, which is no plain decimal', (text) => {
    expect(codeOf(() => parseYuan(text))).toBe('format');
  });

  it('refuses what is no text at all', () => {
    expect(codeOf(() => parseYuan(12 as unknown as string))).toBe('format');
    expect(codeOf(() => parseYuan(null as unknown as string))).toBe('format');
  });

  it('refuses a third decimal instead of rounding it away', () => {
    expect(codeOf(() => parseYuan('0.005'))).toBe('decimals');
  });

  it('holds 2^53 − 1 fen either way and no fen more', () => {
    expect(parseYuan('90071992547409.91')).toBe(MAX_FEN);
    expect(parseYuan('-90071992547409.91')).toBe(-MAX_FEN);
    expect(codeOf(() => parseYuan('90071992547409.92'))).toBe('range');
    expect(codeOf(() => inRange(-MAX_FEN - 1n))).toBe('range');
  });

  it('never gives a value for a text that is not written like an amount', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const code = codeOf(() => parseYuan(text));
        return code !== 'none' || /^-?\d+(\.\d{1,2})?$/.test(text);
      }),
    );
  });
});

describe('divideHalfUp', () => {
  it('rounds a half away from zero on both sides', () => {
    expect(divideHalfUp(5n, 2n)).toBe(3n);
    expect(divideHalfUp(-5n, 2n)).toBe(-3n);
    expect(divideHalfUp(10n, 4n)).toBe(3n);
    expect(divideHalfUp(1n, 3n)).toBe(0n);
    expect(divideHalfUp(2n, 3n)).toBe(1n);
  });

  it('is never further than half a fen from the exact quotient', () => {
    fc.assert(
      fc.property(fen, fc.bigInt({ min: 1n, max: 1_000n }), (total, by) => {
        const distance = divideHalfUp(total, by) * by - total;
        const twice = 2n * (distance < 0n ? -distance : distance);
        return twice <= by;
      }),
    );
  });

  it('treats a debt like an income', () => {
    fc.assert(
      fc.property(
        fen,
        fc.bigInt({ min: 1n, max: 1_000n }),
        (total, by) => divideHalfUp(-total, by) === -divideHalfUp(total, by),
      ),
    );
  });

  it('never lets more income per head come out of less', () => {
    fc.assert(
      fc.property(
        fen,
        fen,
        fc.bigInt({ min: 1n, max: 20n }),
        (a, b, by) => a > b || divideHalfUp(a, by) <= divideHalfUp(b, by),
      ),
    );
  });

  it('refuses a divisor that is not positive', () => {
    expect(codeOf(() => divideHalfUp(1n, 0n))).toBe('divisor');
    expect(codeOf(() => divideHalfUp(1n, -2n))).toBe('divisor');
  });
});
