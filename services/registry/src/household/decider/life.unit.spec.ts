import fc from 'fast-check';
import { LeaveReason, NoticeLevel } from '@fupin/contracts';
import { addDays } from '@fupin/domain';
import { loadPolicy } from '@fupin/policy';
import { registryPolicy } from '@fupin/policy/registry';
import type { NewEvent } from '@fupin/event-sourcing/decider';
import * as change from '../../../test/change-story.js';
import * as story from '../../../test/household-story.js';
import type { Event } from './basis.js';
import type { HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';
import { isHead } from './identification.js';
import { isLiving } from './membership.js';
import { CHAINS, type ProcedureName } from './procedure.js';
import type { HouseholdState, HouseholdStatus } from './state.js';

// Whatever is sent to a household in whatever order, its life stays one the policy allows.

const procedure = fc.constantFrom<ProcedureName>('identification', 'exit', 'return', 'removal');
const yes = fc.oneof(
  { weight: 9, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
);

/** Any command; its date is set when it is its turn. */
const anyCommand: fc.Arbitrary<HouseholdCommand> = fc.oneof(
  fc.constant(story.apply('2016-01-01')),
  fc.tuple(procedure, yes).map(([p, ok]) => story.review('2016-01-01', p, ok ? 20 : 3)),
  fc.tuple(procedure, yes).map(([p, ok]) => story.verify('2016-01-01', p, ok)),
  fc.tuple(procedure, yes).map(([p, ok]) => story.compare('2016-01-01', p, ...(ok ? [] : [1]))),
  fc
    .tuple(procedure, fc.constantFrom(NoticeLevel.VILLAGE, NoticeLevel.TOWNSHIP))
    .map(([p, level]) => story.notice('2016-01-01', p, level)),
  procedure.map((p) => story.objection('2016-01-01', p)),
  fc.tuple(procedure, yes).map(([p, ok]) => story.resolution('2016-01-01', p, !ok)),
  fc.tuple(procedure, yes).map(([p, ok]) => story.township('2016-01-01', p, ok)),
  fc.tuple(procedure, yes).map(([p, ok]) => story.county('2016-01-01', p, ok)),
  procedure.map((p) => story.announce('2016-01-01', p)),
  fc.constant(story.acknowledge('2016-01-01')),
  fc.constant(story.relapse('2016-01-01')),
  fc.constant(story.visit('2016-01-01')),
  fc.constant(story.proposeRemoval('2016-01-01')),
  fc.constant(story.retainPolicy('2016-01-01', '2022-12-31')),
  fc.constant(story.endPolicy('2016-01-01')),
  fc
    .constantFrom('child', 'spouse', 'head', 'bride')
    .chain((personId) =>
      fc
        .constantFrom(LeaveReason.DEATH, LeaveReason.PRISON)
        .map((reason) => change.leaves('2016-01-01', personId, reason)),
    ),
  fc.constant(change.joins('2016-01-01')),
  fc
    .constantFrom('child', 'spouse', 'bride')
    .map((personId) => change.comesBack('2016-01-01', personId, '99')),
  fc.nat(12).map((monthsWorked) => change.changes('2016-01-01', 'child', { monthsWorked })),
  fc.constantFrom(1, 2, 3).map((kind) => change.kind('2016-01-01', kind)),
  fc.constantFrom(change.NEIGHBOUR, change.VILLAGE).map((village) => change.moves('2016-01-01', village)),
  fc.bigInt(story.LINE_2016 - 2n, story.LINE_2016 + 2n).map((income) => story.survey('2016-01-01', income)),
  yes.map((holds) => story.assess('2016-01-01', story.BINDING, holds)),
);

/** Commands that often do the right thing next, so that lives get far, and often do not. */
const life = fc.array(
  fc.record({
    command: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anyCommand }),
    wait: fc.constantFrom(0, 0, 1, 3, 9),
    against: fc.nat(60),
  }),
  { minLength: 30, maxLength: 120, size: 'max' },
);

