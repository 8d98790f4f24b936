import type { CodedValue, EntryKind, PovertyCauses } from '@fupin/contracts';
import { EntryKind as Kind } from '@fupin/contracts';
import type { Handlers, HouseholdRecord } from '../event.js';
import { handleWith } from '../event.js';
import type { Fact } from './history.js';
import { NO_CAUSE, withFact } from './history.js';

type Facts = readonly Fact[];

/**
 * What each event changes in a household's facts. Most change nothing that is counted. A correction will be a handler
 * that replaces the fact of the event it names instead of adding one: the history and every figure follow by themselves.
 */
const handlers = {
  householdRegistered: (event, facts, { occurredOn: on, version, region: village }) =>
    withFact(facts, {
      kind: 'entered',
      on,
      version,
      village,
      persons: event.members.length,
      cause: mainCause(event.causes),
      flow: entryFlow(event.entryKind),
    }),
  povertyCausesRecorded: (event, facts, { occurredOn: on, version }) =>
    withFact(facts, { kind: 'cause', on, version, cause: mainCause(event.causes) }),
  householdExited: (event, facts, { occurredOn: on, version }) =>
    withFact(facts, { kind: 'exited', on, version, persons: event.persons }),
  householdReturned: (event, facts, { occurredOn: on, version }) =>
    withFact(facts, {
      kind: 'returned',
      on,
      version,
      persons: event.persons,
      cause: mainCause(event.causes),
    }),

  applicationFiled: 'ignored',
  democraticReviewHeld: 'ignored',
  verificationCompleted: 'ignored',
  dataComparisonCompleted: 'ignored',
  publicNoticePosted: 'ignored',
  objectionRaised: 'ignored',
  objectionResolved: 'ignored',
  townshipReviewCompleted: 'ignored',
  countyReviewCompleted: 'ignored',
  announcementPublished: 'ignored',
  procedureTurnedDown: 'ignored',
  incomeSurveyed: 'ignored',
  guaranteesAssessed: 'ignored',
  livingConditionsRecorded: 'ignored',
  exitPlanned: 'ignored',
  acknowledgementSigned: 'ignored',
  monitoringVisitRecorded: 'ignored',
  relapseReported: 'ignored',
  memberAdded: 'ignored',
  memberLeft: 'ignored',
  memberChanged: 'ignored',
  householdKindChanged: 'ignored',
  householdMoved: 'ignored',
  householdSplit: 'ignored',
  householdSplitOff: 'ignored',
  householdMerged: 'ignored',
  householdMergedAway: 'ignored',
  householdExtinguished: 'ignored',
  removalProposed: 'ignored',
  ineligibleRemoved: 'ignored',
  exitReversed: 'ignored',
  policyRetained: 'ignored',
  policyEnded: 'ignored',
  eventCorrected: 'ignored',
  personCorrected: 'ignored',
  registerFindingRaised: 'ignored',
  registerFindingClosed: 'ignored',
  documentFiled: 'ignored',
} satisfies Handlers<[facts: Facts, record: HouseholdRecord], Facts>;

/** Whether an event bears on how the household is counted; the others never touch its history. */
export const isCounted = (record: HouseholdRecord): boolean => handlers[record.event.case] !== 'ignored';

/** The facts after one event. */
export const applyToFacts = (facts: Facts, record: HouseholdRecord): Facts =>
  handleWith(handlers, record.event, facts, record) ?? facts;

/** Code of the main cause in the register's own list (annex D), `-` when none was recorded. */
export function mainCause(causes: PovertyCauses | undefined): string {
  return codeOf(causes?.main) ?? NO_CAUSE;
}

const codeOf = (value: CodedValue | undefined) => value?.code || undefined;

function entryFlow(kind: EntryKind): 'identified' | 'newlyPoor' | 'missed' {
  switch (kind) {
    case Kind.NEWLY_POOR:
      return 'newlyPoor';
    case Kind.MISSED:
      return 'missed';
    case Kind.IDENTIFIED:
      return 'identified';
    // A relapse comes as HouseholdReturned, never as a registration; to count it silently as another kind would be wrong.
    case Kind.RELAPSED:
    case Kind.UNSPECIFIED:
      throw new Error(`A registration cannot have the entry kind ${Kind[kind]}`);
  }
}
