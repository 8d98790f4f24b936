// The words the household's specs are written in: commands with sensible defaults, told in the order of a household's life.
import { create } from '@bufbuild/protobuf';
import {
  CodeSystem,
  CodedValueSchema,
  EntryKind,
  EvidenceSchema,
  EvidenceSource,
  ExitReversalReason,
  Guarantee,
  GuaranteeFindingSchema,
  HouseholdKind,
  InquiryAuthorisationSchema,
  MemberSchema,
  NoticeLevel,
  PovertyCausesSchema,
  RemovalReason,
  Sex,
} from '@fupin/contracts';
import { loadPolicy } from '@fupin/policy';
import { registryPolicy, type RegistryPolicy } from '@fupin/policy/registry';
import type { Event } from '../src/household/decider/basis.js';
import type { Basis, HouseholdCommand } from '../src/household/decider/commands.js';
import { householdDecider } from '../src/household/decider/decider.js';
import type { ProcedureName } from '../src/household/decider/procedure.js';
import { fold, type NewEvent, type RecordedEvent } from '@fupin/event-sourcing/decider';
import type { HouseholdState } from '../src/household/decider/state.js';
import { NOTHING_CLOSED } from '../src/year/closed-years.js';

export const LINE_2016 = 295_200n;
export const TODAY = '2016-12-31';

/** The real rule set of Hubei with lines of its own, so that the specs do not depend on a value somebody sets. */
export const POLICY: RegistryPolicy = {
  ...registryPolicy(loadPolicy().at('42', '2016-06-30'), 2016),
  povertyLineFen: (year: number) => (year === 2015 ? 285_500n : year === 2016 ? LINE_2016 : undefined),
  dibaoLineFen: 400_000n,
};

export const code = (system: CodeSystem, value: string) => create(CodedValueSchema, { system, code: value });
export const causes = (main = '01', ...others: string[]) =>
  create(PovertyCausesSchema, {
    main: code(CodeSystem.REGISTER_CAUSE, main),
    others: others.map((other) => code(CodeSystem.REGISTER_CAUSE, other)),
  });
export const authorisation = (signedOn = '2015-12-20') =>
  create(InquiryAuthorisationSchema, { signedOn, documentId: 'paper-1' });
export const evidence = (datedOn = '2016-01-02') =>
  create(EvidenceSchema, { source: EvidenceSource.HOUSEHOLD_VISIT, datedOn, documentId: 'paper-2' });
export const member = (personId: string, relation = '99') =>
  create(MemberSchema, {
    personId,
    birthYear: 1970,
    sex: Sex.FEMALE,
    relation: code(CodeSystem.REGISTER_RELATION, relation),
  });
export const members = () => [member('head', '01'), member('spouse', '02'), member('child', '04')];

/** The basis of a live command on a date of 2016. */
export const on = (occurredOn: string, rest: Partial<Basis> = {}): Basis => ({
  occurredOn,
  today: occurredOn > TODAY ? TODAY : occurredOn,
  origin: 'live',
  policy: POLICY,
  village: '422823101201',
  closedYears: NOTHING_CLOSED,
  mayChangeClosed: false,
  ...rest,
});

export const apply = (occurredOn: string, entryKind = EntryKind.IDENTIFIED): HouseholdCommand => ({
  type: 'fileApplication',
  ...on(occurredOn),
  entryKind,
  householdKind: HouseholdKind.ORDINARY,
  members: members(),
  causes: causes(),
  authorisation: authorisation(),
});
export const review = (occurredOn: string, procedure: ProcedureName, votesFor = 20): HouseholdCommand => ({
  type: 'holdDemocraticReview',
  ...on(occurredOn),
  procedure,
  participants: 30,
  votesFor,
  votesAgainst: 30 - votesFor,
});
export const verify = (occurredOn: string, procedure: ProcedureName, confirmed = true): HouseholdCommand => ({
  type: 'completeVerification',
  ...on(occurredOn),
  procedure,
  confirmed,
  evidence: evidence(occurredOn),
});
export const compare = (
  occurredOn: string,
  procedure: ProcedureName,
  ...hits: number[]
): HouseholdCommand => ({
  type: 'completeDataComparison',
  ...on(occurredOn),
  procedure,
  hits,
});
export const notice = (
  occurredOn: string,
  procedure: ProcedureName,
  level = NoticeLevel.VILLAGE,
  days?: number,
): HouseholdCommand => ({
  type: 'postPublicNotice',
  ...on(occurredOn),
  procedure,
  level,
  ...(days !== undefined && { days }),
});
export const objection = (
  occurredOn: string,
  procedure: ProcedureName,
  objectionId = 'o-1',
): HouseholdCommand => ({
  type: 'raiseObjection',
  ...on(occurredOn),
  procedure,
  objectionId,
});
export const resolution = (
  occurredOn: string,
  procedure: ProcedureName,
  upheld: boolean,
  objectionId = 'o-1',
): HouseholdCommand => ({ type: 'resolveObjection', ...on(occurredOn), procedure, objectionId, upheld });
export const township = (
  occurredOn: string,
  procedure: ProcedureName,
  approved = true,
): HouseholdCommand => ({
  type: 'completeTownshipReview',
  ...on(occurredOn),
  procedure,
  approved,
});
export const county = (occurredOn: string, procedure: ProcedureName, approved = true): HouseholdCommand => ({
  type: 'completeCountyReview',
  ...on(occurredOn),
  procedure,
  approved,
});
export const announce = (occurredOn: string, procedure: ProcedureName): HouseholdCommand => ({
  type: 'publishAnnouncement',
  ...on(occurredOn),
  procedure,
  ...(procedure === 'identification' && { householdNo: '422823101201-00001' }),
});
export const acknowledge = (occurredOn: string): HouseholdCommand => ({
  type: 'signAcknowledgement',
  ...on(occurredOn),
  documentId: 'paper-3',
});
/** A survey of three persons whose income per head is exactly the given number of fen. */
export const survey = (occurredOn: string, perHeadFen: bigint, year = 2016): HouseholdCommand => ({
  type: 'surveyIncome',
  ...on(occurredOn),
  year,
  wageFen: perHeadFen * 3n,
  businessFen: 0n,
  transferFen: 0n,
  propertyFen: 0n,
  businessCostFen: 0n,
  evidence: evidence(occurredOn),
});
export const BINDING = [
  Guarantee.FOOD,
  Guarantee.CLOTHING,
  Guarantee.COMPULSORY_EDUCATION,
  Guarantee.BASIC_MEDICAL_CARE,
  Guarantee.SAFE_HOUSING,
];
export const assess = (
  occurredOn: string,
  which: readonly Guarantee[] = BINDING,
  holds = true,
): HouseholdCommand => ({
  type: 'assessGuarantees',
  ...on(occurredOn),
  findings: which.map((guarantee) =>
    create(GuaranteeFindingSchema, { guarantee, holds, evidence: evidence(occurredOn) }),
  ),
});
export const relapse = (occurredOn: string, main = '04'): HouseholdCommand => ({
  type: 'reportRelapse',
  ...on(occurredOn),
  causes: causes(main),
  authorisation: authorisation(),
});
export const visit = (occurredOn: string): HouseholdCommand => ({
  type: 'recordMonitoringVisit',
  ...on(occurredOn),
  production: 1,
  living: 2,
});

