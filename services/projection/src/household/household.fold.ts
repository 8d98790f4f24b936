import type { CodedValue, HouseholdRegistered, PovertyCauses, Repair } from '@fupin/contracts';
import { EntryKind, HouseholdKind, Procedure as ProcedurePb, repairOf } from '@fupin/contracts';
import type { Handlers, PastEvent } from '../event.js';
import { handleWith } from '../event.js';
import { mainCause, versionOf } from '../roll-up/facts.js';
import type { History } from '../roll-up/history.js';
import { NO_CAUSE } from '../roll-up/history.js';
import type { Household, HouseholdStatus, Procedure } from './household.js';
import { GUARANTEES, newHousehold, PROCEDURES } from './household.js';

/** One step of a procedure that changes nothing else of the current state. */
const step = (event: { procedure: ProcedurePb }, household: Household, record: PastEvent) =>
  onStep(household, record, PROCEDURES[event.procedure - 1] ?? null);

/** What each event changes in the current state, besides what follows from the history (`takeHistory`). */
const handlers = {
  applicationFiled: (event, household, record) => {
    onStep(household, record, 'identification');
    household.entryKind = ENTRY_KINDS[event.entryKind];
    household.persons = event.members.length;
    // A form filled in afresh: what was known before has no say against it.
    household.householdKindOn = household.causesOn = null;
    takeKind(household, event.householdKind, record);
    takeCauses(household, event.causes, record);
    if (household.status === 'turnedDown' || household.status === 'removed')
      setStatus(household, 'applicant', record);
  },
  democraticReviewHeld: step,
  verificationCompleted: step,
  dataComparisonCompleted: step,
  publicNoticePosted: step,
  objectionRaised: step,
  objectionResolved: step,
  townshipReviewCompleted: step,
  countyReviewCompleted: step,
  announcementPublished: step,
  procedureTurnedDown: (event, household, record) => {
    onStep(household, record, null);
    if (event.procedure === ProcedurePb.IDENTIFICATION && household.status === 'applicant')
      setStatus(household, 'turnedDown', record);
  },
  householdRegistered: (event, household, record) => {
    onStep(household, record, null);
    household.householdNo = event.householdNo;
    household.entryKind = ENTRY_KINDS[event.entryKind];
    carryOn(household, event, record);
    household.exitPlannedFor = null;
    endPolicies(household);
  },
  povertyCausesRecorded: (event, household, record) => takeCauses(household, event.causes, record),
  incomeSurveyed: (event, household, { occurredOn }) => {
    if (household.income && household.income.year > event.year) return;
    household.income = {
      year: event.year,
      netFen: String(event.netIncomeFen),
      perCapitaFen: String(event.perCapitaNetIncomeFen),
      on: occurredOn,
    };
  },
  guaranteesAssessed: (event, household, { occurredOn: on }) => {
    for (const { guarantee, holds } of event.findings) {
      const name = GUARANTEES[guarantee - 1];
      const known = name && household.guarantees[name];
      if (name && !(known && known.on > on)) household.guarantees[name] = { holds, on };
    }
  },
  livingConditionsRecorded: 'ignored',
  exitPlanned: (event, household, record) => {
    onStep(household, record, 'exit');
    household.exitPlannedFor = event.year;
  },
  acknowledgementSigned: (_event, household, record) => onStep(household, record, 'exit'),
  householdExited: (event, household, record) => {
    onStep(household, record, null);
    household.exitPlannedFor = null;
    household.dibaoContinues = event.dibaoContinues;
    household.policiesRetainedUntil = event.policiesRetainedUntil || null;
    household.policyEndedOn = null;
  },
  monitoringVisitRecorded: (_event, household, { occurredOn }) => {
    if (!household.monitoredOn || household.monitoredOn < occurredOn) household.monitoredOn = occurredOn;
  },
  relapseReported: (_event, household, record) => onStep(household, record, 'return'),
  householdReturned: (event, household, record) => {
    onStep(household, record, null);
    takeCauses(household, event.causes, record);
    endPolicies(household);
  },
  memberAdded: (_event, household) => void (household.persons += 1),
  memberLeft: (_event, household) => void (household.persons -= 1),
  memberChanged: 'ignored',
  householdKindChanged: (event, household, record) => takeKind(household, event.householdKind, record),
  householdMoved: (event, household) => void (household.village = event.toRegion),
  householdSplit: (event, household) => void (household.persons -= event.personIds.length),
  householdSplitOff: (event, household, record) => {
    const { standing } = event;
    household.householdNo = event.householdNo;
    household.entryKind = ENTRY_KINDS[event.entryKind];
    household.persons = event.members.length;
    takeKind(household, event.householdKind, record);
    takeCauses(household, event.causes, record);
    household.splitFrom = event.fromHouseholdId;
    household.standing = {
      registeredOn: standing?.registeredOn || null,
      exitedOn: standing?.exitedOn || null,
      returnedOn: standing?.returnedOn || null,
    };
    household.policiesRetainedUntil = standing?.policiesRetainedUntil || null;
    household.policyEndedOn = standing?.policyEndedOn || null;
    household.dibaoContinues = standing?.dibaoContinues ?? false;
    household.exitPlannedFor = standing?.plannedExitYear || null;
  },
  householdMerged: (event, household) => void (household.persons += event.members.length),
  householdMergedAway: (event, household, record) => {
    leave(household, record, 'mergedAway');
    household.mergedInto = event.intoHouseholdId;
  },
  householdExtinguished: (_event, household, record) => leave(household, record, 'extinguished'),
  removalProposed: (_event, household, record) => onStep(household, record, 'removal'),
  ineligibleRemoved: (_event, household, record) => leave(household, record, 'removed'),
  exitReversed: (event, household, record) => {
    onStep(household, record, null);
    endPolicies(household);
    // The exit may be the one it brought from the household it was split off.
    if (household.standing && versionOf(event.exitEventId) === 1)
      household.standing = { ...household.standing, exitedOn: null };
  },
  policyRetained: (event, household) => {
    household.policiesRetainedUntil = event.until;
    household.policyEndedOn = null;
  },
  policyEnded: (_event, household, { occurredOn }) => void (household.policyEndedOn = occurredOn),
  // A correction is no happening of its own: the household is folded anew with what it puts right (see `refold`).
  eventCorrected: 'ignored',
  personCorrected: 'ignored',
  registerFindingRaised: (_event, household) => void (household.openFindings += 1),
  registerFindingClosed: (_event, household) => void (household.openFindings -= 1),
  documentFiled: 'ignored',
} satisfies Handlers<[household: Household, record: PastEvent], void>;

