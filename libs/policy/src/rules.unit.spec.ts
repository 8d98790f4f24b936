import { PolicyError } from './errors.js';
import { groupOf, rule, ruleQuote, RULES } from './rules.js';

/** Rows per group and per document as the acceptance table counts them. */
const GROUPS = {
  TGT: 35, REG: 36, DAT: 15, FND: 55, MCR: 12, DWL: 17, RLC: 18, HLT: 47, ASM: 40, GOV: 29,
  ORG: 28, EDU: 17, EMP: 16, ECO: 8, SEC: 17, DIS: 10, IND: 15, VIL: 16, COO: 22,
}; // prettier-ignore
const FILES = {
  '000_5259fddd939d13e5.txt': 182,
  '001_62337b7f46e7f3ef.txt': 96,
  '002_b7f02b90e03e2500.txt': 116,
  '003_48802b79df946d98.txt': 58,
  '004_f5fc6a52c91450d7.txt': 1,
};

const tally = (keys: readonly string[]) =>
  Object.fromEntries([...new Set(keys)].map((key) => [key, keys.filter((other) => other === key).length]));

describe('the 453 rules', () => {
  const rules = [...RULES.values()];

  it('are all there, each under its own ID', () => {
    expect(RULES.size).toBe(453);
    expect(rules.every((one) => /^[A-Z]{3}-\d\d$/.test(one.id))).toBe(true);
  });

  it('count per group and per document as their table says', () => {
    expect(tally(rules.map((one) => groupOf(one.id)))).toEqual(GROUPS);
    expect(tally(rules.map((one) => one.file))).toEqual(FILES);
  });

  it('are numbered without a gap in each group', () => {
    for (const [group, count] of Object.entries(GROUPS)) {
      const numbers = rules.filter((one) => groupOf(one.id) === group).map((one) => Number(one.id.slice(4)));
      expect(numbers).toEqual(Array.from({ length: count }, (_, at) => at + 1));
    }
  });

  it('have words, a kind and a meaning each', () => {
    expect(rules.every((one) => one.quote && one.kind && one.meaning && one.parameters)).toBe(true);
    expect(rules.every((one) => /\p{Script=Han}/u.test(one.quote))).toBe(true);
  });

  it('keep the documents’ misprints', () => {
    expect(ruleQuote('SEC-10')).toContain('瞻养');
    expect(ruleQuote('DIS-02')).toContain('日问照料');
  });

  it('are asked for by ID; an unknown ID is an error', () => {
    expect(rule('REG-19').quote).toBe('不准脱离现行国家脱贫标准');
    expect(() => rule('REG-99')).toThrow(PolicyError);
    expect(() => ruleQuote('constructor')).toThrow('There is no rule constructor.');
  });
});