const ALLOWED: Readonly<Record<HouseholdStatus, readonly HouseholdStatus[]>> = {
  none: ['none', 'applicant'],
  applicant: ['applicant', 'turnedDown', 'stillPoor', 'extinguished'],
  turnedDown: ['turnedDown', 'applicant', 'extinguished'],
  stillPoor: ['stillPoor', 'exited', 'removed', 'extinguished'],
  exited: ['exited', 'stillPoor', 'removed', 'extinguished'],
  removed: ['removed', 'applicant', 'extinguished'],
  extinguished: ['extinguished'],
  mergedAway: ['mergedAway'],
};

/** The step that comes next in the household's procedure, as a command; one in sixty goes against the household. */
function helpfulCommand(state: HouseholdState, against: boolean): HouseholdCommand {
  const day = '2016-01-01';
  if (state.status === 'none' || state.status === 'turnedDown' || state.status === 'removed') {
    return story.apply(day);
  }
  // One exit in sixty was wrong.
  if (state.status === 'exited' && !state.progress && against)
    return story.reverseExit(day, state.exitEventId);
  if (state.status === 'exited' && !state.progress) return story.relapse(day);
  if (!('progress' in state)) return story.assess(day);
  if (state.status === 'stillPoor' && !state.progress && state.file.surveys.length === 0) {
    return story.survey(day, story.LINE_2016 + 1n);
  }
  if (state.status === 'stillPoor' && state.file.findings.length === 0) return story.assess(day);
  const name = state.progress?.procedure ?? 'exit';
  const open = Object.keys(state.progress?.openObjections ?? {})[0];
  if (open !== undefined) return story.resolution(day, name, false, open);
  const chain = CHAINS[name];
  const next = state.progress ? chain[chain.indexOf(state.progress.lastStep) + 1] : chain[0];
  switch (next) {
    case 'democraticReview':
      return story.review(day, name, against ? 3 : 20);
    case 'verification':
      return story.verify(day, name, !against);
    case 'dataComparison':
      return story.compare(day, name);
    case 'acknowledgement':
      return story.acknowledge(day);
    case 'villageNotice':
      return story.notice(day, name);
    case 'townshipReview':
      return story.township(day, name, !against);
    case 'townshipNotice':
      return story.notice(day, name, NoticeLevel.TOWNSHIP);
    case 'countyReview':
      return story.county(day, name, !against);
    default:
      return story.announce(day, name);
  }
}

/** Steps of the procedures as events, to read a history against the chains. */
const STEP_OF: Partial<Record<Event['case'], string>> = {
  applicationFiled: 'application',
  relapseReported: 'relapseReport',
  removalProposed: 'removalProposal',
  democraticReviewHeld: 'democraticReview',
  verificationCompleted: 'verification',
  dataComparisonCompleted: 'dataComparison',
  acknowledgementSigned: 'acknowledgement',
  townshipReviewCompleted: 'townshipReview',
  countyReviewCompleted: 'countyReview',
  announcementPublished: 'announcement',
};
const stepOf = ({ event }: NewEvent<Event>) =>
  event.case === 'publicNoticePosted'
    ? event.value.level === NoticeLevel.TOWNSHIP
      ? 'townshipNotice'
      : 'villageNotice'
    : STEP_OF[event.case];

/** When the head leaves and others stay, the first of them is the next one. */
function withHeirs(command: HouseholdCommand, state: HouseholdState): HouseholdCommand {
  if (command.type !== 'recordMemberDeparture' || !isLiving(state)) return command;
  const stay = state.file.members.filter(({ personId }) => personId !== command.personId);
  if (stay.some(isHead)) return command;
  const heirs = stay.map(({ personId }, i) => [personId, i === 0 ? '01' : '99'] as const);
  return { ...command, relations: change.relations(Object.fromEntries(heirs)) };
}

function livedThrough(
  story_: readonly { command: HouseholdCommand | null; wait: number; against: number }[],
) {
  let today = '2016-01-01';
  let state = householdDecider.initial;
  const events: NewEvent<Event>[] = [];
  const statuses: HouseholdStatus[] = [state.status];
  for (const { command, wait, against } of story_) {
    const waited = addDays(today, wait);
    if (waited <= story.TODAY) today = waited;
    const chosen = withHeirs(command ?? helpfulCommand(state, against === 0), state);
    const decision = householdDecider.decide({ ...chosen, ...story.on(today), occurredOn: today }, state);
    if (!decision.accepted) continue;
    for (const event of decision.events) {
      events.push(event);
      state = householdDecider.evolve(state, story.recordedAt(event, events.length));
    }
    statuses.push(state.status);
  }
  return { events, statuses, state };
}

