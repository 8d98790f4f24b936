import { timestampDate } from '@bufbuild/protobuf/wkt';
import { HouseholdEventSchema } from '@fupin/contracts';
import type { HouseholdEvent } from '@fupin/contracts';
import { decodeEvent } from '@fupin/event-sourcing';
import type { ProjectedEvent } from '@fupin/event-sourcing';

/** The union of all facts of a household, as the topic carries them. */
export type RegisterEvent = Exclude<HouseholdEvent['event'], { case: undefined }>;
export type EventCase = RegisterEvent['case'];
export type EventOf<C extends EventCase> = Extract<RegisterEvent, { case: C }>['value'];

/** One event as the projector hands it over: the fact and where and when it was recorded. */
export type HouseholdRecord = ProjectedEvent<RegisterEvent>;

/** An event as far as its own bytes tell; where it came from is another matter. */
export type PastEvent = Pick<
  HouseholdRecord,
  'streamId' | 'version' | 'recordedAt' | 'occurredOn' | 'region' | 'event' | 'envelope'
>;

/** An event from its bytes in the timeline. Throws when they are none. */
export function pastEvent(streamId: string, version: number, payload: Uint8Array): PastEvent {
  const { event, envelope } = decodeEvent(HouseholdEventSchema, payload);
  const { occurredOn, region, recordedAt: at } = envelope;
  return {
    streamId,
    version,
    recordedAt: at ? timestampDate(at) : new Date(0),
    occurredOn,
    region,
    event,
    envelope,
  };
}

/**
 * What a read model does with each event: `Handlers<H>` names every case of the union, so that an event added to the
 * contract does not compile until every read model has decided about it.
 */
export type Handlers<Args extends readonly unknown[], Result> = {
  readonly [C in EventCase]: ((value: EventOf<C>, ...rest: Args) => Result) | 'ignored';
};

/** Calls the handler of an event's own case; undefined when the read model ignores it. */
export function handleWith<Args extends readonly unknown[], Result>(
  handlers: Handlers<Args, Result>,
  event: RegisterEvent,
  ...rest: Args
): Result | undefined {
  const handler = handlers[event.case];
  if (handler === 'ignored') return undefined;
  // The union's case and value belong together by construction; TypeScript cannot follow that through the index.
  return (handler as (value: RegisterEvent['value'], ...rest: Args) => Result)(event.value, ...rest);
}
