import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadPolicy } from './load.js';
import { parseRuleSets } from './parse.js';
import { createPolicy } from './policy.js';
import { COMPARISON_HITS, GUARANTEES, registryPolicy } from './registry.js';

const policy = loadPolicy();

describe('registryPolicy', () => {
  it('hands the registry everything it decides by', () => {
    const hubei = registryPolicy(policy.at('422823001001', '2018-06-30'), 2018);
    expect(hubei).toMatchObject({
      version: 'national-2018@2+hubei-2018@1',
      year: 2018,
      dibaoContinuesAfterExit: true,
      villageNoticeDays: 7,
      townshipNoticeDays: 7,
      exitNoticeDays: 7,
      removalNoticeDays: 7,
      backdatedAfterDays: 30,
      campaignEnd: '2020-12-31',
      exitDeadline: '2020-12-31',
      policiesRetainedUntil: '2020-12-31',
      maxOtherCauses: 2,
      reviewMajorityAbove: 0.5,
      exitIncomeComparison: 'above',
      exitGuarantees: GUARANTEES.slice(0, 5),
      disqualifyingComparisonHits: COMPARISON_HITS,
    });
    expect(hubei.exitSteps).toEqual([
      'democraticReview',
      'verification',
      'acknowledgement',
      'publicNotice',
      'announcement',
    ]);
    expect(hubei.identificationSteps[0]).toBe('application');
    expect(hubei.returnSteps.slice(1)).toEqual(hubei.identificationSteps.slice(1));
  });

  it('knows the line of every year, whatever year it was made for', () => {
    const first = registryPolicy(policy.at('422823', '2014-06-30'), 2014);
    expect([2013, 2014, 2020, 2021, 2010].map((year) => first.povertyLineFen(year))).toEqual([
      273_600n,
      280_000n,
      400_000n,
      undefined,
      undefined,
    ]);
    expect([2013, 2014].map((year) => first.povertyLineAssumed(year))).toEqual([true, false]);
  });

  it('names the rules behind a parameter, the quoted one first', () => {
    const hubei = registryPolicy(policy.at('422823', '2018-06-30'), 2018);
    expect(hubei.ruleIdsOf('exitGuarantees')).toEqual(['REG-01']);
    expect(hubei.ruleIdsOf('povertyLine.2018')).toEqual(['REG-19', 'TGT-22']);
    expect(hubei.ruleIdsOf('policiesRetainedUntil')).toEqual(['REG-13']);
    expect(hubei.ruleIdsOf('dibaoLine.2018')).toEqual([]);
  });

  it('has no deadline and no line after the campaign, and still works', () => {
    const later = registryPolicy(policy.at('422823', '2026-11-22'), 2026);
    expect(later.exitDeadline).toBeUndefined();
    expect(later.povertyLineFen(2026)).toBeUndefined();
    expect(later.campaignEnd).toBe('2020-12-31');
  });

  it('adds safe water where an installation’s rule set makes it a condition', () => {
    const wet = createPolicy([
      ...parseRuleSets(
        `ruleSets: [{ id: t, version: '1', region: CN, name: n, from: 2014-01-01, parameters: {
          ${policy
            .at('CN', '2014-06-30')
            .parameters()
            .filter((one) => one.name !== 'safeWaterGatesExit')
            .map((one) => `'${one.name}': { value: ${JSON.stringify(one.value)}, source: s }`)
            .join(', ')}, safeWaterGatesExit: { value: true, source: s } } }]`,
        't.yaml',
      ),
    ]);
    expect(registryPolicy(wet.at('42', '2018-01-01'), 2018).exitGuarantees).toEqual(GUARANTEES);
  });

  it('REG-27 REG-30 knows what Wuhan asks of an exit, with the figures an installation has set', () => {
    expect(registryPolicy(policy.at('422823', '2016-06-30'), 2016).localExit(2016)).toEqual({});
    expect(registryPolicy(policy.at('420114', '2016-06-30'), 2016).localExit(2016)).toEqual({
      growthAboveCity: { binding: 'hard', ruleId: 'REG-27', cityGrowth: undefined },
      incomeAboveLine: { binding: 'hard', ruleId: 'REG-27', lineFen: undefined },
      securedIncomeAboveLine: { binding: 'hard', ruleId: 'REG-30', lineFen: undefined },
      shareOfDistrict: { binding: 'aim', ruleId: 'REG-27', share: 0.7, districtAverageFen: undefined },
    });
  });

  it('REG-27 REG-30 takes what Wuhan compares with from the installation’s settings, by year', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fupin-policy-'));
    const settingsFile = join(folder, 'settings.yaml');
    try {
      writeFileSync(
        settingsFile,
        `settings:
  - { id: wuhan-local, version: '1', region: '4201', name: 武汉市, from: 2016-01-01, to: 2018-12-31, parameters: {
      municipalPovertyLine.2016: { value: '4000.00', note: example }, cityRuralIncomeGrowth.2016: { value: 0.093, note: example } } }
  - { id: huangpi-local, version: '1', region: '420116', name: 黄陂区, from: 2016-01-01, to: 2018-12-31, parameters: {
      districtRuralIncome.2016: { value: '17000.00', note: example } } }`,
      );
      const local = loadPolicy({ settingsFile });
      const huangpi = registryPolicy(local.at('420116', '2016-06-30'), 2016);
      expect(huangpi.localExit(2016)).toMatchObject({
        growthAboveCity: { cityGrowth: 0.093 },
        incomeAboveLine: { lineFen: 400_000n },
        securedIncomeAboveLine: { lineFen: 400_000n },
        shareOfDistrict: { districtAverageFen: 1_700_000n },
      });
      expect(huangpi.localExit(2017).incomeAboveLine?.lineFen).toBeUndefined();
      const other = registryPolicy(local.at('420114', '2016-06-30'), 2016);
      expect(other.localExit(2016).shareOfDistrict?.districtAverageFen).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gives one object for one rule set and year', () => {
    const ruleSet = policy.at('422823', '2018-06-30');
    expect(registryPolicy(ruleSet, 2018)).toBe(registryPolicy(ruleSet, 2018));
    expect(registryPolicy(ruleSet, 2018)).not.toBe(registryPolicy(ruleSet, 2019));
  });

  it('fails where a rule set lacks what the registry cannot do without', () => {
    const bare = createPolicy(
      parseRuleSets(
        "ruleSets: [{ id: t, version: '1', region: CN, name: n, from: 2014-01-01, parameters: {} }]",
        't.yaml',
      ),
    );
    expect(() => registryPolicy(bare.at('42', '2018-01-01'), 2018)).toThrow('is not in t@1');
  });
});
