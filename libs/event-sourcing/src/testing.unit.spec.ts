import { added, counterDecider as counter, other } from '../test/counter.js';
import { given } from './testing.js';

describe('given / when / then', () => {
  it('passes when the decider does what is expected', () => {
    given(counter, other())
      .when({ add: 2, max: 3 })
      .then(added(), added())
      .thenState((state) => expect(state).toBe(3))
      .when({ add: 1, max: 3 })
      .thenRefused({ code: 'too-many', ruleId: 'REG-19' });
  });

  it('fails when events, order, date or rules differ, or a refusal lacks its reason', () => {
    const decided = given(counter).when({ add: 1 });
    expect(() => decided.then()).toThrow();
    expect(() => decided.then(added(), added())).toThrow();
    expect(() => decided.then(other())).toThrow();
    expect(() => decided.then(added('2018-07-01'))).toThrow();
    expect(() => decided.then({ ...added(), ruleIds: ['REG-01'] })).toThrow();
    expect(() => decided.thenRefused()).toThrow('accepted');
    const refused = given(counter, added()).when({ add: 1, max: 1 });
    expect(() => refused.then(added())).toThrow('too-many');
    expect(() => refused.thenRefused({ code: 'too-many', ruleId: 'REG-01' })).toThrow('no reason');
  });

  it('compares rules and marks only where they are given', () => {
    const { event, occurredOn } = added();
    given(counter).when({ add: 1 }).then({ event, occurredOn });
  });
});
