import { create } from '@bufbuild/protobuf';
import {
  ExitPath,
  ExitPlannedSchema,
  Guarantee,
  GuaranteesAssessedSchema,
  Procedure,
  TurnDownReason,
} from '@fupin/contracts';
import { given } from '@fupin/event-sourcing/testing';
import * as story from '../../../test/household-story.js';
import type { HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';

const { live, LINE_2016 } = story;
const after = (...commands: HouseholdCommand[]) => given(householdDecider, ...live(...commands).events);
const registered = story.identification('2016-01');
const exited = [...registered, ...story.ready('2016-02'), ...story.exit('2016-02')];
const upToNotice = (month: string) => story.exit(month).slice(0, 3);

describe('exit (脱贫)', () => {
  it('REG-01 REG-09 REG-20 exits a household by review, verification, acknowledgement, notice and announcement', () => {
    const { events, state } = live(...exited);
    expect(events.at(-1)).toMatchObject({
      occurredOn: '2016-02-13',
      ruleIds: [
        'REG-01',
        'REG-02',
        'REG-03',
        'REG-09',
        'REG-13',
        'REG-19',
        'REG-20',
        'REG-23',
        'REG-25',
        'TGT-13',
      ],
      event: {
        case: 'householdExited',
        value: {
          year: 2016,
          perCapitaNetIncomeFen: LINE_2016 + 1n,
          povertyLineFen: LINE_2016,
          persons: 3,
          safeWater: false,
          evidenceEventIds: [13, 14, 15, 16, 11, 12].map((n) => `stream:${n}`),
        },
      },
    });
    expect(state).toMatchObject({ status: 'exited', exitedOn: '2016-02-13' });
  });

  it('REG-19 refuses an income at the line and accepts one fen above it', () => {
    after(...registered, ...story.ready('2016-02', LINE_2016), ...upToNotice('2016-02'))
      .when(story.notice('2016-02-05', 'exit'))
      .thenRefused({ code: 'income-not-above-line', ruleId: 'REG-19', field: 'perCapitaNetIncome' });
    after(...registered, ...story.ready('2016-02', LINE_2016 + 1n), ...upToNotice('2016-02'))
      .when(story.notice('2016-02-05', 'exit'))
      .thenState((s) => expect(s).toMatchObject({ progress: { lastStep: 'villageNotice' } }));
  });

  it('REG-01 REG-02 REG-09 names each missing thing with its rule', () => {
    after(...registered, ...upToNotice('2016-02'))
      .when(story.notice('2016-02-05', 'exit'))
      .thenRefused(
        { code: 'income-survey-missing', ruleId: 'REG-09' },
        { code: 'guarantee-missing', field: 'food', ruleId: 'REG-01' },
        { code: 'guarantee-missing', field: 'clothing', ruleId: 'REG-01' },
        { code: 'guarantee-missing', field: 'compulsoryEducation', ruleId: 'REG-02' },
        { code: 'guarantee-missing', field: 'basicMedicalCare', ruleId: 'REG-01' },
        { code: 'guarantee-missing', field: 'safeHousing', ruleId: 'REG-01' },
      );
  });

  it.each(story.BINDING)(
    'REG-01 refuses the announcement when guarantee %s fell away after the notice',
    (guarantee) => {
      const posted = [...registered, ...story.ready('2016-02'), ...story.exit('2016-02').slice(0, 4)];
      const lost = after(...posted, story.assess('2016-02-06', [guarantee], false));
      lost.when(story.announce('2016-02-13', 'exit')).thenRefused({ code: 'guarantee-missing' });
      after(
        ...posted,
        story.assess('2016-02-06', [guarantee], false),
        story.assess('2016-02-07', [guarantee]),
      )
        .when(story.announce('2016-02-13', 'exit'))
        .thenState((s) => expect(s.status).toBe('exited'));
    },
  );

  it('TGT-13 REG-10 shows safe water and does not make it a gate', () => {
    const water = (holds: boolean) =>
      live(
        ...registered,
        ...story.ready('2016-02'),
        story.assess('2016-02-01', [Guarantee.SAFE_WATER], holds),
        ...story.exit('2016-02'),
      ).events.at(-1)?.event;
    expect(water(false)).toMatchObject({ case: 'householdExited', value: { safeWater: false } });
    expect(water(true)).toMatchObject({ case: 'householdExited', value: { safeWater: true } });
  });

  it('REG-09 takes the latest survey of the exit year, not the one before', () => {
    const lastYear = { ...story.survey('2016-01-23', LINE_2016 * 2n, 2015) };
    after(...registered, lastYear, story.assess('2016-02-01'), ...upToNotice('2016-02'))
      .when(story.notice('2016-02-05', 'exit'))
      .thenRefused({ code: 'income-survey-missing', ruleId: 'REG-09' });
    after(
      ...registered,
      ...story.ready('2016-02'),
      story.survey('2016-02-02', LINE_2016),
      ...upToNotice('2016-02'),
    )
      .when(story.notice('2016-02-05', 'exit'))
      .thenRefused({ code: 'income-not-above-line' });
  });

  it('REG-01 does not believe a guarantee without evidence, wherever it comes from', () => {
    const { events } = live(...registered, ...story.ready('2016-02'), ...upToNotice('2016-02'));
    const bare = create(GuaranteesAssessedSchema, { findings: [{ guarantee: Guarantee.FOOD, holds: true }] });
    given(householdDecider, ...events, {
      event: { case: 'guaranteesAssessed', value: bare },
      occurredOn: '2016-02-04',
    })
      .when(story.notice('2016-02-05', 'exit'))
      .thenRefused({ code: 'guarantee-missing', field: 'food', ruleId: 'REG-01' });
  });

  it('REG-09 of two surveys of one day takes the one recorded later', () => {
    const twice = (first: bigint, second: bigint) =>
      after(
        ...registered,
        story.survey('2016-02-01', first),
        story.survey('2016-02-01', second),
        story.assess('2016-02-01'),
        ...upToNotice('2016-02'),
      ).when(story.notice('2016-02-05', 'exit'));
    twice(LINE_2016 + 1n, LINE_2016).thenRefused({ code: 'income-not-above-line' });
    twice(LINE_2016, LINE_2016 + 1n).thenState(() => undefined);
  });

  it('REG-09 does not look at a survey or a finding dated after the decision', () => {
    const later = [story.survey('2016-02-20', LINE_2016 + 1n), story.assess('2016-02-20')];
    const state = after(...registered, ...later, ...upToNotice('2016-02'));
    state
      .when(story.notice('2016-02-19', 'exit'))
      .thenRefused({ code: 'income-survey-missing' }, { code: 'guarantee-missing' });
    state.when(story.notice('2016-02-20', 'exit')).thenState(() => undefined);
  });

  it('REG-19 refuses an exit in a year without a poverty line', () => {
    const at = story.on('2017-02-05', { today: '2017-02-05' });
    after(...registered, ...story.ready('2016-02'), ...upToNotice('2016-02'))
      .when({ ...story.notice('2016-02-05', 'exit'), ...at })
      .thenRefused({ code: 'poverty-line-unknown', ruleId: 'REG-19' });
  });

  it.each([
    ['below the dibao line', 399_999n, true],
    ['at the dibao line', 400_000n, false],
  ])('REG-23 an income %s exits; dibao continues: %s %s', (_name, income, continues) => {
    const { events } = live(...registered, ...story.ready('2016-02', income), ...story.exit('2016-02'));
    const last = events.at(-1);
    expect(last?.event).toMatchObject({ case: 'householdExited', value: { dibaoContinues: continues } });
    expect(last?.ruleIds?.includes('REG-23')).toBe(continues);
  });

  it('REG-13 REG-25 keeps the policies to the end of the campaign', () => {
    expect(live(...exited).events.at(-1)?.event.value).toMatchObject({ policiesRetainedUntil: '2020-12-31' });
  });

  it('REG-20 refuses every step of the exit but the next one', () => {
    const steps = story.exit('2016-02');
    for (let done = 0; done < steps.length; done += 1) {
      const state = after(...registered, ...story.ready('2016-02'), ...steps.slice(0, done));
      steps.forEach((step, index) => {
        if (index === done) return;
        state
          .when({ ...step, ...story.on('2016-02-28') })
          .thenRefused({ code: 'step-out-of-order', ruleId: 'REG-20' });
      });
    }
  });

  it('REG-20 refuses the announcement on the last day of the notice and accepts it the day after', () => {
    const state = after(...registered, ...story.ready('2016-02'), ...story.exit('2016-02').slice(0, 4));
    state
      .when(story.announce('2016-02-12', 'exit'))
      .thenRefused({ code: 'notice-still-running', ruleId: 'REG-20' });
    state.when(story.announce('2016-02-13', 'exit')).thenState((s) => expect(s.status).toBe('exited'));
  });

  it('REG-20 an exit that is turned down leaves the household poor and may start again', () => {
    const { events, state } = live(...registered, story.review('2016-02-02', 'exit', 3));
    expect(events.at(-1)?.event).toMatchObject({
      case: 'procedureTurnedDown',
      value: { procedure: Procedure.EXIT, reason: TurnDownReason.REVIEW_REJECTED },
    });
    expect(state).toMatchObject({ status: 'stillPoor', progress: undefined });
    given(householdDecider, ...events)
      .when(story.review('2016-03-02', 'exit'))
      .thenState(() => undefined);
  });

  it('TGT-14 marks a household for this year or the next, once', () => {
    const plan = (year: number): HouseholdCommand => ({ type: 'planExit', ...story.on('2016-02-01'), year });
    const state = after(...registered);
    state.when(plan(2015)).thenRefused({ code: 'plan-year-out-of-range' });
    state.when(plan(2018)).thenRefused({ code: 'plan-year-out-of-range' });
    state
      .when(plan(2017))
      .thenState((s) => expect(s).toMatchObject({ status: 'stillPoor', plannedExitYear: 2017 }));
    state.when(plan(2016)).when(plan(2016)).thenRefused({ code: 'already-planned' });
    after(story.apply('2016-01-01')).when(plan(2016)).thenRefused({ code: 'wrong-status' });
  });

  it('REG-21 TGT-14 TGT-17 names the paths of the five batches, at once or by planning the year again', () => {
    const plan = (...paths: ExitPath[]): HouseholdCommand => ({
      type: 'planExit',
      ...story.on('2016-02-01'),
      year: 2016,
      paths,
    });
    const state = after(...registered);
    state.when(plan()).then({
      occurredOn: '2016-02-01',
      ruleIds: ['REG-09', 'TGT-14'],
      event: { case: 'exitPlanned', value: create(ExitPlannedSchema, { year: 2016 }) },
    });
    state.when(plan(ExitPath.EDUCATION, ExitPath.PRODUCTION, ExitPath.EDUCATION)).then({
      occurredOn: '2016-02-01',
      ruleIds: ['REG-09', 'REG-21', 'TGT-14', 'TGT-17'],
      event: {
        case: 'exitPlanned',
        value: create(ExitPlannedSchema, { year: 2016, paths: [ExitPath.PRODUCTION, ExitPath.EDUCATION] }),
      },
    });
    state
      .when(plan())
      .when(plan(ExitPath.EDUCATION))
      .thenState((s) => expect(s).toMatchObject({ plannedExitPaths: [ExitPath.EDUCATION] }));
    state
      .when(plan(ExitPath.PRODUCTION, ExitPath.EDUCATION))
      .when(plan(ExitPath.EDUCATION, ExitPath.PRODUCTION))
      .thenRefused({ code: 'already-planned' });
  });
});

describe('after the exit', () => {
  it('REG-07 REG-08 REG-24 tracks an exited household from the day of its exit, and no other', () => {
    const state = after(...exited);
    state.when(story.visit('2016-02-12')).thenRefused({ code: 'before-exit', ruleId: 'REG-07' });
    state.when(story.visit('2016-02-13')).thenState((s) => expect(s.status).toBe('exited'));
    after(...registered)
      .when(story.visit('2016-02-13'))
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-07' });
  });

  it('REG-03 REG-04 REG-20 returns a relapsed household by the full chain, with the cause', () => {
    const { events, state } = live(...exited, ...story.returning('2016-03'));
    expect(events.at(-1)).toMatchObject({
      ruleIds: ['REG-03', 'REG-04', 'REG-05', 'REG-06', 'REG-20'],
      event: { case: 'householdReturned', value: { causes: { main: { code: '04' } }, persons: 3 } },
    });
    expect(state).toMatchObject({
      status: 'stillPoor',
      returnedOn: '2016-03-22',
      registeredOn: '2016-01-22',
    });
    given(householdDecider, ...events)
      .when(story.survey('2016-04-01', LINE_2016 + 5n))
      .when(story.review('2016-04-02', 'exit'))
      .thenState((s) => expect(s).toMatchObject({ progress: { procedure: 'exit' } }));
  });

  it('REG-20 leaves it exited while the chain runs and when it is turned down', () => {
    const reported = live(...exited, story.relapse('2016-03-01'));
    expect(reported.state.status).toBe('exited');
    const down = live(...exited, story.relapse('2016-03-01'), story.review('2016-03-02', 'return', 0));
    expect(down.state).toMatchObject({ status: 'exited', progress: undefined });
    given(householdDecider, ...down.events)
      .when(story.relapse('2016-04-01'))
      .thenState(() => undefined);
  });

  it('REG-03 refuses a relapse report of a household that has not exited, or a second one', () => {
    after(...registered)
      .when(story.relapse('2016-03-01'))
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-03' });
    after(...exited, story.relapse('2016-03-01'))
      .when(story.relapse('2016-03-02'))
      .thenRefused({ code: 'relapse-already-reported', ruleId: 'REG-20' });
  });
});
