import { create } from '@bufbuild/protobuf';
import {
  ActorRole,
  ExitPlannedSchema,
  HOUSEHOLD_TOPIC,
  HouseholdEventSchema,
  RelapseReportedSchema,
  type HouseholdEvent,
} from '@fupin/contracts';
import {
  accept,
  protobufStream,
  refuse,
  type Decider,
  type Envelope,
  type EventOf,
  type NewEvent,
} from '../src/index.js';

type Event = EventOf<HouseholdEvent>;
/** `add` so many; refused when the sum would pass `max`. */
export interface Add {
  readonly add: number;
  readonly max?: number;
}

export const added = (occurredOn = '2018-06-30'): NewEvent<Event> => ({
  event: { case: 'exitPlanned', value: create(ExitPlannedSchema, {}) },
  occurredOn,
  ruleIds: ['REG-09'],
});
export const other = (): NewEvent<Event> => ({
  event: { case: 'relapseReported', value: create(RelapseReportedSchema, {}) },
  occurredOn: '2019-01-01',
});

/** Counts events: the smallest decider that can refuse. */
export const counterDecider: Decider<number, Add, Event> = {
  initial: 0,
  decide: ({ add, max = Infinity }, state) =>
    state + add > max
      ? refuse({ code: 'too-many', message: `${state} + ${add} > ${max}`, ruleId: 'REG-19' })
      : accept(...Array.from({ length: add }, () => added())),
  evolve: (state) => state + 1,
};

export const COUNTER = protobufStream({
  name: 'test.counter',
  topic: HOUSEHOLD_TOPIC,
  schema: HouseholdEventSchema,
  decider: counterDecider,
});

export const ENVELOPE: Envelope = {
  actorRole: ActorRole.TOWNSHIP,
  correlationId: 'c-1',
  region: '422823102201',
  ruleSetVersion: 'hubei-2018',
};
