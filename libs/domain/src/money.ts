// Money is an integer of fen inside and a decimal string of yuan outside, so that no binary fraction ever touches it.

/** An amount in fen (1/100 yuan). */
export type Fen = bigint;

/** The largest amount either way, 2^53 − 1 fen (about 90 trillion yuan), so that a JSON consumer may read fen as a number. */
export const MAX_FEN: Fen = 2n ** 53n - 1n;

export type MoneyErrorCode = 'format' | 'decimals' | 'range' | 'divisor';

/** Says what is wrong with an amount; `code` is stable, the message is for people. */
export class MoneyError extends RangeError {
  constructor(
    readonly code: MoneyErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'MoneyError';
  }
}

const PLAIN_DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
/** More characters than any amount in range needs: stops a huge string before it is parsed. */
const MAX_LENGTH = 24;

/**
 * Reads a decimal string of yuan, for example `2736`, `-12.5` or `0.07`, with at most two decimals.
 * No exponent, no sign but `-`, no group separators, no spaces. Throws {@link MoneyError}.
 */
export function parseYuan(text: string): Fen {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) {
    throw new MoneyError('format', 'An amount is a decimal string of yuan such as "2736.00".');
  }
  const match = PLAIN_DECIMAL.exec(text);
  if (!match) throw new MoneyError('format', 'An amount is a decimal string of yuan such as "2736.00".');
  const [, sign = '', yuan = '', decimals = ''] = match;
  if (decimals.length > 2) throw new MoneyError('decimals', 'An amount of yuan has at most two decimals.');
  return inRange(BigInt(`${sign}${yuan}${decimals.padEnd(2, '0')}`));
}

/** Writes fen as yuan with exactly two decimals: `273600n` → `2736.00`, `-5n` → `-0.05`. */
export function formatYuan(fen: Fen): string {
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, '0');
  return `${fen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/**
 * Divides and rounds half up at the fen (四舍五入, GB/T 8170): a half goes away from zero, so `-x` rounds like `x`.
 * `by` must be positive. Round once, at the end of a calculation.
 */
export function divideHalfUp(total: Fen, by: bigint): Fen {
  if (by <= 0n) throw new MoneyError('divisor', 'An amount is divided by a positive whole number.');
  const magnitude = total < 0n ? -total : total;
  const rounded = (2n * magnitude + by) / (2n * by);
  return total < 0n ? -rounded : rounded;
}

/** Gives the amount back when it is within ±{@link MAX_FEN}, else throws {@link MoneyError} `range`. */
export function inRange(fen: Fen): Fen {
  if (fen > MAX_FEN || fen < -MAX_FEN)
    throw new MoneyError('range', 'An amount is at most 2^53 − 1 fen either way.');
  return fen;
}
