import {
  refuse,
  acceptAcross,
  type AcrossDecision,
  type RecordedEvent,
  type Refusal,
} from '@fupin/event-sourcing/decider';
import { partnerOf } from './annulment.js';
import type { CorrectEvent, OtherHousehold } from './commands.js';
import { planCorrection, touchesBothHalves } from './corrections.js';
import type { Event } from './event.js';
import { factsOf } from './evolve.js';
import { distinct } from './membership.js';
import type { HouseholdState } from './state.js';

type Fact = RecordedEvent<Event>;

/**
 * 更正 of one half of a transfer, in the household `here`: its day, and whether it happened at all, are put right in both
 * households at once, each by what holds for it (its order of dates, its closed years, its last exit); what only one of
 * them says, the member's circumstances or the relations to a new head, in that one alone (REG-03, REG-04).
 */
export function correctTransfer(
  command: CorrectEvent,
  other: OtherHousehold,
  here: HouseholdState,
  there: HouseholdState,
): AcrossDecision<Event> {
  const one = planCorrection(command, here);
  if (!one.accepted) return one;
  const { wrong, right, events } = one.plan;
  if (!touchesBothHalves(wrong, right, here)) return acceptAcross(events, []);
  const half = otherHalf(wrong, here, there);
  if (!half) return refuse(NO_OTHER_HALF);
  const { right: _own, ...rest } = command;
  const second = planCorrection(
    { ...rest, ...other.basis, eventId: half.id, ...(right && { rightOccurredOn: right.occurredOn }) },
    there,
  );
  if (!second.accepted) return refuse(...distinct(thereRefusals(second.reasons)));
  return acceptAcross(events, second.plan.events);
}

/** The same person's transfer as the other household has it: the first of them here is the first of them there. */
function otherHalf(wrong: Fact, here: HouseholdState, there: HouseholdState): Fact | undefined {
  const [hereId, thereId] = [householdOf(wrong), partnerOf(wrong.event)];
  const personId = personOf(wrong.event);
  const halves = (state: HouseholdState, kind: Event['case'], partner: string | undefined) =>
    everRecorded(state).filter(
      ({ event }) => event.case === kind && personOf(event) === personId && partnerOf(event) === partner,
    );
  const place = halves(here, wrong.event.case, thereId).findIndex(({ id }) => id === wrong.id);
  return halves(there, wrong.event.case === 'memberAdded' ? 'memberLeft' : 'memberAdded', hereId)[place];
}

/** The household's events, also those that were struck out, in the order they were recorded. */
const everRecorded = (state: HouseholdState): Fact[] =>
  state.status === 'none'
    ? []
    : [...factsOf(state.file.log), ...state.file.annulled].sort((a, b) => a.version - b.version);

const householdOf = ({ id }: Fact): string => id.slice(0, id.lastIndexOf(':'));

/** Who joined or left. */
export function personOf(event: Event): string | undefined {
  if (event.case === 'memberAdded') return event.value.member?.personId;
  return event.case === 'memberLeft' ? event.value.personId : undefined;
}

const thereRefusals = (refusals: readonly Refusal[]): Refusal[] =>
  refusals.map((refusal) => ({
    ...refusal,
    message: `In the other household of the transfer: ${refusal.message}`,
    ...(refusal.messageZh !== undefined && { messageZh: `转户另一方：${refusal.messageZh}` }),
  }));

const NO_OTHER_HALF: Refusal = {
  code: 'transfer-half-missing',
  message: 'The other household does not have the other half of this transfer',
  messageZh: '另一户没有对应的转户记录',
  ruleId: 'REG-04',
  field: 'eventId',
};
