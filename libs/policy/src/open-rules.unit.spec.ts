import { openReasons } from './open-rules.js';
import { groupOf, RULES } from './rules.js';

describe('the reasons for open rules', () => {
  it('cover every group and name only rules that exist', () => {
    const { groups, rules } = openReasons();
    expect(new Set(Object.keys(groups))).toEqual(new Set([...RULES.keys()].map(groupOf)));
    expect(Object.keys(rules).filter((id) => !RULES.has(id))).toEqual([]);
  });

  it.each([
    '',
    '[]',
    'groups: {}',
    'groups: []\nrules: {}',
    'groups: { TGT: 1 }\nrules: {}',
    "groups: { TGT: '' }\nrules: {}",
  ])('are refused in the form %j', (text) => {
    expect(() => openReasons(text)).toThrow('need the mappings groups and rules');
  });
});
