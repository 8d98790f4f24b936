import type { CodedValue, PovertyCauses } from '@fupin/contracts';
import { EntryKind, HouseholdKind, Procedure as ProcedurePb } from '@fupin/contracts';
import type { Handlers, HouseholdRecord } from '../event.js';
import { handleWith } from '../event.js';
import { mainCause } from '../roll-up/facts.js';
import type { History } from '../roll-up/history.js';
import { NO_CAUSE } from '../roll-up/history.js';
import type { Household, Procedure } from './household.js';
import { GUARANTEES, PROCEDURES } from './household.js';

/** One step of a procedure that changes nothing else of the current state. */
const step = (event: { procedure: ProcedurePb }, household: Household, record: HouseholdRecord) =>
  onStep(household, record, PROCEDURES[event.procedure - 1] ?? null);

/** What each event changes in the current state, besides what follows from the history (`takeHistory`). */
const handlers = {
  applicationFiled: (event, household, record) => {
    onStep(household, record, 'identification');
    household.entryKind = ENTRY_KINDS[event.entryKind];
    household.householdKind = HOUSEHOLD_KINDS[event.householdKind];
    household.persons = event.members.length;
    takeCauses(household, event.causes);
    if (household.status === 'turnedDown') setStatus(household, 'applicant', record);
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
    household.householdKind = HOUSEHOLD_KINDS[event.householdKind];
    household.otherCauses = codes(event.causes?.others);
  },
  povertyCausesRecorded: (event, household) => takeCauses(household, event.causes),
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
  },
  monitoringVisitRecorded: (_event, household, { occurredOn }) => {
    if (!household.monitoredOn || household.monitoredOn < occurredOn) household.monitoredOn = occurredOn;
  },
  relapseReported: (_event, household, record) => onStep(household, record, 'return'),
  householdReturned: (event, household, record) => {
    onStep(household, record, null);
    household.otherCauses = codes(event.causes?.others);
    household.policiesRetainedUntil = null;
  },
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
} satisfies Handlers<[household: Household, record: HouseholdRecord], void>;

/** Changes the household by one event of its stream. */
export function applyToHousehold(household: Household, record: HouseholdRecord): void {
  handleWith(handlers, record.event, household, record);
  if (record.envelope.backdated) household.backdated += 1;
  household.version = record.version;
  household.position = BigInt(record.position);
  if (record.occurredOn > household.lastEventOn) household.lastEventOn = record.occurredOn;
}

/** Takes from the history what follows from it: status, village, persons, main cause and the dates of the changes. */
export function takeHistory(household: Household, history: History): void {
  const now = history.segments.at(-1);
  if (!now || now.status === 'outside') return;
  household.village = now.village;
  household.persons = now.persons;
  household.mainCause = now.cause === NO_CAUSE ? null : now.cause;
  household.status = now.status;
  let since = now.from;
  for (const segment of history.segments.toReversed()) {
    if (segment.status !== now.status) break;
    since = segment.from;
  }
  household.statusSince = since;
  const lastOf = (...flows: readonly string[]) =>
    history.flows.findLast((f) => flows.includes(f.flow))?.on ?? null;
  household.registeredOn = lastOf('identified', 'newlyPoor', 'missed');
  household.exitedOn = lastOf('exits');
  household.returnedOn = lastOf('returns');
}

function onStep(household: Household, record: HouseholdRecord, procedure: Procedure | null): void {
  household.procedure = procedure;
  household.step = procedure && record.event.case;
  household.stepOn = procedure && record.occurredOn;
}

function setStatus(
  household: Household,
  status: 'applicant' | 'turnedDown',
  { occurredOn }: HouseholdRecord,
): void {
  household.status = status;
  household.statusSince = occurredOn;
}

function takeCauses(household: Household, causes: PovertyCauses | undefined): void {
  const main = mainCause(causes);
  household.mainCause = main === NO_CAUSE ? null : main;
  household.otherCauses = codes(causes?.others);
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
