import { PolicyError } from './errors.js';
import { parseRuleSets } from './parse.js';

const set = (parameters: string, fields = '') => `
ruleSets:
  - id: test
    version: '1'
    region: '42'
    name: 测试
    from: 2018-01-01
${fields}
    parameters:
${parameters}
`;
const parameter = (text: string) => set(`      ${text}`);

function problem(text: string): PolicyError {
  try {
    parseRuleSets(text, 'test.yaml');
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('It loaded.');
}

describe('a rule set file', () => {
  it('gives each parameter with its source', () => {
    const [parsed] = parseRuleSets(
      parameter(
        'compulsoryEducationYears: { value: 9, ruleId: REG-02, quote: 九年义务教育, file: 002_b7f02b90e03e2500.txt, rules: [REG-01] }',
      ),
      'test.yaml',
    );
    expect(parsed?.parameters.get('compulsoryEducationYears')).toEqual({
      name: 'compulsoryEducationYears',
      value: 9,
      type: 'count',
      unit: 'years',
      zh: '义务教育年限',
      en: 'Years of compulsory education',
      status: 'documented',
      assumed: false,
      binding: 'hard',
      ruleId: 'REG-02',
      quote: '九年义务教育',
      file: '002_b7f02b90e03e2500.txt',
      rules: ['REG-01'],
      ruleSet: 'test',
    });
  });

  it('refuses an unknown rule', () => {
    expect(
      problem(parameter('maxOtherCauses: { value: 2, ruleId: REG-99, quote: x, file: y }')).message,
    ).toContain('unknown rule REG-99');
    expect(problem(parameter('maxOtherCauses: { value: 2, source: x, rules: [REG-99] }')).message).toContain(
      'unknown rule REG-99',
    );
  });

  it('refuses words that are not in the rule', () => {
    const wrong =
      'compulsoryEducationYears: { value: 9, ruleId: REG-02, quote: 十二年义务教育, file: 002_b7f02b90e03e2500.txt }';
    expect(problem(parameter(wrong)).message).toContain('quotes words that are not in REG-02');
  });

  it('refuses a rule’s wrong file, and a rule without its words', () => {
    const file =
      'compulsoryEducationYears: { value: 9, ruleId: REG-02, quote: 九年义务教育, file: 000_5259fddd939d13e5.txt }';
    expect(problem(parameter(file)).message).toContain('REG-02 stands in 002_b7f02b90e03e2500.txt');
    expect(problem(parameter('compulsoryEducationYears: { value: 9, ruleId: REG-02 }')).message).toContain(
      'without its quote and file',
    );
    expect(
      problem(parameter('compulsoryEducationYears: { value: 9, assumed: true, note: n, quote: q }')).message,
    ).toContain('a quote needs its rule');
  });

  it('refuses a value without any ground, or with two', () => {
    expect(problem(parameter('maxOtherCauses: { value: 2 }')).message).toContain('exactly one of');
    expect(
      problem(parameter('maxOtherCauses: { value: 2, source: s, assumed: true, note: n }')).message,
    ).toContain('exactly one of');
    expect(problem(parameter('maxOtherCauses: { value: 2, assumed: true }')).message).toContain(
      'needs a note',
    );
  });

  it('REG-10 refuses an exit condition beyond the two assurances and three guarantees', () => {
    for (const beyond of ['safeWater', 'television', 'newHouse']) {
      const text = `exitGuarantees: { value: [food, ${beyond}], assumed: true, note: n }`;
      expect(problem(parameter(text))).toMatchObject({ code: 'invalid-rule-set', ruleId: 'REG-10' });
    }
  });

  it('TGT-22 refuses a poverty line of a province, neither lowered nor raised', () => {
    const refused = problem(parameter("povertyLine.2018: { value: '2500.00', assumed: true, note: n }"));
    expect(refused).toMatchObject({ code: 'invalid-rule-set', ruleId: 'TGT-22' });
  });

  it.each([
    'noticeDays: { value: 7, assumed: true, note: n }',
    'villageNoticeDays.2018: { value: 7, assumed: true, note: n }',
    'dibaoLine.18: { value: 1, assumed: true, note: n }',
    'toString: { value: 7, assumed: true, note: n }',
  ])('refuses the unknown parameter in %s', (text) => {
    expect(problem(parameter(text)).message).toContain('is no known parameter');
  });

  it.each([
    "villageNoticeDays: { value: '7', assumed: true, note: n }",
    'villageNoticeDays: { value: 7.5, assumed: true, note: n }',
    'villageNoticeDays: { value: -1, assumed: true, note: n }',
    'villageNoticeDays: { assumed: true, note: n }',
    'dibaoLine.2018: { value: 4000, assumed: true, note: n }',
    "dibaoLine.2018: { value: '-1.00', assumed: true, note: n }",
    'reviewMajorityAbove: { value: 50, assumed: true, note: n }',
    'reviewMajorityAbove: { value: .nan, assumed: true, note: n }',
    'monitorsExited: { value: yes, assumed: true, note: n }',
    'campaignEnd: { value: 2020-02-30, assumed: true, note: n }',
    'dynamicAdjustment: { value: never, assumed: true, note: n }',
    'exitGuarantees: { value: [food, roof], assumed: true, note: n }',
    'exitGuarantees: { value: [food, food], assumed: true, note: n }',
    'exitGuarantees: { value: food, assumed: true, note: n }',
  ])('refuses the value of another type in %s', (text) => {
    expect(problem(parameter(text)).message).toMatch(/is no (days|yuan|share|flag|date|choice|list)/);
  });

  it('refuses a yearly parameter without its year unless it is open', () => {
    expect(problem(parameter("dibaoLine: { value: '4000.00', assumed: true, note: n }")).message).toContain(
      'write its name with a year',
    );
    expect(
      parseRuleSets(parameter('dibaoLine: { open: true, note: n }'), 'f')[0]?.open.has('dibaoLine'),
    ).toBe(true);
    expect(problem(parameter("dibaoLine: { open: true, value: '1', note: n }")).message).toContain(
      'is open and has a value',
    );
  });

  it('refuses a field it does not know, in a set and in a parameter', () => {
    expect(problem(parameter('maxOtherCauses: { value: 2, source: s, sauce: s }')).message).toContain(
      'unknown field sauce',
    );
    expect(problem(set('      {}', '    until: 2018-12-31')).message).toContain('unknown field until');
  });

  it('refuses a set without an end after its beginning, a region or a version', () => {
    expect(problem(set('      {}', '    to: 2017-12-31')).message).toContain('ends before it begins');
    expect(problem(set('      {}').replace("'42'", "'428'")).message).toContain(
      'neither CN nor a region code',
    );
    expect(problem(set('      {}').replace("'1'", '1')).message).toContain('version: is no text');
    expect(problem('settings: 5').message).toContain('needs a list');
    expect(problem('x: 1').message).toContain('needs a list');
    expect(problem('[]').message).toContain('is no mapping');
  });

  it('asks a setting for its note and for nothing else', () => {
    const settings = (text: string) => parameter(text).replace('ruleSets:', 'settings:');
    expect(
      parseRuleSets(settings('villageNoticeDays: { value: 10, note: 县扶贫办 }'), 'f')[0]?.parameters.get(
        'villageNoticeDays',
      ),
    ).toMatchObject({
      status: 'setting',
      assumed: false,
      value: 10,
    });
    expect(problem(settings('villageNoticeDays: { value: 10 }')).message).toContain('needs a note');
    expect(problem(settings('villageNoticeDays: { value: 10, assumed: true, note: n }')).message).toContain(
      'a setting carries a note only',
    );
  });
});
