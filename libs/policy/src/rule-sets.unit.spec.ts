import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

import { loadPolicy } from './load.js';
import { parseRuleSets } from './parse.js';
import { registryPolicy } from './registry.js';
import { RULES } from './rules.js';

const policy = loadPolicy();
const folder = new URL('../rule-sets/', import.meta.url);
const sources = readdirSync(folder).flatMap((name) =>
  parseRuleSets(readFileSync(new URL(name, folder), 'utf8'), name),
);

describe('the rule sets of this repository', () => {
  const places = ['CN', '42', '4201', '43'].flatMap((region) =>
    ['2014', '2016', '2018', '2020', '2022'].map((year) => policy.at(region, `${year}-07-01`)),
  );
  const all = places.flatMap((ruleSet) => ruleSet.parameters());

  it('quote each documented value from its rule, in the rule’s file', () => {
    const documented = all.filter((parameter) => parameter.status === 'documented');
    expect(documented.length).toBeGreaterThan(50);
    for (const { ruleId, quote, file } of documented) {
      expect(RULES.get(ruleId ?? '')?.quote).toContain(quote);
      expect(RULES.get(ruleId ?? '')?.file).toBe(file);
    }
  });

  it('say of every other value where it comes from', () => {
    for (const parameter of all.filter((one) => one.status !== 'documented')) {
      expect(parameter.assumed ? parameter.note : parameter.source).toBeTruthy();
    }
  });

  it('quote a document only within its own region', () => {
    const regionOf: Record<string, string> = { '000': '42', '001': '4201', '002': 'CN', '003': '43' };
    const regions = new Map(policy.sets().map((one) => [one.id, one.region]));
    for (const parameter of all.filter((one) => one.file !== undefined)) {
      expect(regions.get(parameter.ruleSet)).toBe(regionOf[(parameter.file ?? '').slice(0, 3)]);
    }
  });

  it('have a poverty line for every year 2011–2020, marked assumed where no source was read', () => {
    const ruleSet = policy.at('422823', '2020-06-30');
    const years = Array.from({ length: 10 }, (_, at) => 2011 + at);
    expect(years.map((year) => ruleSet.get(`povertyLine.${year}`).value)).toEqual(
      ['2536', '2625', '2736', '2800', '2855', '2952', '2952', '2995', '3218', '4000'].map(
        (yuan) => `${yuan}.00`,
      ),
    );
    expect(years.filter((year) => !ruleSet.get(`povertyLine.${year}`).assumed)).toEqual([
      2014, 2015, 2019, 2020,
    ]);
    expect(ruleSet.find('povertyLine.2021')).toBeUndefined();
  });

  it('plan 2 038 000 persons, 1763 villages and 34 counties of Hubei for 2018 and 2019, and none for 2020', () => {
    const hubei = policy.at('42', '2018-09-01');
    const total = (what: 'Persons' | 'Villages' | 'Counties') =>
      ([2018, 2019, 2020] as const).reduce(
        (sum, year) => sum + Number(hubei.get(`plannedExit${what}.${year}`).value),
        0,
      );
    expect([total('Persons'), total('Villages'), total('Counties')]).toEqual([2_038_000, 1_763, 34]);
  });

  it('let Wuhan’s batches sum to the whole', () => {
    const wuhan = policy.at('4201', '2016-09-01');
    const shares = (name: 'exitBatchShare' | 'villageExitBatchShare') =>
      ([2016, 2017, 2018] as const).map((year) =>
        Math.round(Number(wuhan.get(`${name}.${year}`).value) * 100),
      );
    expect(shares('exitBatchShare')).toEqual([30, 50, 20]);
    expect(shares('villageExitBatchShare')).toEqual([30, 40, 30]);
  });

  it('REG-10 TGT-22 let Wuhan’s own demands bind to the end of 2017 and make them aims from 2018 on', () => {
    const bindings = (day: string) =>
      (
        [
          'incomeGrowthAboveCity',
          'incomeAboveMunicipalLine',
          'securedIncomeAboveMunicipalLine',
          'incomeShareOfDistrictAim',
          'incomeProjectsPerHouseholdAim',
        ] as const
      ).map((name) => policy.at('420114', day).get(name).binding);
    expect(bindings('2017-12-31')).toEqual(['hard', 'hard', 'hard', 'aim', 'aim']);
    expect(bindings('2018-01-01')).toEqual(['aim', 'aim', 'aim', 'aim', 'aim']);
    const wuhan = policy.at('4201', '2018-09-01');
    expect(registryPolicy(wuhan, 2018).exitGuarantees).toEqual(
      registryPolicy(policy.at('422823', '2018-09-01'), 2018).exitGuarantees,
    );
  });

  it('give Wuhan the end of 2018 as the day by which all are out, and the nation the end of 2020', () => {
    expect(policy.at('4201', '2018-09-01').get('exitDeadline')).toMatchObject({
      value: '2018-12-31',
      ruleId: 'TGT-24',
      rules: ['TGT-34', 'TGT-35'],
    });
    expect(policy.at('43', '2018-09-01').get('exitDeadline')).toMatchObject({
      value: '2020-12-31',
      ruleId: 'TGT-18',
    });
  });

  // Events keep the version of the rule set they rested on, so a version must mean the same for ever. Raise the version of a set
  // you change and put the new line here; an old line is only ever removed before the first release.
  it('mean the same by each version as when it was given out', () => {
    const seal = (id: string) => {
      const source = sources.find((one) => one.id === id);
      const values = [...(source?.parameters.values() ?? [])].map(({ name, value, ruleId, binding }) => [
        name,
        value,
        ruleId,
        binding,
      ]);
      const content = [
        source?.region,
        source?.from,
        source?.to,
        source?.extends,
        values,
        [...(source?.open.keys() ?? [])],
      ];
      return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12);
    };
    expect(
      Object.fromEntries(policy.sets().map((one) => [`${one.id}@${one.version}`, seal(one.id)])),
    ).toEqual({
      'hubei-2018@1': '3bd0c16dccf4',
      'hunan-2017@1': 'b87e19ef123d',
      'national-2014@2': 'b2b6170eb9c6',
      'national-2018@2': '276382a9828b',
      'national-2021@2': '156fe31a0748',
      'wuhan-2016@2': 'e18a03a651bd',
      'wuhan-2018@1': '66d421a27f5f',
    });
  });
});
