import type { HouseholdEvent } from '@fupin/contracts';

/** The union of the household's events, as the contract defines it. */
export type Event = Exclude<HouseholdEvent['event'], { case: undefined }>;
export type EventCase = Event['case'];
