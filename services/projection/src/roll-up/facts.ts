import type { CodedValue, PovertyCauses } from '@fupin/contracts';
import { EntryKind as Kind, RegisterStatus, repairOf } from '@fupin/contracts';
import type { EntryKind, EventCorrected } from '@fupin/contracts';
import type { Handlers, PastEvent } from '../event.js';
import { handleWith } from '../event.js';
import type { Fact, Leaving } from './history.js';
import { NO_CAUSE, withFact } from './history.js';

type Facts = readonly Fact[];
type At = Pick<PastEvent, 'version' | 'occurredOn' | 'region'>;

/** What each event changes in a household's facts. Most change nothing that is counted. */
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
  householdSplitOff: (event, facts, { occurredOn: on, version, region: village }) => {
    const exited = event.standing?.status === RegisterStatus.EXITED;
    return withFact(facts, {
      kind: 'splitOff',
      on,
      version,
      village,
      persons: event.members.length,
      cause: mainCause(event.causes),
      exited,
      returned: Boolean(event.standing?.returnedOn),
      policyEnded: exited && Boolean(event.standing?.policyEndedOn),
    });
  },
  povertyCausesRecorded: (event, facts, { occurredOn: on, version }) =>
    withFact(facts, { kind: 'cause', on, version, cause: mainCause(event.causes) }),
  householdExited: (_event, facts, { occurredOn: on, version }) =>
    withFact(facts, { kind: 'exited', on, version }),
  householdReturned: (event, facts, { occurredOn: on, version }) =>
    withFact(facts, { kind: 'returned', on, version, cause: mainCause(event.causes) }),
  exitReversed: (event, facts, { occurredOn: on, version }) =>
    withFact(facts, { kind: 'reversed', on, version, exit: versionOf(event.exitEventId) }),
  policyRetained: (_event, facts, { occurredOn: on, version }) =>
    withFact(facts, { kind: 'policy', on, version, ended: false }),
  policyEnded: (_event, facts, { occurredOn: on, version }) =>
    withFact(facts, { kind: 'policy', on, version, ended: true }),
  memberAdded: (_event, facts, at) => members(facts, at, 1, 'natural'),
  memberLeft: (_event, facts, at) => members(facts, at, -1, 'natural'),
  householdSplit: (event, facts, at) => members(facts, at, -event.personIds.length, 'split'),
  householdMerged: (event, facts, at) => members(facts, at, event.members.length, 'merge'),
  householdMoved: (event, facts, { occurredOn: on, version }) =>
    withFact(facts, { kind: 'moved', on, version, to: event.toRegion }),
  householdMergedAway: (_event, facts, at) => left(facts, at, 'mergedAway'),
  householdExtinguished: (_event, facts, at) => left(facts, at, 'extinguished'),
  ineligibleRemoved: (_event, facts, at) => left(facts, at, 'removed'),
  eventCorrected: (event, facts, at) => corrected(facts, event, at),

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
  memberChanged: 'ignored',
  householdKindChanged: 'ignored',
  removalProposed: 'ignored',
  personCorrected: 'ignored',
  registerFindingRaised: 'ignored',
  registerFindingClosed: 'ignored',
  documentFiled: 'ignored',
} satisfies Handlers<[facts: Facts, at: At], Facts>;

/** Whether an event bears on how the household is counted; the others never touch its history. */
export function isCounted({ event }: Pick<PastEvent, 'event'>): boolean {
  if (event.case !== 'eventCorrected') return handlers[event.case] !== 'ignored';
  if (event.value.annulled) return true;
  const repair = repairOf(event.value);
  return repair !== undefined && handlers[repair.event.case] !== 'ignored';
}

/** The facts after one event. */
export const applyToFacts = (facts: Facts, record: PastEvent): Facts =>
  handleWith(handlers, record.event, facts, record) ?? facts;

/**
 * The fact of the event that a correction names is replaced by one made from the right event at its right date; an
 * annulled one is taken out; of several corrections the last one stands. The history and every figure follow by themselves.
 */
function corrected(facts: Facts, event: EventCorrected, at: At): Facts {
  if (event.annulled) {
    const annulled = versionOf(event.correctedEventId);
    return facts.filter((fact) => fact.version !== annulled);
  }
  const repair = repairOf(event);
  if (!repair) return facts;
  const version = versionOf(repair.eventId);
  const mistaken = facts.find((fact) => fact.version === version);
  // An entry stays in its village: where a household was registered is in the envelope, which no correction changes.
  const region = mistaken?.kind === 'entered' ? mistaken.village : at.region;
  return (
    handleWith(handlers, repair.event, facts, { version, occurredOn: repair.occurredOn, region }) ?? facts
  );
}

const members = (facts: Facts, at: At, by: number, why: 'natural' | 'split' | 'merge') =>
  withFact(facts, { kind: 'members', on: at.occurredOn, version: at.version, by, why });

const left = (facts: Facts, at: At, flow: Leaving) =>
  withFact(facts, { kind: 'left', on: at.occurredOn, version: at.version, flow });

/** The version in an event id, `<stream id>:<version>`. Throws when it is none. */
export function versionOf(eventId: string): number {
  const version = Number(eventId.slice(eventId.lastIndexOf(':') + 1));
  if (!Number.isInteger(version) || version < 1) throw new Error(`'${eventId}' is not the id of an event`);
  return version;
}

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
