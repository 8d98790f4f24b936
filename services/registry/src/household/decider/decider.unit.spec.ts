import { create } from '@bufbuild/protobuf';
import {
  AnnouncementPublishedSchema,
  CodeSystem,
  ComparisonHit,
  EntryKind,
  NoticeLevel,
  PovertyStandard,
  Procedure,
  TurnDownReason,
} from '@fupin/contracts';
import { given } from '@fupin/event-sourcing/testing';
import * as story from '../../../test/household-story.js';
import type { FileApplication, HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';

const { live } = story;
const after = (...commands: HouseholdCommand[]) => given(householdDecider, ...live(...commands).events);
const registered = story.identification('2016-01');

describe('identification (两公示一公告)', () => {
  it('REG-20 registers a household that has gone through every step', () => {
    const { events, state } = live(...registered);
    expect(events.map((e) => e.event.case)).toEqual([
      'applicationFiled',
      'democraticReviewHeld',
      'verificationCompleted',
      'dataComparisonCompleted',
      'publicNoticePosted',
      'townshipReviewCompleted',
      'publicNoticePosted',
      'countyReviewCompleted',
      'announcementPublished',
      'householdRegistered',
    ]);
    const last = events.at(-1)?.event;
    expect(last).toMatchObject({
      case: 'householdRegistered',
      value: {
        householdNo: '422823101201-00001',
        entryKind: EntryKind.IDENTIFIED,
        evidenceEventIds: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `stream:${n}`),
      },
    });
    expect(state).toMatchObject({ status: 'stillPoor', registeredOn: '2016-01-22' });
  });

  it('A1 carries the standard of the application to the registration', () => {
    const [first, ...rest] = story.identification('2016-01');
    const { events, state } = live(
      { ...first, standard: PovertyStandard.PROVINCIAL } as FileApplication,
      ...rest,
    );
    expect(events.at(-1)?.event.value).toMatchObject({ standard: PovertyStandard.PROVINCIAL });
    expect(state).toMatchObject({ file: { standard: PovertyStandard.PROVINCIAL } });
  });

  it.each([
    ['registerRelation 01', CodeSystem.REGISTER_RELATION, '01', true],
    ['registerRelation 02 (配偶)', CodeSystem.REGISTER_RELATION, '02', false],
    ['GB/T 4761 02 (户主)', CodeSystem.GBT_4761, '02', true],
    ['GB/T 4761 01 (本人)', CodeSystem.GBT_4761, '01', true],
    ['GB/T 4761 10 (配偶)', CodeSystem.GBT_4761, '10', false],
  ])('annex D: the head by %s', (_name, system, value, head) => {
    const apply = {
      ...story.apply('2016-01-01'),
      members: [{ ...story.member('one'), relation: story.code(system, value) }],
    } as FileApplication;
    const outcome = given(householdDecider).when(apply);
    if (head) outcome.thenState((state) => expect(state.status).toBe('applicant'));
    else outcome.thenRefused({ code: 'one-head-needed' });
  });

  it.each([
    [EntryKind.IDENTIFIED, []],
    [EntryKind.NEWLY_POOR, ['REG-05', 'REG-06']],
    [EntryKind.MISSED, ['REG-05', 'REG-06']],
  ])('REG-05 keeps entry kind %s apart through exit and return', (kind, rules) => {
    const { events, state } = live(
      story.apply('2016-01-01', kind),
      ...story.chain('2016-01', 'identification'),
      ...story.ready('2016-02'),
      ...story.exit('2016-02'),
      ...story.returning('2016-03'),
    );
    expect(events[0]?.ruleIds).toEqual(['REG-20', ...rules]);
    expect(state).toMatchObject({ status: 'stillPoor', file: { entryKind: kind } });
  });

  it('REG-05 refuses a relapse as a new application', () => {
    after()
      .when(story.apply('2016-01-01', EntryKind.RELAPSED))
      .thenRefused({ code: 'entry-kind-not-allowed', ruleId: 'REG-05' });
  });

  it('REG-20 refuses every step but the next one', () => {
    const steps = [...story.chain('2016-01', 'identification')];
    for (let done = 0; done < steps.length; done += 1) {
      const state = after(story.apply('2016-01-01'), ...steps.slice(0, done));
      steps.forEach((step, index) => {
        if (index === done) return;
        // A step that was taken before is dated on or before the last one, so give each the last date of the chain.
        state
          .when({ ...step, ...story.on('2016-01-31') })
          .thenRefused({ code: 'step-out-of-order', ruleId: 'REG-20' });
      });
    }
  });

  it.each([
    ['village', 4, NoticeLevel.VILLAGE],
    ['township', 6, NoticeLevel.TOWNSHIP],
  ])(
    'REG-20 refuses the step after the %s notice on its last day and accepts it the day after',
    (_name, index, level) => {
      const posted = [...registered.slice(0, index), story.notice('2016-01-20', 'identification', level)];
      const next = level === NoticeLevel.VILLAGE ? story.township : story.county;
      const state = after(...posted);
      state
        .when(next('2016-01-27', 'identification'))
        .thenRefused({ code: 'notice-still-running', ruleId: 'REG-20' });
      state
        .when(next('2016-01-28', 'identification'))
        .thenState((s) => expect(s).toMatchObject({ status: 'applicant' }));
    },
  );

  it('REG-20 refuses a notice shorter than the setting, accepts one that is longer and then waits for it', () => {
    const before = after(...registered.slice(0, 4));
    before
      .when(story.notice('2016-01-04', 'identification', NoticeLevel.VILLAGE, 6))
      .thenRefused({ code: 'notice-too-short', field: 'days' });
    const longer = before.when(story.notice('2016-01-04', 'identification', NoticeLevel.VILLAGE, 10));
    longer.when(story.township('2016-01-14', 'identification')).thenRefused({ code: 'notice-still-running' });
    longer.when(story.township('2016-01-15', 'identification')).thenState(() => undefined);
  });

  it('REG-20 refuses the next step while an objection is open and accepts it once it is dismissed', () => {
    const open = after(...registered.slice(0, 5), story.objection('2016-01-06', 'identification'));
    open
      .when(story.township('2016-01-12', 'identification'))
      .thenRefused({ code: 'objection-open', ruleId: 'REG-20' });
    open
      .when(story.resolution('2016-01-12', 'identification', false))
      .when(story.township('2016-01-12', 'identification'))
      .thenState((s) => expect(s).toMatchObject({ progress: { lastStep: 'townshipReview' } }));
  });

  it('REG-20 takes an objection only while a notice is posted, once per id, and resolves only an open one', () => {
    after(...registered.slice(0, 4))
      .when(story.objection('2016-01-05', 'identification'))
      .thenRefused({ code: 'no-notice-posted' });
    const open = after(...registered.slice(0, 5), story.objection('2016-01-06', 'identification'));
    open.when(story.objection('2016-01-06', 'identification')).thenRefused({ code: 'objection-known' });
    open
      .when(story.resolution('2016-01-07', 'identification', true, 'other'))
      .thenRefused({ code: 'objection-not-open' });
  });

  it.each<[string, HouseholdCommand[], HouseholdCommand, TurnDownReason]>([
    ['the votes', [], story.review('2016-01-02', 'identification', 15), TurnDownReason.REVIEW_REJECTED],
    [
      'the verification',
      registered.slice(1, 2),
      story.verify('2016-01-03', 'identification', false),
      TurnDownReason.NOT_CONFIRMED,
    ],
    [
      'a hit of the data comparison',
      registered.slice(1, 3),
      story.compare('2016-01-03', 'identification', ComparisonHit.VEHICLE),
      TurnDownReason.DATA_COMPARISON,
    ],
    [
      'an upheld objection',
      [...registered.slice(1, 5), story.objection('2016-01-06', 'identification')],
      story.resolution('2016-01-07', 'identification', true),
      TurnDownReason.OBJECTION_UPHELD,
    ],
    [
      'the township',
      registered.slice(1, 5),
      story.township('2016-01-12', 'identification', false),
      TurnDownReason.TOWNSHIP_REJECTED,
    ],
    [
      'the county',
      registered.slice(1, 7),
      story.county('2016-01-21', 'identification', false),
      TurnDownReason.COUNTY_REJECTED,
    ],
  ])(
    'REG-20 %s may turn the applicant down, who may apply again with the same members',
    (_name, before, command, reason) => {
      const { events, state } = live(story.apply('2016-01-01'), ...before, command);
      expect(events.at(-1)?.event).toMatchObject({
        case: 'procedureTurnedDown',
        value: { procedure: Procedure.IDENTIFICATION, reason },
      });
      expect(state.status).toBe('turnedDown');
      given(householdDecider, ...events)
        .when({ ...story.apply('2016-02-01', EntryKind.MISSED), members: [] } as HouseholdCommand)
        .thenState((s) =>
          expect(s).toMatchObject({
            status: 'applicant',
            file: {
              members: [{ personId: 'head' }, {}, {}],
              entryKind: EntryKind.MISSED,
              openedOn: '2016-01-01',
            },
          }),
        );
    },
  );

  it('REG-20 approves a review by more than half of the votes, not by half', () => {
    const applied = after(story.apply('2016-01-01'));
    applied
      .when(story.review('2016-01-02', 'identification', 16))
      .thenState((s) => expect(s.status).toBe('applicant'));
    applied
      .when(story.review('2016-01-02', 'identification', 15))
      .thenState((s) => expect(s.status).toBe('turnedDown'));
    applied
      .when({ ...story.review('2016-01-02', 'identification', 30), votesAgainst: 1 } as HouseholdCommand)
      .thenRefused({ code: 'votes-do-not-add-up' });
  });

  it('REG-20 needs the signed inquiry authorisation, not later than the application', () => {
    const application = story.apply('2016-01-01');
    const unsigned = { ...story.authorisation(), documentId: '' };
    after()
      .when({ ...application, authorisation: unsigned } as HouseholdCommand)
      .thenRefused({ code: 'authorisation-missing', ruleId: 'REG-20' });
    after()
      .when({ ...application, authorisation: story.authorisation('2016-01-02') } as HouseholdCommand)
      .thenRefused({ code: 'paper-later-than-fact' });
  });

  it('refuses a member twice, no member, no head or two heads', () => {
    const twice = [story.member('a', '01'), story.member('a')];
    const withMembers = (members: unknown) => ({ ...story.apply('2016-01-01'), members }) as HouseholdCommand;
    after().when(withMembers(twice)).thenRefused({ code: 'member-twice', field: 'members[1]' });
    after().when(withMembers([])).thenRefused({ code: 'members-missing' });
    after()
      .when(withMembers([story.member('a')]))
      .thenRefused({ code: 'one-head-needed' });
    after()
      .when(withMembers([story.member('a', '01'), story.member('b', '01')]))
      .thenRefused({ code: 'one-head-needed' });
  });

  it('takes one main cause and two others, not three and none twice', () => {
    const withCauses = (causes: unknown) => ({ ...story.apply('2016-01-01'), causes }) as HouseholdCommand;
    after()
      .when(withCauses(story.causes('01', '02', '03')))
      .thenState(() => undefined);
    after()
      .when(withCauses(story.causes('01', '02', '03', '04')))
      .thenRefused({ code: 'too-many-causes' });
    after()
      .when(withCauses(story.causes('01', '02', '01')))
      .thenRefused({ code: 'cause-twice' });
    after().when(withCauses(undefined)).thenRefused({ code: 'main-cause-missing' });
  });
});

