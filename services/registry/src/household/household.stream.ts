import { HOUSEHOLD_TOPIC, HouseholdEventSchema } from '@fupin/contracts';
import { protobufStream } from '@fupin/event-sourcing';
import { householdDecider } from './decider/decider.js';

/** A household of the register: one stream, keyed by its id on `fupin.registry.household.v1`. */
export const householdStream = protobufStream({
  name: 'registry.household',
  topic: HOUSEHOLD_TOPIC,
  schema: HouseholdEventSchema,
  decider: householdDecider,
});