export const proposeRemoval = (occurredOn: string, reason = RemovalReason.URBAN_HOUSE): HouseholdCommand => ({
  type: 'proposeRemoval',
  ...on(occurredOn),
  reason,
  evidence: evidence(occurredOn),
});
export const reverseExit = (
  occurredOn: string,
  exitEventId: string,
  reason = ExitReversalReason.INCOME,
): HouseholdCommand => ({
  type: 'reverseExit',
  ...on(occurredOn),
  exitEventId,
  reason,
  evidence: evidence(occurredOn),
});
export const retainPolicy = (occurredOn: string, until: string, today = occurredOn): HouseholdCommand => ({
  type: 'retainPolicy',
  ...on(occurredOn, { today }),
  until,
});
export const endPolicy = (occurredOn: string, today = occurredOn): HouseholdCommand => ({
  type: 'endPolicy',
  ...on(occurredOn, { today }),
});

/** The chain after the first step, up to and with the announcement: village notice on day 4, township notice on day 13. */
export const chain = (month: string, procedure: 'identification' | 'return'): HouseholdCommand[] => [
  review(`${month}-02`, procedure),
  verify(`${month}-03`, procedure),
  compare(`${month}-03`, procedure),
  notice(`${month}-04`, procedure),
  township(`${month}-12`, procedure),
  notice(`${month}-13`, procedure, NoticeLevel.TOWNSHIP),
  county(`${month}-21`, procedure),
  announce(`${month}-22`, procedure),
];
export const identification = (month: string) => [apply(`${month}-01`), ...chain(month, 'identification')];
export const returning = (month: string) => [relapse(`${month}-01`), ...chain(month, 'return')];
/** The exit chain: notice on day 5, announcement on day 13. */
export const exit = (month: string): HouseholdCommand[] => [
  review(`${month}-02`, 'exit'),
  verify(`${month}-03`, 'exit'),
  acknowledge(`${month}-04`),
  notice(`${month}-05`, 'exit'),
  announce(`${month}-13`, 'exit'),
];
export const ready = (month: string, perHeadFen = LINE_2016 + 1n) => [
  survey(`${month}-01`, perHeadFen),
  assess(`${month}-01`),
];

/** The removal chain: notice on day 4, announcement on day 14. */
export const removing = (month: string): HouseholdCommand[] => [
  proposeRemoval(`${month}-01`),
  review(`${month}-02`, 'removal'),
  verify(`${month}-03`, 'removal'),
  notice(`${month}-04`, 'removal'),
  township(`${month}-12`, 'removal'),
  county(`${month}-13`, 'removal'),
  announce(`${month}-14`, 'removal'),
];

/** Runs commands that must all be accepted; gives the events, and the state after them. */
export function live(...commands: HouseholdCommand[]): { events: NewEvent<Event>[]; state: HouseholdState } {
  const events: NewEvent<Event>[] = [];
  let state = householdDecider.initial;
  for (const command of commands) {
    const decision = householdDecider.decide(command, state);
    if (!decision.accepted) {
      throw new Error(
        `${command.type} on ${command.occurredOn}: ${decision.reasons.map((r) => r.code).join(', ')}`,
      );
    }
    for (const event of decision.events) {
      events.push(event);
      state = householdDecider.evolve(state, recordedAt(event, events.length));
    }
  }
  return { events, state };
}

export const recordedAt = (event: NewEvent<Event>, version: number): RecordedEvent<Event> => ({
  event: event.event,
  occurredOn: event.occurredOn,
  version,
  id: `stream:${version}`,
});

export const stateOf = (events: readonly NewEvent<Event>[]) =>
  fold(
    householdDecider,
    events.map((event, index) => recordedAt(event, index + 1)),
  );
