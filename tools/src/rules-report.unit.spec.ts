import { openReasons } from '@fupin/policy';

import { main, report, table } from './rules-report.js';

describe('npm run rules', () => {
  const rules = report();

  it('reports all 453 rules', () => {
    expect(rules.size).toBe(453);
  });

  it('names for each rule that is not open the files that name it, and for each open one a reason', () => {
    for (const one of rules.values()) {
      expect(one.state === 'open' ? one.reason : one.files.length).toBeTruthy();
      expect(one.reason === undefined).toBe(one.state !== 'open');
    }
  });

  it('keeps no reason for a rule that is open no longer', () => {
    const stale = Object.keys(openReasons().rules).filter((id) => rules.get(id)?.state !== 'open');
    expect(stale).toEqual([]);
  });

  it('does not take the list of the rules or itself for code', () => {
    const files = [...rules.values()].flatMap((one) => one.files);
    expect(
      files.filter((file) => file.startsWith('tools/') || file.includes('/data/') || file.includes('/dist/')),
    ).toEqual([]);
  });

  it('counts by group and state, with a total', () => {
    const lines = table(rules)
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    expect(lines[0]).toEqual(['group', 'enforced', 'recorded', 'open', 'rules']);
    expect(lines).toHaveLength(21);
    for (const [, ...counts] of lines.slice(1)) {
      const [enforced, recorded, open, all] = counts.map(Number);
      expect((enforced ?? 0) + (recorded ?? 0) + (open ?? 0)).toBe(all);
    }
    expect(lines.at(-1)?.[4]).toBe('453');
  });

  it('gives JSON by rule ID', () => {
    const parsed = JSON.parse(main(['--json'])) as Record<
      string,
      { state: string; files: string[]; reason?: string }
    >;
    expect(Object.keys(parsed)).toHaveLength(453);
    expect(parsed['TGT-22']).toMatchObject({ state: 'enforced' });
    expect(parsed['FND-01']).toMatchObject({ state: 'open', files: [] });
    expect(parsed['FND-01']?.reason).toBeTruthy();
  });

  it('lists a group, and says when there is none', () => {
    expect(main(['--group', 'reg']).split('\n')).toHaveLength(36);
    expect(() => main(['--group', 'XYZ'])).toThrow('There is no group XYZ.');
  });

  it('helps, and refuses an option it does not know', () => {
    expect(main(['--help'])).toContain('npm run rules');
    expect(() => main(['--yaml'])).toThrow();
  });
});
