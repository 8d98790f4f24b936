import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { addDays, yearOf } from '@fupin/domain';
import fc from 'fast-check';

import { PolicyError } from './errors.js';
import { loadPolicy } from './load.js';
import { parseRuleSets } from './parse.js';
import { createPolicy } from './policy.js';
import { registryPolicy } from './registry.js';

const policy = loadPolicy();
function set(
  id: string,
  region: string,
  from: string,
  parameters: string,
  extra: { to?: string; extends?: string; list?: string } = {},
): string {
  return `${extra.list ?? 'ruleSets'}:
  - { id: ${id}, version: '1', region: '${region}', name: n, from: ${from}${extra.to ? `, to: ${extra.to}` : ''}${
    extra.extends ? `, extends: ${extra.extends}` : ''
  }, parameters: { ${parameters} } }`;
}
const built = (...texts: string[]) =>
  createPolicy(texts.flatMap((text, at) => parseRuleSets(text, `${at}.yaml`)));
const days = (value: number) => `villageNoticeDays: { value: ${value}, assumed: true, note: n }`;

function problem(action: () => unknown): PolicyError {
  try {
    action();
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

describe('policy.at', () => {
  it.each([
    ['422823001001', '2014-01-01', 'national-2014@2'],
    ['422823001001', '2018-06-30', 'national-2018@2+hubei-2018@1'],
    ['420102', '2015-12-31', 'national-2014@2'],
    ['420102', '2016-01-01', 'national-2014@2+wuhan-2016@2'],
    ['420102', '2017-12-31', 'national-2014@2+wuhan-2016@2'],
    ['420102', '2018-01-01', 'national-2018@2+hubei-2018@1+wuhan-2018@1'],
    ['420102', '2018-12-31', 'national-2018@2+hubei-2018@1+wuhan-2018@1'],
    ['420102', '2019-01-01', 'national-2018@2+hubei-2018@1'],
    ['43', '2017-06-12', 'national-2014@2'],
    ['43', '2017-06-13', 'national-2014@2+hunan-2017@1'],
    ['11', '2020-12-31', 'national-2018@2'],
    ['CN', '2020-12-31', 'national-2018@2'],
    ['422823', '2021-01-01', 'national-2021@2'],
    ['422823', '2026-11-22', 'national-2021@2'],
  ])('takes for %s on %s the sets %s', (region, date, version) => {
    expect(policy.at(region, date).version).toBe(version);
  });

  it('says from when there are rule sets when it is asked for an earlier day', () => {
    const error = problem(() => policy.at('42', '2013-12-31'));
    expect(error).toMatchObject({ code: 'no-rule-set' });
    expect(error.message).toBe(
      'No rule set is valid for 42 on 2013-12-31: the first one begins on 2014-01-01.',
    );
  });

  it('refuses what is no region or no day', () => {
    expect(problem(() => policy.at('4', '2018-01-01')).code).toBe('invalid-region');
    expect(problem(() => policy.at('', '2018-01-01')).code).toBe('invalid-region');
    expect(problem(() => policy.at('42', '2018-02-30')).code).toBe('invalid-date');
  });

  it('puts the most specific valid set over its parents', () => {
    const texts = built(
      set('n', 'CN', '2014-01-01', days(1)),
      set('p', '42', '2014-01-01', days(2)),
      set('c', '4201', '2014-01-01', days(3)),
    );
    expect(
      ['43', '42', '4202', '4201', '420102001001'].map(
        (region) => texts.at(region, '2018-01-01').get('villageNoticeDays').value,
      ),
    ).toEqual([1, 2, 2, 3, 3]);
  });

  it('gives one answer for one region and day, whatever the day', () => {
    const day = fc.integer({ min: 0, max: 4700 }).map((count) => addDays('2014-01-01', count));
    const region = fc.constantFrom('42', '4201', '420102', '422823001001', '43', '4331', '11');
    fc.assert(
      fc.property(region, day, (where, on) => {
        const found = policy.at(where, on);
        expect(found.sets.every((one) => one.from <= on && (one.to === undefined || on <= one.to))).toBe(
          true,
        );
        expect(found.sets.every((one) => one.region === 'CN' || where.startsWith(one.region))).toBe(true);
        expect(policy.at(where, on)).toBe(found);
        expect(registryPolicy(found, yearOf(on)).villageNoticeDays).toBe(7);
      }),
    );
  });

  it('refuses two sets of one region that overlap in time, by a day', () => {
    const two = () =>
      built(
        set('a', 'CN', '2014-01-01', days(1), { to: '2018-01-01' }),
        set('b', 'CN', '2018-01-01', days(2)),
      );
    const reversed = () =>
      built(
        set('b', 'CN', '2018-01-01', days(2)),
        set('a', 'CN', '2014-01-01', days(1), { to: '2018-01-01' }),
      );
    expect(problem(reversed).message).toBe('b and a overlap in time for region CN.');
    const apart = built(
      set('b', 'CN', '2018-01-02', days(2)),
      set('a', 'CN', '2014-01-01', days(1), { to: '2018-01-01' }),
    );
    expect(apart.sets()).toHaveLength(2);
    expect(problem(two).message).toBe('a and b overlap in time for region CN.');
    expect(
      problem(() => built(set('a', 'CN', '2014-01-01', days(1)), set('b', 'CN', '2030-01-01', days(2)))).code,
    ).toBe('invalid-rule-set');
    expect(
      problem(() => built(set('a', 'CN', '2014-01-01', days(1)), set('a', '42', '2014-01-01', days(2))))
        .message,
    ).toContain('Two rule sets');
  });

  it('starts a set from the one it extends, and refuses an unknown or circular one', () => {
    const next = built(
      set('a', 'CN', '2014-01-01', `${days(1)}, maxOtherCauses: { value: 2, source: s }`, {
        to: '2017-12-31',
      }),
      set('b', 'CN', '2018-01-01', days(9), { extends: 'a' }),
    ).at('42', '2018-01-01');
    expect([
      next.get('villageNoticeDays').value,
      next.get('maxOtherCauses').value,
      next.get('maxOtherCauses').ruleSet,
    ]).toEqual([9, 2, 'a']);
    expect(problem(() => built(set('a', 'CN', '2014-01-01', days(1), { extends: 'z' }))).message).toContain(
      'unknown set z',
    );
    expect(problem(() => built(set('a', 'CN', '2014-01-01', days(1), { extends: 'a' }))).message).toContain(
      'extends itself',
    );
  });

  it('tells what is left open from what is unknown', () => {
    const ruleSet = policy.at('422823', '2018-06-30');
    expect(problem(() => ruleSet.get('dibaoLine.2018')).code).toBe('open-parameter');
    expect(problem(() => ruleSet.get('exitBatchShare.2018')).code).toBe('unknown-parameter');
    expect(ruleSet.find('dibaoLine.2018')).toBeUndefined();
    expect(ruleSet.open().map((left) => left.name)).toEqual(['dibaoLine', 'minReviewParticipants']);
  });
});

describe('settings of an installation', () => {
  const national = `${days(7)}, dibaoLine: { open: true, note: n }, compulsoryEducationYears: { value: 9, ruleId: REG-02, quote: 九年义务教育, file: 002_b7f02b90e03e2500.txt }`;
  const nation = set('n', 'CN', '2014-01-01', national);
  const settings = (region: string, parameters: string) =>
    set('local', region, '2018-01-01', parameters, { list: 'settings' });

  it('fill what is open and replace what is assumed, within their region and period', () => {
    const local = built(
      nation,
      settings(
        '422823',
        "dibaoLine.2018: { value: '4000.00', note: n }, villageNoticeDays: { value: 10, note: n }",
      ),
    );
    const here = local.at('422823001001', '2018-06-30');
    expect([here.get('dibaoLine.2018').value, here.get('villageNoticeDays').value, here.version]).toEqual([
      '4000.00',
      10,
      'n@1+local@1',
    ]);
    expect(local.at('422822', '2018-06-30').get('villageNoticeDays').value).toBe(7);
    expect(local.at('422823', '2017-06-30').get('villageNoticeDays').value).toBe(7);
  });

  it('stand over a narrower document that only assumes', () => {
    const local = built(
      nation,
      set('p', '42', '2014-01-01', days(8)),
      settings('CN', 'villageNoticeDays: { value: 10, note: n }'),
    );
    expect(local.at('42', '2018-06-30').get('villageNoticeDays').value).toBe(10);
  });

  it('never replace what a document states', () => {
    const over = (region: string) => () =>
      built(nation, settings(region, 'compulsoryEducationYears: { value: 12, note: n }'));
    expect(problem(over('422823'))).toMatchObject({ code: 'invalid-rule-set', ruleId: 'REG-02' });
    expect(problem(over('CN')).message).toBe(
      'local: compulsoryEducationYears is stated by REG-02 and no setting.',
    );
  });

  it('REG-10 never make safe water a condition of an exit while the document of 2018 is in force', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fupin-policy-'));
    try {
      const file = join(folder, 'settings.yaml');
      writeFileSync(file, settings('422823', 'safeWaterGatesExit: { value: true, note: n }'));
      expect(problem(() => loadPolicy({ settingsFile: file }))).toMatchObject({ ruleId: 'REG-10' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are read from the file that is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fupin-policy-'));
    try {
      const file = join(folder, 'settings.yaml');
      writeFileSync(file, settings('422823', "dibaoLine.2018: { value: '4000.00', note: n }"));
      const ruleSet = loadPolicy({ settingsFile: file }).at('422823', '2018-06-30');
      expect(registryPolicy(ruleSet, 2018).dibaoLineFen).toBe(400_000n);
      expect(ruleSet.version).toBe('national-2018@2+hubei-2018@1+local@1');
      expect(registryPolicy(policy.at('422823', '2018-06-30'), 2018).dibaoLineFen).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