describe('any life of a household', () => {
  it('REG-20 never takes a forbidden turn, and every change of status has its full chain behind it', () => {
    const reached = new Set<HouseholdStatus>();
    const decided = new Set<Event['case']>();
    fc.assert(
      fc.property(life, (commands) => {
        const { events, statuses, state } = livedThrough(commands);
        statuses.forEach((status, index) => {
          reached.add(status);
          const before = statuses[index - 1];
          if (before) expect(ALLOWED[before]).toContain(status);
        });
        // One head as long as there is anybody.
        if (isLiving(state)) expect(state.file.members.filter(isHead)).toHaveLength(1);
        // Dates of steps never run backwards.
        const dates = events.map((event) => event.occurredOn);
        expect([...dates].sort()).toEqual(dates);
        let steps: (string | undefined)[] = [];
        for (const event of events) {
          const step = stepOf(event);
          if (event.event.case === 'procedureTurnedDown') steps = [];
          if (step) steps.push(step);
          const chain =
            event.event.case === 'householdRegistered'
              ? CHAINS.identification
              : event.event.case === 'householdExited'
                ? CHAINS.exit
                : event.event.case === 'householdReturned'
                  ? CHAINS.return
                  : event.event.case === 'ineligibleRemoved'
                    ? CHAINS.removal
                    : undefined;
          if (!chain) continue;
          expect(steps).toEqual(chain);
          steps = [];
        }
        // An exit states an income above its line.
        for (const { event } of events) {
          decided.add(event.case);
          if (event.case === 'householdExited') {
            expect(event.value.perCapitaNetIncomeFen).toBeGreaterThan(event.value.povertyLineFen);
          }
        }
        expect(story.stateOf(events)).toEqual(state);
      }),
      { numRuns: 300 },
    );
    // The property means something only if the lives get far.
    expect([...reached]).toEqual(
      expect.arrayContaining(['none', 'applicant', 'turnedDown', 'stillPoor', 'exited', 'removed']),
    );
    expect([...decided]).toEqual(
      expect.arrayContaining([
        'householdExited',
        'householdReturned',
        'objectionResolved',
        'ineligibleRemoved',
        'exitReversed',
        'memberAdded',
        'memberLeft',
        'memberChanged',
        'householdKindChanged',
        'householdMoved',
      ]),
    );
  });

  it('folds any events in any order without falling over', () => {
    const full = story.live(
      ...story.identification('2016-01'),
      ...story.ready('2016-02'),
      ...story.exit('2016-02'),
      story.visit('2016-02-20'),
      ...story.returning('2016-03'),
      story.review('2016-04-02', 'exit', 3),
      change.birth('2016-04-03'),
      change.leaves('2016-04-04', 'child'),
      change.moves('2016-04-05'),
      ...story.removing('2016-05'),
    ).events;
    fc.assert(
      fc.property(fc.shuffledSubarray(full, { minLength: 1 }), (events) => {
        expect(() => story.stateOf(events)).not.toThrow();
      }),
    );
  });
});

it.each(['2014-06-30', '2016-06-30', '2018-06-30', '2026-06-30'])(
  'REG-20 the rule sets of %s name the chains that the decider enforces',
  (day) => {
    for (const region of ['42', '4201', '43']) {
      const policy = registryPolicy(loadPolicy().at(region, day), Number(day.slice(0, 4)));
      expect(policy.identificationSteps).toEqual(CHAINS.identification);
      expect(policy.returnSteps).toEqual(CHAINS.return);
      expect(policy.removalSteps).toEqual(CHAINS.removal);
      expect(policy.exitSteps).toEqual(
        CHAINS.exit.map((step) => (step === 'villageNotice' ? 'publicNotice' : step)),
      );
    }
  },
);
