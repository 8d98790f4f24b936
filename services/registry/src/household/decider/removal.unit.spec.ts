import { EntryKind, EvidenceSchema, Procedure, RemovalReason, TurnDownReason } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { given } from '@fupin/event-sourcing/testing';
import * as story from '../../../test/household-story.js';
import type { HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';

const { live } = story;
const after = (...commands: HouseholdCommand[]) => given(householdDecider, ...live(...commands).events);
const registered = story.identification('2016-01');
const exited = [...registered, ...story.ready('2016-02'), ...story.exit('2016-02')];
const removed = [...registered, ...story.removing('2016-03')];

describe('removal of the ineligible (清退)', () => {
  it.each([
    ['a poor', registered],
    ['an exited', exited],
  ])(
    'REG-05 REG-06 REG-20 removes %s household by the full procedure, with reason and evidence',
    (_, life) => {
      const { events, state } = live(...life, ...story.removing('2016-03'));
      const first = live(...life).events.length + 1;
      expect(events.at(-1)).toMatchObject({
        occurredOn: '2016-03-14',
        ruleIds: ['REG-05', 'REG-06', 'REG-20'],
        event: {
          case: 'ineligibleRemoved',
          value: {
            reason: RemovalReason.URBAN_HOUSE,
            persons: 3,
            evidenceEventIds: [0, 1, 2, 3, 4, 5].map((n) => `stream:${first + n}`),
          },
        },
      });
      expect(state).toMatchObject({
        status: 'removed',
        removedOn: '2016-03-14',
        householdNo: '422823101201-00001',
      });
    },
  );

  it('REG-20 refuses every step of the removal before its predecessor', () => {
    const steps = story.removing('2016-03');
    for (let done = 0; done < steps.length; done++) {
      for (let tried = done + 1; tried < steps.length; tried++) {
        const late = { ...steps[tried]!, ...story.on('2016-03-20') };
        after(...registered, ...steps.slice(0, done))
          .when(late)
          .thenRefused({ ruleId: 'REG-20' });
      }
    }
  });

  it('REG-20 waits for the notice: refused on its last day, accepted on the day after', () => {
    const posted = after(...registered, ...story.removing('2016-03').slice(0, 4));
    posted.when(story.township('2016-03-11', 'removal')).thenRefused({ code: 'notice-still-running' });
    posted.when(story.township('2016-03-12', 'removal')).thenState(() => undefined);
  });

  it('REG-20 takes the notice days of the rule set', () => {
    const verified = after(...registered, ...story.removing('2016-03').slice(0, 3));
    verified
      .when(story.notice('2016-03-04', 'removal', undefined, story.POLICY.removalNoticeDays - 1))
      .thenRefused({ code: 'notice-too-short', ruleId: 'REG-20' });
    verified
      .when(story.notice('2016-03-04', 'removal', undefined, story.POLICY.removalNoticeDays))
      .thenState(() => undefined);
    const longer = { ...story.POLICY, removalNoticeDays: 10, villageNoticeDays: 1 };
    verified
      .when({ ...story.notice('2016-03-04', 'removal', undefined, 9), policy: longer })
      .thenRefused({ code: 'notice-too-short' });
  });

  it.each([
    ['the review', [story.review('2016-03-02', 'removal', 3)], TurnDownReason.REVIEW_REJECTED],
    [
      'the verification',
      [story.review('2016-03-02', 'removal'), story.verify('2016-03-03', 'removal', false)],
      TurnDownReason.NOT_CONFIRMED,
    ],
    [
      'an objection that is upheld',
      [
        ...story.removing('2016-03').slice(1, 4),
        story.objection('2016-03-05', 'removal'),
        story.resolution('2016-03-06', 'removal', true),
      ],
      TurnDownReason.OBJECTION_UPHELD,
    ],
  ])('REG-20 turned down by %s leaves a household what it was, poor or exited', (_, steps, reason) => {
    for (const [life, status] of [
      [registered, 'stillPoor'],
      [exited, 'exited'],
    ] as const) {
      const { events, state } = live(...life, story.proposeRemoval('2016-03-01'), ...steps);
      expect(events.at(-1)?.event).toMatchObject({
        case: 'procedureTurnedDown',
        value: { procedure: Procedure.REMOVAL, reason },
      });
      expect(state).toMatchObject({ status, progress: undefined });
    }
  });

  it('REG-20 an objection holds the next step back until it is dismissed', () => {
    const objected = [
      ...registered,
      ...story.removing('2016-03').slice(0, 4),
      story.objection('2016-03-05', 'removal'),
    ];
    after(...objected)
      .when(story.township('2016-03-12', 'removal'))
      .thenRefused({ code: 'objection-open' });
    after(...objected, story.resolution('2016-03-06', 'removal', false))
      .when(story.township('2016-03-12', 'removal'))
      .thenState(() => undefined);
  });

  it('REG-20 keeps the procedures apart: none beside an open one', () => {
    const proposed = after(...registered, story.proposeRemoval('2016-03-01'));
    proposed
      .when(story.proposeRemoval('2016-03-02'))
      .thenRefused({ code: 'procedure-open', ruleId: 'REG-20' });
    proposed.when(story.review('2016-03-02', 'exit')).thenRefused({ code: 'procedure-not-open' });
    after(...exited, story.proposeRemoval('2016-03-01'))
      .when(story.relapse('2016-03-02'))
      .thenRefused({ code: 'procedure-open', ruleId: 'REG-20' });
    after(...registered, story.review('2016-03-01', 'exit'))
      .when(story.proposeRemoval('2016-03-02'))
      .thenRefused({ code: 'procedure-open' });
    after(...exited, story.relapse('2016-03-01'))
      .when(story.proposeRemoval('2016-03-02'))
      .thenRefused({ code: 'procedure-open' });
  });

  it('REG-05 is for households of the register, with evidence that is not later than the proposal', () => {
    after(story.apply('2016-01-01'))
      .when(story.proposeRemoval('2016-01-02'))
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-05' });
    after(...removed)
      .when(story.proposeRemoval('2016-04-02'))
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-05' });
    const proposal = story.proposeRemoval('2016-03-01');
    if (proposal.type !== 'proposeRemoval') throw new Error('another command');
    after(...registered)
      .when({ ...proposal, evidence: create(EvidenceSchema, {}) })
      .thenRefused({ code: 'evidence-missing', field: 'evidence' });
    after(...registered)
      .when({ ...proposal, evidence: story.evidence('2016-03-02') })
      .thenRefused({ code: 'paper-later-than-fact', field: 'evidence.datedOn' });
  });

  it('REG-05 REG-06 a removed household exits no more, and may apply again by the full identification', () => {
    const gone = after(...removed);
    gone.when(story.review('2016-04-01', 'exit')).thenRefused({ code: 'procedure-not-open' });
    gone.when(story.relapse('2016-04-01')).thenRefused({ code: 'wrong-status' });
    const { state } = live(
      ...removed,
      story.apply('2016-04-01', EntryKind.MISSED),
      ...story.identification('2016-04').slice(1),
    );
    expect(state).toMatchObject({
      status: 'stillPoor',
      registeredOn: '2016-04-22',
      file: { entryKind: EntryKind.MISSED },
    });
    expect(state.status === 'stillPoor' && state.file.members).toHaveLength(3);
  });
});

describe('missed households (漏评补录)', () => {
  it('REG-05 REG-06 enters one that was missed by the full chain, and the kinds of entry stay apart', () => {
    for (const kind of [EntryKind.MISSED, EntryKind.NEWLY_POOR, EntryKind.IDENTIFIED]) {
      const { events } = live(story.apply('2016-01-01', kind), ...registered.slice(1));
      expect(events[0]?.event).toMatchObject({ case: 'applicationFiled', value: { entryKind: kind } });
      expect(events.at(-1)).toMatchObject({
        event: { case: 'householdRegistered', value: { entryKind: kind } },
        ruleIds: kind === EntryKind.IDENTIFIED ? ['REG-20'] : ['REG-20', 'REG-05', 'REG-06'],
      });
    }
  });

  it('REG-05 refuses to enter a relapse, or a household that is in the register, as missed', () => {
    given(householdDecider)
      .when(story.apply('2016-01-01', EntryKind.RELAPSED))
      .thenRefused({ code: 'entry-kind-not-allowed', ruleId: 'REG-05' });
    for (const life of [registered, exited]) {
      after(...life)
        .when(story.apply('2016-04-01', EntryKind.MISSED))
        .thenRefused({ code: 'wrong-status', ruleId: 'REG-20' });
    }
  });

  it('REG-06 REG-20 registers a missed household not one step earlier than another', () => {
    const steps = [story.apply('2016-01-01', EntryKind.MISSED), ...registered.slice(1)];
    for (let done = 1; done < steps.length - 1; done++) {
      after(...steps.slice(0, done))
        .when(story.announce('2016-02-01', 'identification'))
        .thenRefused({ code: 'step-out-of-order', ruleId: 'REG-20' });
    }
  });
});
