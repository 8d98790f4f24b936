import { create } from '@bufbuild/protobuf';
import { EventCorrectedSchema, HouseholdExtinguishedSchema, type CorrectionReason } from '@fupin/contracts';
import type { BusinessDate } from '@fupin/domain';
import type { NewEvent, RecordedEvent, Refusal } from '@fupin/event-sourcing/decider';
import { closedSinceRefusals, recorded } from './basis.js';
import type { CorrectEvent } from './commands.js';
import type { Event } from './event.js';
import { evolve, inPlace } from './evolve.js';
import type { CorrectableEvent } from './right-facts.js';
import { NO_HOUSEHOLD, type KnownHousehold } from './state.js';

type Fact = RecordedEvent<Event>;

/** One correction as an event: of the event's date and fact, or, without a right fact, that it never happened. */
export function correctionEvent(
  command: CorrectEvent,
  made: {
    readonly eventId: string;
    readonly reason: CorrectionReason;
    readonly noteId: string;
    readonly on: BusinessDate;
    readonly right: Event | undefined;
  },
): NewEvent<Event> {
  const { eventId: correctedEventId, reason, noteId, on: correctedOccurredOn, right } = made;
  const value = create(EventCorrectedSchema, {
    correctedEventId,
    reason,
    noteId,
    correctedOccurredOn,
    // The facts of a correction stand under their own names in the union of events.
    ...(right ? { fact: right as CorrectableEvent } : { annulled: true }),
  });
  return recorded(command, { case: 'eventCorrected', value }, 'REG-05');
}

/** What follows from a correction for the household's end (整户自然减少). */
export interface EndFollowing {
  readonly corrected: readonly Fact[];
  readonly events: readonly NewEvent<Event>[];
  readonly refusals: readonly Refusal[];
}

/**
 * A household ends with its last member, on the day that one left: where a correction gives it a member back, its end never
 * was; where it takes the last one, the end that had been struck out stands again; where it changes the day, the end's
 * follows.
 */
export function endFollows(
  command: CorrectEvent,
  state: KnownHousehold,
  corrected: readonly Fact[],
): EndFollowing {
  const nothing = { corrected, events: [], refusals: [] };
  const end = corrected.find(({ event }) => event.case === 'householdExtinguished');
  const others = corrected.filter((fact) => fact !== end);
  const after = others.reduce(evolve, NO_HOUSEHOLD);
  if (after.status === 'none' || after.status === 'mergedAway') return nothing;
  const { members, departures, lastStatusOn } = after.file;
  const { reason, noteId } = command;
  if (members.length > 0) {
    if (!end) return nothing;
    const struck = { eventId: end.id, reason, noteId, on: end.occurredOn, right: undefined };
    const events = [correctionEvent(command, struck)];
    return { corrected: others, events, refusals: closedRefusals(command, state, end.occurredOn) };
  }
  const known = end ?? state.file.annulled.find(({ event }) => event.case === 'householdExtinguished');
  if (!known) return { ...nothing, refusals: [NOBODY_LEFT] };
  const on = [lastStatusOn, ...departures.map((departure) => departure.on)].sort().at(-1) ?? known.occurredOn;
  if (end?.occurredOn === on || known.id === command.eventId) return nothing;
  const event: Event = { case: 'householdExtinguished', value: create(HouseholdExtinguishedSchema, {}) };
  const right = { eventId: known.id, reason, noteId, on, right: event };
  return {
    corrected: inPlace(others, { ...known, event, occurredOn: on }),
    events: [correctionEvent(command, right)],
    refusals: [known.occurredOn, on].flatMap((date) => closedRefusals(command, state, date)),
  };
}

const closedRefusals = (command: CorrectEvent, state: KnownHousehold, date: BusinessDate): Refusal[] =>
  closedSinceRefusals(command, state, date, 'eventId');

const NOBODY_LEFT: Refusal = {
  code: 'household-empty',
  message: 'Nobody would be left in the household: record a departure instead, which ends it',
  messageZh: '更正后该户将无成员；须办理自然减少，整户销户',
  ruleId: 'REG-04',
  field: 'eventId',
};
