import type { EventCorrected, HouseholdEvent } from './gen/fupin/registry/v1/household_pb.js';

type Event = Exclude<HouseholdEvent['event'], { case: undefined }>;

/** What a correction puts in the place of the event it names. */
export interface Repair {
  /** Id of the event that counts differently from now on. */
  readonly eventId: string;
  /** Its right business date, YYYY-MM-DD. */
  readonly occurredOn: string;
  readonly event: Event;
}

/** The repair that a correction makes; undefined for one that carries no fact this version of the contract knows. */
export function repairOf({
  correctedEventId,
  correctedOccurredOn,
  fact,
}: EventCorrected): Repair | undefined {
  if (fact.case === undefined) return undefined;
  // The facts of a correction stand under their own names in the union of events.
  return { eventId: correctedEventId, occurredOn: correctedOccurredOn, event: fact as Event };
}
