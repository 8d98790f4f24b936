import { create } from '@bufbuild/protobuf';
import {
  ActorRole,
  CodeSystem,
  Condition,
  EntryKind,
  HOUSEHOLD_TOPIC,
  HouseholdEventSchema,
  HouseholdKind,
  HouseholdRegisteredSchema,
  MonitoringVisitRecordedSchema,
  Sex,
  type HouseholdEvent,
} from '@fupin/contracts';
import {
  accept,
  protobufStream,
  type Envelope,
  type EventOf,
  type StreamAppend,
} from '@fupin/event-sourcing';

export const ENVELOPE: Envelope = {
  actorRole: ActorRole.VILLAGE_CADRE,
  correlationId: '0190d3a8-7c1e-7aa0-b1c5-3f9b2f1d4e5a',
  region: '422823102201',
  ruleSetVersion: 'national-2018',
};

/** Size of the payloads in bytes: what a household event with few fields has. */
export const PAYLOAD = 250;

export const payload = (): Buffer => Buffer.alloc(PAYLOAD, 'fupin ');

/** A new stream with one event, as the store takes it: the unit of the append and relay rows. */
export const newStream = (streamId: string): StreamAppend => ({
  streamId,
  streamType: 'registry.household',
  expectedVersion: 0,
  events: [
    {
      type: 'MonitoringVisitRecorded',
      occurredOn: '2018-06-30',
      recordedAt: new Date(),
      payload: payload(),
    },
  ],
});

type Event = EventOf<HouseholdEvent>;
type Command = { readonly kind: 'register' } | { readonly kind: 'visit' };

const registered = (): Event => ({
  case: 'householdRegistered',
  value: create(HouseholdRegisteredSchema, {
    householdNo: '422823102201000001',
    entryKind: EntryKind.IDENTIFIED,
    householdKind: HouseholdKind.ORDINARY,
    members: [1, 2, 3].map((number) => ({
      personId: `0190d3a8-7c1e-7aa0-b1c5-3f9b2f1d4e5${number}`,
      birthYear: 1970 + number,
      sex: Sex.MALE,
      relation: { system: CodeSystem.REGISTER_RELATION, code: '01' },
    })),
    causes: { main: { system: CodeSystem.REGISTER_CAUSE, code: '01' } },
  }),
});

/** A decider of the benchmark: it counts, so that loading, folding, deciding, encoding and hashing are all in the figure. */
export const BENCH_STREAM = protobufStream<HouseholdEvent, number, Command>({
  name: 'registry.household',
  topic: HOUSEHOLD_TOPIC,
  schema: HouseholdEventSchema,
  decider: {
    initial: 0,
    decide: (command) =>
      accept({
        event:
          command.kind === 'register'
            ? registered()
            : {
                case: 'monitoringVisitRecorded',
                value: create(MonitoringVisitRecordedSchema, {
                  production: Condition.STABLE,
                  living: Condition.STABLE,
                }),
              },
        occurredOn: '2018-06-30',
      }),
    evolve: (count) => count + 1,
  },
});