describe('dates', () => {
  it('refuses a date in the future and accepts today', () => {
    const at = (occurredOn: string) => ({
      ...story.apply('2016-06-02'),
      ...story.on(occurredOn, { today: '2016-06-01' }),
    });
    after().when(at('2016-06-02')).thenRefused({ code: 'date-in-future', field: 'occurredOn' });
    after()
      .when(at('2016-06-01'))
      .thenState(() => undefined);
  });

  it('REG-20 refuses a step before the last one and accepts it on the same day', () => {
    const state = after(story.apply('2016-01-05'));
    state
      .when(story.review('2016-01-04', 'identification'))
      .thenRefused({ code: 'before-last-status', ruleId: 'REG-20' });
    state.when(story.review('2016-01-05', 'identification')).thenState(() => undefined);
  });

  it('marks a step recorded more than 30 days after its date as backdated', () => {
    const at = (today: string) => ({ ...story.apply('2016-06-01'), ...story.on('2016-06-01', { today }) });
    const decide = (command: HouseholdCommand) => {
      const decision = householdDecider.decide(command, householdDecider.initial);
      return decision.accepted && decision.events[0]?.backdated;
    };
    expect(decide(at('2016-07-01'))).toBe(false);
    expect(decide(at('2016-07-02'))).toBe(true);
  });

  it('records a past year only from history, and does not mark that as backdated', () => {
    const at = (origin: 'live' | 'history', occurredOn: string) => ({
      ...story.apply(occurredOn),
      ...story.on(occurredOn, { today: '2017-01-10', origin }),
    });
    after().when(at('live', '2016-06-01')).thenRefused({ code: 'past-year-needs-history-scope' });
    after()
      .when(at('live', '2016-12-30'))
      .thenState(() => undefined);
    const decision = householdDecider.decide(at('history', '2016-06-01'), householdDecider.initial);
    expect(decision).toMatchObject({ accepted: true, events: [{ backdated: false }] });
  });

  it('takes a fact late, but not before the household was known', () => {
    const state = after(...registered);
    state.when({ ...story.assess('2016-01-10') }).thenState(() => undefined);
    state.when(story.assess('2015-12-31')).thenRefused({ code: 'before-file-opened' });
  });
});

describe('procedures stay apart', () => {
  it('REG-20 refuses a step of another procedure than the one that is open', () => {
    after(story.apply('2016-01-01'))
      .when(story.review('2016-01-02', 'exit'))
      .thenRefused({ code: 'procedure-not-open' });
    after(...registered)
      .when(story.review('2016-02-02', 'return'))
      .thenRefused({ code: 'procedure-not-open' });
    after().when(story.review('2016-02-02', 'identification')).thenRefused({ code: 'procedure-not-open' });
  });

  it('REG-20 refuses a second application of a household in the procedure or in the register', () => {
    after(story.apply('2016-01-01')).when(story.apply('2016-01-02')).thenRefused({ code: 'wrong-status' });
    after(...registered)
      .when(story.apply('2016-02-02'))
      .thenRefused({ code: 'wrong-status' });
  });

  it('names the announcement before the change of status, on the same day', () => {
    const { events } = live(...registered);
    expect(events.at(-2)).toMatchObject({
      occurredOn: '2016-01-22',
      event: { case: 'announcementPublished', value: create(AnnouncementPublishedSchema, { procedure: 1 }) },
    });
  });
});
