import { mentionsIn, placeOf } from './mentions.js';

const idsOf = (file: string, text: string) => mentionsIn(file, text).map((mention) => mention.ruleId);
const inTest = (text: string) => idsOf('libs/x/src/a.unit.spec.ts', text);
const inSource = (text: string) => idsOf('services/x/src/a.ts', text);

describe('what a file counts as', () => {
  it.each([
    ['services/registry/src/household/exit.ts', 'source'],
    ['libs/policy/src/parse.ts', 'source'],
    ['libs/policy/rule-sets/hubei.yaml', 'ruleSet'],
    ['proto/fupin/registry/v1/household.proto', 'proto'],
    ['services/registry/src/household/exit.unit.spec.ts', 'test'],
    ['tests/journeys/exit.e2e.spec.ts', 'test'],
    ['services/registry/test/household-story.ts', undefined],
    ['tools/src/start.ts', undefined],
    ['libs/policy/data/open-rules.yaml', undefined],
    ['services/registry/README.md', undefined],
  ])('%s: %s', (file, place) => {
    expect(placeOf(file)).toBe(place);
  });
});

describe('code names a rule', () => {
  it('in a string or a template, whatever surrounds it', () => {
    expect(inSource("refuse({ ruleId: 'REG-19' }); const m = `${x} by REG-20 and ${y} REG-01`;")).toEqual([
      'REG-19',
      'REG-20',
      'REG-01',
    ]);
  });

  it('not in a comment, which keeps nothing', () => {
    expect(inSource('/** Keeps REG-19. */ // REG-20\nexport const a = 1;')).toEqual([]);
  });

  it('only with an ID of a group there is', () => {
    expect(inSource("['UTF-16', 'XREG-01', 'REG-011', 'ISO-88']")).toEqual([]);
  });
});

describe('a test names a rule', () => {
  it('in its title or its suite’s', () => {
    expect(
      inTest("describe('exit (REG-19)', () => { it('REG-20 refuses', () => {}); test(`REG-01 ${x}`, f); });"),
    ).toEqual(['REG-19', 'REG-20', 'REG-01']);
  });

  it('not in what it compares', () => {
    expect(inTest("it('refuses', () => { expect(x).toEqual({ ruleId: 'REG-19' }); });")).toEqual([]);
  });

  it('in the table of an each whose title takes from it', () => {
    expect(inTest("it.each([['REG-19'], ['REG-20']])('%s refuses', f)")).toEqual(['REG-19', 'REG-20']);
    expect(inTest("it.each([['REG-19']])('refuses', f)")).toEqual([]);
    expect(inTest("it.each`rule\n${'REG-19'}`('$rule refuses', f)")).toEqual(['REG-19']);
  });

  it('not when it does not run', () => {
    expect(
      inTest("it.skip('REG-19', f); it.todo('REG-20'); describe.skip('x', () => { it('REG-01', f); });"),
    ).toEqual([]);
    expect(inTest("it.only('REG-19', f)")).toEqual(['REG-19']);
  });

  it('not by calling something else', () => {
    expect(inTest("log('REG-19'); suite.it('REG-20', f);")).toEqual([]);
  });
});

describe('a rule set and a contract name a rule', () => {
  it('by the rule a parameter quotes or serves', () => {
    const text = `ruleSets: [{ id: t, version: '1', region: CN, name: n, from: 2018-01-01, parameters: {
      maxOtherCauses: { value: 2, source: REG-03, rules: [REG-01] }, dibaoLine: { open: true, note: REG-04, rules: [REG-23] } } }] # REG-05`;
    expect(idsOf('libs/policy/rule-sets/t.yaml', text)).toEqual(['REG-01', 'REG-23']);
  });

  it('in the comments of a contract', () => {
    expect(idsOf('proto/a.proto', '// REG-07: tracked.\nmessage A {}')).toEqual(['REG-07']);
  });

  it('each file naming it once', () => {
    expect(mentionsIn('proto/a.proto', '// REG-07, REG-07')).toEqual([
      { ruleId: 'REG-07', file: 'proto/a.proto', place: 'proto' },
    ]);
  });
});
