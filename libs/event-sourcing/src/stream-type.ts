import { fromBinary, toBinary, type Message } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { Origin, type ActorRole, type Envelope as EnvelopeMessage, type Topic } from '@fupin/contracts';
import type { Decider, NewEvent } from './decider.js';

/** What the caller knows about an event beside its fact; the store adds version and time. */
export interface Envelope {
  readonly actorRole: ActorRole;
  /** Id of the request that started it all. */
  readonly correlationId: string;
  /** Id of the event that this command answers. */
  readonly causationId?: string;
  /** Region of the stream, normally the 12-digit village code. */
  readonly region: string;
  readonly ruleSetVersion?: string;
  /** `ORIGIN_LIVE` when left out. */
  readonly origin?: Origin;
}

/** An event as read from its bytes. */
export interface DecodedEvent<E> {
  readonly event: E;
  readonly envelope: EnvelopeMessage;
}

/** Binds a decider to its topic and to the bytes of its events. */
export interface StreamType<S, C, E> {
  /** `<service>.<stream>`, for example `registry.household`. */
  readonly name: string;
  readonly topic: Topic;
  readonly decider: Decider<S, C, E>;
  /** Encodes an event once, at the edge; `type` is the event's name in PascalCase (`HouseholdExited`). */
  encode(
    event: NewEvent<E>,
    envelope: Envelope,
    version: number,
    recordedAt: Date,
  ): { type: string; payload: Uint8Array };
  /** Decodes stored bytes. Throws {@link UnknownEvent} for a case that this build does not know. */
  decode(payload: Uint8Array): DecodedEvent<E>;
}

/** A event of a contract newer than this build: whoever reads it must stop rather than leave it out. */
export class UnknownEvent extends Error {
  constructor(readonly messageType: string) {
    super(`${messageType} holds an event that this build does not know; deploy the newer consumer first`);
  }
}

/** Shape of every topic's message: an envelope and a oneof called `event`. */
export type EventMessage = Message & {
  envelope?: EnvelopeMessage | undefined;
  event: { case: string; value: unknown } | { case: undefined; value?: undefined };
};

/** The union of a message's events: `{case: 'householdExited', value: HouseholdExited} | …`. */
export type EventOf<M extends EventMessage> = Exclude<M['event'], { case: undefined }>;

/** Makes the stream type of a Protobuf message with the fields `envelope` and `oneof event`. */
export function protobufStream<M extends EventMessage, S, C>(options: {
  name: string;
  topic: Topic;
  schema: GenMessage<M>;
  decider: Decider<S, C, EventOf<M>>;
}): StreamType<S, C, EventOf<M>> {
  const { schema, ...rest } = options;
  return {
    ...rest,
    encode(newEvent, envelope, version, recordedAt) {
      // Written out instead of create(): that would walk and copy every field once more.
      const message = {
        $typeName: schema.typeName,
        envelope: envelopeMessage(newEvent, envelope, version, recordedAt),
        event: newEvent.event,
      };
      return { type: pascalCase(newEvent.event.case), payload: toBinary(schema, message as unknown as M) };
    },
    decode: (payload) => decodeEvent(schema, payload),
  };
}

/** Decodes the bytes of a topic's message; throws {@link UnknownEvent} or what Protobuf throws for broken bytes. */
export function decodeEvent<M extends EventMessage>(
  schema: GenMessage<M>,
  payload: Uint8Array,
): DecodedEvent<EventOf<M>> {
  const message = fromBinary(schema, payload) as EventMessage;
  if (message.event.case === undefined || message.envelope === undefined)
    throw new UnknownEvent(schema.typeName);
  return { event: message.event as EventOf<M>, envelope: message.envelope };
}

function envelopeMessage(
  newEvent: NewEvent<unknown>,
  envelope: Envelope,
  version: number,
  recordedAt: Date,
): EnvelopeMessage {
  const ms = recordedAt.getTime();
  const seconds = Math.floor(ms / 1000);
  return {
    $typeName: 'fupin.common.v1.Envelope',
    streamVersion: version,
    recordedAt: {
      $typeName: 'google.protobuf.Timestamp',
      seconds: BigInt(seconds),
      nanos: (ms - seconds * 1000) * 1_000_000,
    },
    occurredOn: newEvent.occurredOn,
    actorRole: envelope.actorRole,
    correlationId: envelope.correlationId,
    causationId: envelope.causationId ?? '',
    region: envelope.region,
    ruleSetVersion: envelope.ruleSetVersion ?? '',
    ruleIds: [...(newEvent.ruleIds ?? [])],
    origin: envelope.origin ?? Origin.LIVE,
    backdated: newEvent.backdated ?? false,
  };
}

const names = new Map<string, string>();

function pascalCase(eventCase: string): string {
  let name = names.get(eventCase);
  if (name === undefined)
    names.set(eventCase, (name = eventCase.charAt(0).toUpperCase() + eventCase.slice(1)));
  return name;
}
