import { YEAR_TOPIC, YearEventSchema } from '@fupin/contracts';
import { protobufStream } from '@fupin/event-sourcing';
import type { RegionCode } from '@fupin/domain';
import { v5 as uuid } from 'uuid';
import { closingKey } from './closed-years.js';
import { yearDecider } from './decider.js';

/** One year of one region's register: one stream, on `fupin.registry.year.v1`. */
export const yearStream = protobufStream({
  name: 'registry.year',
  topic: YEAR_TOPIC,
  schema: YearEventSchema,
  decider: yearDecider,
});

/** Namespace of the streams' ids. Never change it: a year would get a second stream. */
const NAMESPACE = '5f2b8f0e-61d4-4b0c-9d0e-3a7c1f6f4e36';

/** The stream of a region's year: everybody who closes it meets at the same one, so it is closed once. */
export const yearStreamId = (region: RegionCode, year: number): string =>
  uuid(closingKey(region, year), NAMESPACE);
