import fc from 'fast-check';

import { classify, type Mention, type Place } from './classify.js';

const IDS = ['REG-01', 'REG-02', 'FND-01'];
const REASONS = {
  groups: { REG: 'registry later', FND: 'no funds yet' },
  rules: { 'REG-02': 'its own reason' },
};
const at = (place: Place, ruleId = 'REG-01', file: string = place): Mention => ({ ruleId, file, place });
const stateOf = (...mentions: Mention[]) => classify(IDS, mentions, REASONS).get('REG-01')?.state;

describe('the state of a rule', () => {
  it('is enforced when code or a rule set names it and the title of a test does too', () => {
    expect(stateOf(at('source'), at('test'))).toBe('enforced');
    expect(stateOf(at('ruleSet'), at('test'))).toBe('enforced');
  });

  it('is recorded when something names it and no test does', () => {
    expect([stateOf(at('source')), stateOf(at('ruleSet')), stateOf(at('proto'))]).toEqual([
      'recorded',
      'recorded',
      'recorded',
    ]);
  });

  it('is recorded when only a contract and a test name it: a stored field is not a rule kept', () => {
    expect(stateOf(at('proto'), at('test'))).toBe('recorded');
  });

  it('is open when nothing names it, or a test alone', () => {
    expect([stateOf(), stateOf(at('test'))]).toEqual(['open', 'open']);
  });

  it('does not lean on what names another rule', () => {
    expect(stateOf(at('source', 'REG-02'), at('test', 'REG-02'))).toBe('open');
  });

  it('never falls back because more is named', () => {
    const rank = { open: 0, recorded: 1, enforced: 2 };
    const mentions = fc.array(
      fc.constantFrom<Place>('source', 'ruleSet', 'proto', 'test').map((place) => at(place)),
    );
    fc.assert(
      fc.property(
        mentions,
        mentions,
        (some, more) => rank[stateOf(...some) ?? 'open'] <= rank[stateOf(...some, ...more) ?? 'open'],
      ),
    );
  });
});

describe('the report of the rules', () => {
  it('gives every rule, in order, and a reason to each open one', () => {
    const rules = classify(IDS, [at('source')], REASONS);
    expect([...rules]).toEqual([
      ['REG-01', { state: 'recorded', files: ['source'] }],
      ['REG-02', { state: 'open', files: [], reason: 'its own reason' }],
      ['FND-01', { state: 'open', files: [], reason: 'no funds yet' }],
    ]);
  });

  it('names each file once, in order', () => {
    const mentions = [
      at('source', 'REG-01', 'b.ts'),
      at('source', 'REG-01', 'a.ts'),
      at('source', 'REG-01', 'b.ts'),
    ];
    expect(classify(IDS, mentions, REASONS).get('REG-01')?.files).toEqual(['a.ts', 'b.ts']);
  });

  it('fails on a rule that does not exist, wherever it is named', () => {
    expect(() => classify(IDS, [at('source', 'REG-99', 'x.ts')], REASONS)).toThrow(
      'x.ts names REG-99, which is no rule.',
    );
    expect(() => classify(IDS, [], { ...REASONS, rules: { 'REG-99': 'x' } })).toThrow(
      'name REG-99, which is no rule',
    );
  });

  it('fails on an open rule without a reason', () => {
    expect(() => classify(IDS, [], { groups: { REG: 'x' }, rules: {} })).toThrow(
      'FND-01 is open and no reason is given',
    );
  });
});
