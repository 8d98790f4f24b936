import { create } from '@bufbuild/protobuf';
import {
  RegisterFindingClosedSchema,
  RegisterFindingKind,
  RegisterFindingOutcome,
  RegisterFindingRaisedSchema,
} from '@fupin/contracts';
import { yearOf } from '@fupin/domain';
import {
  accept,
  eventId,
  refuse,
  type Decision,
  type NewEvent,
  type RecordedEvent,
  type Refusal,
  type Refused,
} from '@fupin/event-sourcing/decider';
import { annulmentRefusals, elsewhereRefusals, partnerOf } from './annulment.js';
import {
  closedSinceRefusals,
  closedYearRefusals,
  dateRefusals,
  recorded,
  villageOn,
  wrongStatus,
} from './basis.js';
import type { Basis, CloseFinding, CorrectEvent } from './commands.js';
import type { Event } from './event.js';
import { correctionEvent, endFollows } from './correction-event.js';
import { evolve, factsOf, inPlace } from './evolve.js';
import { exitStandard } from './exit-standard.js';
import { isHead } from './identification.js';
import { orderFaults } from './log-order.js';
import { isCorrectable, righted, sameFact, withRightBirths } from './right-facts.js';
import { NO_HOUSEHOLD, type HouseholdFile, type HouseholdState, type KnownHousehold } from './state.js';

type Fact = RecordedEvent<Event>;

/** What a correction comes to. */
export interface PlannedCorrection {
  /** The event as it counted so far; one that had been struck out, as it counted before. */
  readonly wrong: Fact;
  /** What stands in its place; undefined for an event that never happened. */
  readonly right: Fact | undefined;
  /** The household's events as they count from now on. */
  readonly corrected: readonly Fact[];
  /** What is recorded of it. */
  readonly events: readonly NewEvent<Event>[];
}
export type CorrectionPlan = { readonly accepted: true; readonly plan: PlannedCorrection } | Refused;

/**
 * 更正: puts a mistaken entry right. Names an event of the household that is no correction itself, and gives its right date,
 * its right fact (complete, of the same kind), or both; they pass what the event's own command checks, and every date keeps
 * its order. Or it strikes the event out, because it never happened (误录作废); a later correction puts it back. The last
 * exit is then tested anew against the standard of its day: what it misses now and did not miss before is raised as a
 * finding in the same decision, for a person to decide about (REG-05, REG-19); nothing is undone.
 */
export function correctEvent(command: CorrectEvent, state: HouseholdState): Decision<Event> {
  const planned = planCorrection(command, state);
  if (!planned.accepted) return planned;
  const { wrong, right, events } = planned.plan;
  // The other household has the other half of it: see correctTransfer.
  if (partnerOf(wrong.event) && touchesBothHalves(wrong, right, state)) return refuse(HALF_ALONE);
  return accept(...events);
}

/** The same without a look at the other household of a transfer: for the decisions over both. */
export function planCorrection(command: CorrectEvent, state: HouseholdState): CorrectionPlan {
  if (state.status === 'none') return refuse(wrongStatus(state, 'known', 'REG-20'));
  const facts = factsOf(state.file.log);
  const named = nameRefusals(command, state.file, facts);
  const wrong = wrongOf(command, state.file, facts);
  if (named.length > 0 || !wrong || !isCorrectable(wrong.event)) return refuse(...named);

  const others = facts.filter(({ id }) => id !== wrong.id);
  const on = command.rightOccurredOn ?? wrong.occurredOn;
  const at = { ...command, ...basisAt(command, state, on) };
  const before = others.filter(({ version }) => version < wrong.version).reduce(evolve, NO_HOUSEHOLD);
  const { event, refusals } = command.annulled
    ? { event: undefined, refusals: [] }
    : righted(wrong.event, command.right, at, withRightBirths(before, state), {
        occurredOn: wrong.occurredOn,
        file: state.file,
      });
  const right: Fact | undefined = event && { ...wrong, event, occurredOn: on };
  const corrected = right ? inPlace(others, right) : others;
  const struck = state.file.annulled.includes(wrong);
  const end = endFollows(command, state, corrected);
  const reasons = [
    ...dateRefusals(command, state, 'fact'),
    ...refusals.map((refusal) => ({ ...refusal, field: fieldOf(command.right, refusal) })),
    ...rightDateRefusals(command, state, wrong, right ?? wrong),
    ...(right ? [] : annulmentRefusals(wrong, facts, end.corrected)),
    ...elsewhereRefusals(command.elsewhere, wrong, right),
    ...newFaults(facts, end.corrected),
    ...headRefusals(state, end.corrected),
    ...end.refusals,
  ];
  const nothing = right ? !struck && on === wrong.occurredOn && sameFact(right.event, wrong.event) : struck;
  if (nothing) reasons.push(NOTHING_CORRECTED);
  if (reasons.length > 0) return refuse(...reasons);

  const { reason, noteId } = command;
  const events = [
    correctionEvent(command, { eventId: wrong.id, reason, noteId, on, right: right?.event }),
    ...end.events,
    ...findings(command, state, facts, end.corrected),
  ];
  return { accepted: true, plan: { wrong, right, corrected: end.corrected, events } };
}