/** Changes the household by one event of its stream. */
export function applyToHousehold(household: Household, record: PastEvent): void {
  handleWith(handlers, record.event, household, record);
  if (record.envelope.backdated) household.backdated += 1;
  household.version = record.version;
  if (record.occurredOn > household.lastEventOn) household.lastEventOn = record.occurredOn;
}

/**
 * The household after all events of its stream, each as it counts now: corrected ones hold what their last correction put in
 * their place. `takeHistory` must follow.
 */
export function refold(records: readonly [PastEvent, ...PastEvent[]]): Household {
  const repairs = new Map<number, Repair>();
  const annulled = new Set<number>();
  for (const { event } of records) {
    if (event.case !== 'eventCorrected') continue;
    const version = versionOf(event.value.correctedEventId);
    const repair = repairOf(event.value);
    if (event.value.annulled) annulled.add(version);
    else if (repair) annulled.delete(version);
    if (repair) repairs.set(version, repair);
  }
  const [first] = records;
  const on = repairs.get(first.version)?.occurredOn ?? first.occurredOn;
  const household = newHousehold(first.streamId, first.region, on);
  for (const record of records) {
    if (annulled.has(record.version)) continue;
    const { event, occurredOn } = repairs.get(record.version) ?? record;
    applyToHousehold(household, { ...record, event, occurredOn });
  }
  return household;
}

