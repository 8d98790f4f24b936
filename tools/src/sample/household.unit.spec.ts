import { parsePersonNumber } from '@fupin/domain';
import { generateHouseholds, poorAtEndOf } from './household.js';
import { formRows } from './form.js';
import { seededRandom } from './random.js';

const LINES: Readonly<Record<number, number>> = {
  2013: 2736,
  2014: 2800,
  2015: 2855,
  2016: 2952,
  2017: 2952,
  2018: 2995,
  2019: 3218,
  2020: 4000,
};
const lineYuan = (year: number): number => LINES[year] ?? 0;
const generate = (seed: number) =>
  generateHouseholds(seededRandom(seed), {
    county: '422823',
    villages: ['422823102201', '422823102202'],
    households: 400,
    newlyPoorPerYear: 3,
    lineYuan,
  });

describe('sample households', () => {
  const households = generate(1);

  it('are the same for the same seed and others for another one', () => {
    expect(generate(1)).toEqual(households);
    expect(generate(2)).not.toEqual(households);
  });

  it('have ID numbers that a library accepts and that never repeat', () => {
    const numbers = households.flatMap((household) =>
      household.members.map((member) => parsePersonNumber(member.personNumber)),
    );
    expect(numbers.filter((number) => !number.ok)).toEqual([]);
    const canonical = numbers.map((number) => (number.ok ? number.canonical : ''));
    expect(new Set(canonical).size).toBe(canonical.length);
  });

  it('have one head each, and income above the line exactly when they are not poor', () => {
    for (const household of households) {
      expect(household.members.filter((member) => member.relation === '01')).toHaveLength(1);
      for (let year = Math.max(household.life.entryYear, 2014); year <= 2020; year += 1) {
        const income = household.incomes.get(year);
        if (!income) throw new Error(`no income of ${year}`);
        const net =
          income.wageFen +
          income.businessFen +
          income.transferFen +
          income.propertyFen -
          income.businessCostFen;
        const above = net / household.members.length > lineYuan(year) * 100;
        expect({ year, poor: poorAtEndOf(household.life, year) }).toEqual({ year, poor: !above });
      }
    }
  });

  it('TGT-01: nobody is poor at the end of 2020', () => {
    expect(households.filter((household) => poorAtEndOf(household.life, 2020))).toEqual([]);
  });

  it('fill the form: one row per member, the household on its head’s row', () => {
    const rows = households.flatMap(formRows);
    expect(rows).toHaveLength(households.reduce((sum, household) => sum + household.members.length, 0));
    expect(rows.filter((row) => row.villageCode !== undefined)).toHaveLength(households.length);
  });
});
