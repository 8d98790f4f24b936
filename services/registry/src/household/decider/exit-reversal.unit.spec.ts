import { create } from '@bufbuild/protobuf';
import {
  EvidenceSchema,
  ExitReversalReason,
  RegisterFindingKind,
  RegisterFindingOutcome,
  RegisterFindingRaisedSchema,
} from '@fupin/contracts';
import { given } from '@fupin/event-sourcing/testing';
import * as story from '../../../test/household-story.js';
import type { HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';

const { live } = story;
const after = (...commands: HouseholdCommand[]) => given(householdDecider, ...live(...commands).events);
const registered = story.identification('2016-01');
const exited = [...registered, ...story.ready('2016-02'), ...story.exit('2016-02')];
const EXIT = `stream:${live(...exited).events.length}`;

describe('reversal of a wrong exit (错退回退)', () => {
  it('REG-05 REG-09 REG-19 cancels the exit: poor as before it, and no return', () => {
    const { events, state } = live(...exited, story.reverseExit('2016-05-01', EXIT));
    expect(events.at(-1)).toMatchObject({
      ruleIds: ['REG-05', 'REG-06', 'REG-09', 'REG-19'],
      event: {
        case: 'exitReversed',
        value: { exitEventId: EXIT, reason: ExitReversalReason.INCOME, persons: 3 },
      },
    });
    expect(state).toMatchObject({
      status: 'stillPoor',
      registeredOn: '2016-01-22',
      returnedOn: undefined,
      householdNo: '422823101201-00001',
    });
    // It may exit again, by the full procedure.
    given(householdDecider, ...events)
      .when(story.review('2016-05-02', 'exit'))
      .thenState((s) => expect(s).toMatchObject({ progress: { procedure: 'exit' } }));
  });

  it('REG-09 keeps the day of an earlier return', () => {
    const again = [
      ...exited,
      ...story.returning('2016-03'),
      ...story.ready('2016-05'),
      ...story.exit('2016-05'),
    ];
    const last = `stream:${live(...again).events.length}`;
    after(...again)
      .when(story.reverseExit('2016-06-01', EXIT))
      .thenRefused({ code: 'not-the-last-exit', field: 'exitEventId' });
    expect(live(...again, story.reverseExit('2016-06-01', last)).state).toMatchObject({
      status: 'stillPoor',
      returnedOn: '2016-03-22',
    });
  });

  it.each([
    [ExitReversalReason.GUARANTEES, 'REG-01'],
    [ExitReversalReason.PROCEDURE, 'REG-20'],
  ])('REG-09 names for reason %s the rule %s that the exit broke', (reason, rule) => {
    expect(live(...exited, story.reverseExit('2016-05-01', EXIT, reason)).events.at(-1)?.ruleIds).toContain(
      rule,
    );
  });

  it('REG-09 closes the open findings about that exit in the same decision, and no others', () => {
    const raised = (aboutEventId: string) => ({
      occurredOn: '2016-04-01',
      event: {
        case: 'registerFindingRaised' as const,
        value: create(RegisterFindingRaisedSchema, {
          kind: RegisterFindingKind.EXIT_UNLAWFUL,
          aboutEventId,
          missing: ['income-not-above-line'],
        }),
      },
    });
    const past = live(...exited).events;
    const at = past.length;
    const decision = householdDecider.decide(
      story.reverseExit('2016-05-01', EXIT),
      story.stateOf([...past, raised(EXIT), raised('stream:1')]),
    );
    expect(decision).toMatchObject({
      accepted: true,
      events: [
        { event: { case: 'exitReversed' } },
        {
          event: {
            case: 'registerFindingClosed',
            value: {
              findingEventId: `stream:${at + 1}`,
              outcome: RegisterFindingOutcome.EXIT_REVERSED,
              noteId: '',
            },
          },
        },
      ],
    });
    expect(decision.accepted && decision.events).toHaveLength(2);
  });

  it('REG-20 is refused while a procedure is open, before the exit, without evidence, and twice', () => {
    after(...exited, story.relapse('2016-03-01'))
      .when(story.reverseExit('2016-03-02', EXIT))
      .thenRefused({ code: 'procedure-open', ruleId: 'REG-20' });
    after(...exited)
      .when(story.reverseExit('2016-02-12', EXIT))
      .thenRefused({ code: 'before-last-status' });
    after(...exited)
      .when(story.reverseExit('2016-02-13', EXIT))
      .thenState((s) => expect(s.status).toBe('stillPoor'));
    const reversal = story.reverseExit('2016-05-01', EXIT);
    if (reversal.type !== 'reverseExit') throw new Error('another command');
    after(...exited)
      .when({ ...reversal, evidence: create(EvidenceSchema, {}) })
      .thenRefused({ code: 'evidence-missing' });
    after(...exited, reversal)
      .when(reversal)
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-09' });
    after(...registered)
      .when(reversal)
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-09' });
  });
});