/** Takes from the history what follows from it: status, village, persons, main cause and the dates of the changes. */
export function takeHistory(household: Household, history: History): void {
  const now = history.segments.at(-1);
  if (!now) return;
  let since = now.from;
  for (const segment of history.segments.toReversed()) {
    if (segment.status !== now.status) break;
    since = segment.from;
  }
  const lastOf = (...flows: readonly string[]) =>
    history.flows.findLast((f) => flows.includes(f.flow))?.on ?? null;
  household.registeredOn =
    lastOf('identified', 'newlyPoor', 'missed') ?? household.standing?.registeredOn ?? null;
  household.exitedOn = lastOf('exits') ?? household.standing?.exitedOn ?? null;
  household.returnedOn = lastOf('returns') ?? household.standing?.returnedOn ?? null;
  if (now.status !== 'outside') household.status = now.status;
  else if (APPLYING.has(household.status))
    return; // It has left and applied again, which is no part of the history.
  else if (!LEFT.has(household.status)) household.status = now.left ?? household.status;
  if (now.status !== 'outside' || household.status === now.left) household.statusSince = since;
  household.village = now.village;
  household.persons = now.persons;
  household.mainCause = now.cause === NO_CAUSE ? null : now.cause;
}

const APPLYING: ReadonlySet<HouseholdStatus> = new Set(['applicant', 'turnedDown']);
const LEFT: ReadonlySet<HouseholdStatus> = new Set(['removed', 'extinguished', 'mergedAway']);

function leave(household: Household, record: PastEvent, status: HouseholdStatus): void {
  onStep(household, record, null);
  endPolicies(household);
  household.exitPlannedFor = null;
  household.persons = 0;
  setStatus(household, status, record);
}

function endPolicies(household: Household): void {
  household.policiesRetainedUntil = null;
  household.policyEndedOn = null;
  household.dibaoContinues = false;
}

function onStep(household: Household, record: PastEvent, procedure: Procedure | null): void {
  household.procedure = procedure;
  household.step = procedure && record.event.case;
  household.stepOn = procedure && record.occurredOn;
}

function setStatus(household: Household, status: HouseholdStatus, { occurredOn }: PastEvent): void {
  household.status = status;
  household.statusSince = occurredOn;
}

/** The kind as stated on a day, unless that of a later day is known. */
function takeKind(household: Household, kind: HouseholdKind, { occurredOn }: PastEvent): void {
  if (household.householdKindOn && household.householdKindOn > occurredOn) return;
  household.householdKind = HOUSEHOLD_KINDS[kind];
  household.householdKindOn = occurredOn;
}

/** The causes as stated on a day, unless those of a later day are known. */
function takeCauses(
  household: Household,
  causes: PovertyCauses | undefined,
  { occurredOn }: PastEvent,
): void {
  if (household.causesOn && household.causesOn > occurredOn) return;
  setCauses(household, causes);
  household.causesOn = occurredOn;
}

function setCauses(household: Household, causes: PovertyCauses | undefined): void {
  const main = mainCause(causes);
  household.mainCause = main === NO_CAUSE ? null : main;
  household.otherCauses = codes(causes?.others);
}

/**
 * A registration states what its application had come to: it counts unless something newer is known, and is itself no newer
 * than what it was taken from, so that a fact of the days between which is recorded afterwards still counts.
 */
function carryOn(
  household: Household,
  { householdKind, causes }: Pick<HouseholdRegistered, 'householdKind' | 'causes'>,
  { occurredOn: on }: PastEvent,
): void {
  if (!(household.householdKindOn && household.householdKindOn > on))
    household.householdKind = HOUSEHOLD_KINDS[householdKind];
  if (!(household.causesOn && household.causesOn > on)) setCauses(household, causes);
  household.householdKindOn ??= on;
  household.causesOn ??= on;
}

const codes = (values: readonly CodedValue[] | undefined) => (values ?? []).map((v) => v.code);

const ENTRY_KINDS: Record<EntryKind, string | null> = {
  [EntryKind.UNSPECIFIED]: null,
  [EntryKind.IDENTIFIED]: 'identified',
  [EntryKind.NEWLY_POOR]: 'newlyPoor',
  [EntryKind.MISSED]: 'missed',
  [EntryKind.RELAPSED]: 'relapsed',
};
const HOUSEHOLD_KINDS: Record<HouseholdKind, string | null> = {
  [HouseholdKind.UNSPECIFIED]: null,
  [HouseholdKind.ORDINARY]: 'ordinary',
  [HouseholdKind.DIBAO]: 'dibao',
  [HouseholdKind.TEKUN]: 'tekun',
};
