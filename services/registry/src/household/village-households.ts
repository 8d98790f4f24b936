import { Injectable } from '@nestjs/common';
import { EventStore, fold } from '@fupin/event-sourcing';
import { householdDecider } from './decider/decider.js';
import { HouseholdDirectory } from './household-directory.js';
import { householdStream } from './household.stream.js';
import type { HouseholdState } from './decider/state.js';

/** Households whose streams are loaded at once. */
const PAGE = 500;

/** A household of a village as it stands in the store. */
export interface VillageHousehold {
  readonly householdId: string;
  readonly version: number;
  readonly state: HouseholdState;
}

/** The households of a village as they stand, without an end to their number. */
@Injectable()
export class VillageHouseholds {
  constructor(
    private readonly store: EventStore,
    private readonly directory: HouseholdDirectory,
  ) {}

  /** All households of a village in the order of their ids, from the one after `after`, loaded page by page. */
  async *of(village: string, after?: string, pageSize = PAGE): AsyncGenerator<VillageHousehold> {
    for (let last = after; ;) {
      const ids = await this.directory.inVillage(village, last, pageSize);
      const streams = await this.store.loadMany(ids);
      for (const id of ids) yield householdOf(id, streams.get(id) ?? []);
      last = ids.at(-1);
      if (ids.length < pageSize) return;
    }
  }
}

function householdOf(householdId: string, stored: Awaited<ReturnType<EventStore['load']>>): VillageHousehold {
  const state = fold(
    householdDecider,
    stored.map(({ payload, version, occurredOn }) => {
      const { event } = householdStream.decode(payload);
      return { event, version, occurredOn, id: `${householdId}:${version}` };
    }),
  );
  return { householdId, version: stored.length, state };
}