/** Whether a correction of one half of a transfer changes what the other half says too: its day, or that it happened. */
export const touchesBothHalves = (wrong: Fact, right: Fact | undefined, state: HouseholdState): boolean =>
  right === undefined ||
  right.occurredOn !== wrong.occurredOn ||
  (state.status !== 'none' && state.file.annulled.some(({ id }) => id === wrong.id));

const HALF_ALONE: Refusal = {
  code: 'transfer-has-two-halves',
  message: 'A transfer is put right in both households at once',
  messageZh: '转户须两户同时更正',
  ruleId: 'REG-04',
  field: 'eventId',
};

/** The named event as it counts; one that was struck out, as it counted before. */
const wrongOf = (
  { eventId: id }: CorrectEvent,
  { annulled }: HouseholdFile,
  facts: readonly Fact[],
): Fact | undefined => [...facts, ...annulled].find((fact) => fact.id === id);

/** 疑点办结: the county has looked into a finding, and the exit stands; the reasons are in the note. */
export function closeFinding(command: CloseFinding, state: HouseholdState): Decision<Event> {
  if (state.status === 'none') return refuse(wrongStatus(state, 'known', 'REG-20'));
  const { findingEventId, noteId } = command;
  const refusals = dateRefusals(command, state, 'fact');
  const raised = factsOf(state.file.log).find(({ id }) => id === findingEventId);
  if (!raised || !state.file.openFindings.some((finding) => finding.eventId === findingEventId)) {
    refusals.push({
      code: 'finding-not-open',
      message: 'There is no such open finding',
      messageZh: '没有此未办结疑点',
      ruleId: 'REG-05',
      field: 'eventId',
    });
  } else if (command.occurredOn < raised.occurredOn) {
    refusals.push({
      code: 'before-finding',
      message: `${command.occurredOn} lies before the finding of ${raised.occurredOn}`,
      messageZh: `日期早于疑点产生日期（${raised.occurredOn}）`,
      field: 'occurredOn',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(RegisterFindingClosedSchema, {
    findingEventId,
    outcome: RegisterFindingOutcome.EXIT_STANDS,
    noteId,
  });
  return accept(recorded(command, { case: 'registerFindingClosed', value }, 'REG-05', 'REG-19'));
}

const NOTHING_CORRECTED: Refusal = {
  code: 'nothing-corrected',
  message: 'The correction says what the event says',
  messageZh: '更正内容与原记录相同',
};

/** What stands against the name of the event: unknown, a correction itself, not of a correctable kind, of another kind. */
function nameRefusals(command: CorrectEvent, file: HouseholdFile, facts: readonly Fact[]): Refusal[] {
  const { eventId: id, right } = command;
  const field = 'eventId';
  const made = file.corrections.find((correction) => correction.eventId === id);
  if (made) {
    return [
      {
        code: 'correction-of-correction',
        message: `This is a correction; name the original event ${made.correctedEventId}, whose last correction counts`,
        messageZh: `不能更正一条更正记录，请指明原事件${made.correctedEventId}；同一事件以最后一次更正为准`,
        ruleId: 'REG-05',
        field,
      },
    ];
  }
  const wrong = wrongOf(command, file, facts);
  if (!wrong) {
    return [
      {
        code: 'event-unknown',
        message: 'The household has no such event',
        messageZh: '该户没有此事件',
        field,
      },
    ];
  }
  if (!isCorrectable(wrong.event)) {
    return [
      {
        code: 'not-correctable',
        message: 'Steps of a procedure are not corrected: the procedure decides, and is run again',
        messageZh: '程序步骤不适用更正，须按程序重新办理',
        ruleId: 'REG-20',
        field,
      },
    ];
  }
  if (wrong.event.case === 'householdExtinguished') {
    return [
      {
        code: 'not-correctable',
        message: 'The household ended with its last member; correct that departure, and the end follows',
        messageZh: '整户自然减少以最后一名成员离户为准，请更正该成员的离户记录',
        field,
      },
    ];
  }
  if (right === undefined || right.case === wrong.event.case) return [];
  return [
    {
      code: 'correction-kind-differs',
      message: `The event is ${wrong.event.case}; the right fact is of another kind`,
      messageZh: '更正内容与原事件类型不一致',
      field,
    },
  ];
}

/** Where in the request a refusal of the right fact points: to the fact, or to the date when only that was given. */
function fieldOf(right: CorrectEvent['right'], { field }: Refusal): string {
  if (!right) return 'rightOccurredOn';
  const place = PLACE[right.case];
  return field === undefined || field.startsWith(place) ? (field ?? place) : `${place}.${field}`;
}

const PLACE: Readonly<Record<NonNullable<CorrectEvent['right']>['case'], string>> = {
  householdRegistered: 'registration',
  povertyCausesRecorded: 'causes',
  incomeSurveyed: 'incomeSurvey',
  guaranteesAssessed: 'guarantees',
  livingConditionsRecorded: 'livingConditions',
  monitoringVisitRecorded: 'monitoringVisit',
  householdReturned: 'causes',
  memberAdded: 'memberAddition',
  memberLeft: 'memberDeparture',
  memberChanged: 'member',
  householdKindChanged: 'householdKind',
};

/** The rule set and date on which a fact of that day rests. */
function basisAt(
  command: CorrectEvent,
  state: KnownHousehold,
  on: string,
): Pick<Basis, 'occurredOn' | 'policy'> {
  return { occurredOn: on, policy: command.policyOn(villageOn(state, on, command.village), on) };
}

/**
 * The right date: not after the correction, and neither it nor the wrong one in a closed year, or before one, without the
 * right to that: what either touches goes on into every year that follows.
 */
function rightDateRefusals(
  command: CorrectEvent,
  state: KnownHousehold,
  { occurredOn: wrongOn, event }: Fact,
  { occurredOn: rightOn }: Fact,
): Refusal[] {
  const refusals: Refusal[] = [];
  if (rightOn > command.occurredOn) {
    refusals.push({
      code: 'date-in-future',
      message: `The right date ${rightOn} lies after the correction of ${command.occurredOn}`,
      messageZh: '更正后的日期不能晚于更正日期',
      field: 'rightOccurredOn',
    });
  }
  if (yearOf(rightOn) !== yearOf(wrongOn)) {
    // Into another year a date is moved only by who may record that year; within it the event was there already.
    const moved = dateRefusals({ ...command, occurredOn: rightOn }, state, 'fact');
    for (const refusal of moved)
      if (refusal.code === 'past-year-needs-history-scope')
        refusals.push({ ...refusal, field: 'rightOccurredOn' });
  }
  const touched = new Map<string, Refusal>();
  for (const [date, field] of [
    [wrongOn, 'eventId'],
    [rightOn, 'rightOccurredOn'],
  ] as const) {
    // A move counts in both places.
    const ends = event.case === 'householdMoved' ? [event.value.fromRegion, event.value.toRegion] : [];
    const closed = [
      ...closedSinceRefusals(command, state, date, field),
      ...ends.flatMap((village) => closedYearRefusals(command, village, date, field)),
    ];
    for (const refusal of closed) touched.set(`${yearOf(date)}`, touched.get(`${yearOf(date)}`) ?? refusal);
  }
  return [...refusals, ...touched.values()];
}

/** Faults of order that the correction brings; those that were there before it are not its own. */
function newFaults(facts: readonly Fact[], corrected: readonly Fact[]): Refusal[] {
  const before = orderFaults(facts);
  return [...orderFaults(corrected)].flatMap(([key, refusal]) => (before.has(key) ? [] : [refusal]));
}

/** A correction of members leaves the household with its one head. */
function headRefusals(state: KnownHousehold, corrected: readonly Fact[]): Refusal[] {
  const heads = (of: HouseholdState) =>
    of.status === 'none' || of.file.members.length === 0 ? 1 : of.file.members.filter(isHead).length;
  if (heads(state) !== 1 || heads(corrected.reduce(evolve, NO_HOUSEHOLD)) === 1) return [];
  return [
    {
      code: 'one-head-needed',
      message: 'The household would no longer have exactly one head',
      messageZh: '更正后该户须有且只有一名户主',
      field: 'members',
    },
  ];
}

/** What the correction means for the last exit: a finding when it newly misses the standard, its end when it meets it again. */
function findings(
  command: CorrectEvent,
  state: KnownHousehold,
  facts: readonly Fact[],
  corrected: readonly Fact[],
): NewEvent<Event>[] {
  const exit = lastExit(corrected);
  if (!exit) return [];
  const before = missingAt(command, state, facts, exit.id);
  const missing = missingAt(command, state, corrected, exit.id);
  if (missing.some(({ name }) => !before.some((known) => known.name === name))) {
    const value = create(RegisterFindingRaisedSchema, {
      kind: RegisterFindingKind.EXIT_UNLAWFUL,
      aboutEventId: exit.id,
      correctionEventId: nextEventId(state.file),
      missing: missing.map(({ name }) => name),
    });
    const rules = new Set(['REG-05', 'REG-19', ...missing.flatMap(({ ruleId }) => ruleId ?? [])]);
    return [recorded(command, { case: 'registerFindingRaised', value }, ...rules)];
  }
  if (missing.length > 0) return [];
  return state.file.openFindings
    .filter(({ aboutEventId }) => aboutEventId === exit.id)
    .map(({ eventId: findingEventId }) => {
      const value = create(RegisterFindingClosedSchema, {
        findingEventId,
        outcome: RegisterFindingOutcome.CORRECTED,
      });
      return recorded(command, { case: 'registerFindingClosed', value }, 'REG-05', 'REG-19');
    });
}

/** The last exit that counts: one that was reversed does not. */
function lastExit(facts: readonly Fact[]): Fact | undefined {
  const last = facts.findLast(
    ({ event }) => event.case === 'householdExited' || event.case === 'exitReversed',
  );
  return last?.event.case === 'householdExited' ? last : undefined;
}

/** What an exit misses of the standard on its own day, with what had been recorded when it was decided. */
function missingAt(
  command: CorrectEvent,
  state: KnownHousehold,
  facts: readonly Fact[],
  exitId: string,
): { readonly name: string; readonly ruleId: string | undefined }[] {
  const index = facts.findIndex(({ id }) => id === exitId);
  const exit = facts[index];
  const before = facts.slice(0, index).reduce(evolve, NO_HOUSEHOLD);
  if (!exit || before.status === 'none') return [];
  const basis = { ...command, ...basisAt(command, state, exit.occurredOn) };
  const { missing } = exitStandard(before.file, basis, yearOf(exit.occurredOn));
  return missing.map(({ code, field, ruleId }) => ({
    name: code === 'guarantee-missing' ? `${code}:${field ?? ''}` : code,
    ruleId,
  }));
}

/** Id of the event that is decided next: every event of the household is in the log or among its corrections. */
function nextEventId({ log, corrections }: HouseholdFile): string {
  const [stream = '', last = 0] = [log?.fact.id, corrections.at(-1)?.eventId]
    .flatMap((id) => (id === undefined ? [] : [id.split(':')]))
    .map(([id = '', version]) => [id, Number(version)] as const)
    .reduce((a, b) => (a[1] > b[1] ? a : b), ['', 0] as const);
  return eventId(stream, last + 1);
}
