import { given } from '@fupin/event-sourcing/testing';
import * as story from '../../../test/household-story.js';
import type { HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';

const { live, retainPolicy, endPolicy } = story;
const after = (...commands: HouseholdCommand[]) => given(householdDecider, ...live(...commands).events);
const registered = story.identification('2016-01');
const exited = [...registered, ...story.ready('2016-02'), ...story.exit('2016-02')];

// The rule set of the story keeps policies to 2020-12-31.
describe('policies after the exit (脱贫享受政策、不享受政策)', () => {
  it('REG-13 REG-25 end on the day after the last promised one, and not on that day', () => {
    const state = after(...exited);
    state.when(endPolicy('2016-03-01')).thenRefused({ code: 'policy-still-retained', ruleId: 'REG-13' });
    state
      .when(endPolicy('2020-12-31'))
      .thenRefused({ code: 'policy-still-retained', ruleId: 'REG-13', field: 'occurredOn' });
    state
      .when(endPolicy('2021-01-01'))
      .thenState((s) => expect(s).toMatchObject({ status: 'exited', policyEndedOn: '2021-01-01' }));
    expect(live(...exited, endPolicy('2021-01-01')).events.at(-1)?.ruleIds).toEqual(['REG-13', 'REG-25']);
  });

  it('REG-13 end once', () => {
    after(...exited, endPolicy('2021-01-01'))
      .when(endPolicy('2021-02-01'))
      .thenRefused({ code: 'policy-already-ended' });
  });

  it('REG-13 REG-25 are kept for longer, never for shorter', () => {
    const state = after(...exited);
    state
      .when(retainPolicy('2016-03-01', '2020-12-31'))
      .thenRefused({ code: 'not-retained-longer', field: 'until' });
    state.when(retainPolicy('2016-03-01', '2020-12-30')).thenRefused({ code: 'not-retained-longer' });
    state
      .when(retainPolicy('2016-03-01', '2021-01-01'))
      .thenState((s) => expect(s).toMatchObject({ policiesRetainedUntil: '2021-01-01' }));
    // Longer moves the first day on which they may end.
    after(...exited, retainPolicy('2016-03-01', '2025-12-31'))
      .when(endPolicy('2025-12-31'))
      .thenRefused({ code: 'policy-still-retained' });
    after(...exited, retainPolicy('2016-03-01', '2025-12-31'))
      .when(endPolicy('2026-01-01'))
      .thenState((s) => expect(s).toMatchObject({ policyEndedOn: '2026-01-01' }));
  });

  it('REG-13 come back after an end, from that day on', () => {
    const ended = after(...exited, endPolicy('2021-01-01'));
    ended.when(retainPolicy('2021-03-01', '2021-03-01')).thenRefused({ code: 'not-retained-longer' });
    ended
      .when(retainPolicy('2021-03-01', '2021-03-02'))
      .thenState((s) =>
        expect(s).toMatchObject({ policyEndedOn: undefined, policiesRetainedUntil: '2021-03-02' }),
      );
  });

  it('REG-13 belong to exited households only', () => {
    after(...registered)
      .when(endPolicy('2021-01-01'))
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-13' });
    after(...registered)
      .when(retainPolicy('2016-03-01', '2021-01-01'))
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-13' });
  });
});
