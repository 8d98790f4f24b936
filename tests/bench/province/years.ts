import { ActorRole, Origin } from '@fupin/contracts';
import { CommandHandler, EventStore } from '@fupin/event-sourcing';
import { householdStream } from '../../../services/registry/src/household/household.stream.js';
import { FIRST_YEAR } from '../../../tools/src/sample/household.js';
import { changeItems, changesOf, villageAt, type Item, type Known, type Vault } from './changes.js';
import { Expected } from './expected.js';
import { householdsOf } from './households.js';
import type { HouseholdIds } from './import.js';
import { ProgressLine, sleep } from './measure.js';
import { commandsOf } from './plan.js';
import type { Size } from './scale.js';
import { progressOf, type System } from './system.js';

/** Households of one call of handleMany; each brings its commands of the year. */
const BATCH = 1000;
/** Calls under way at the same time. */
const AHEAD = 2;
const CORRELATION = '0190d3a8-7c1e-7aa0-b1c5-3f9b2f1d4e5a';
/** Events that a household is about to have beside its three of the import, for the estimate of what is left. */
const EVENTS_A_YEAR = 3.85;

export interface YearsDone {
  readonly events: number;
  readonly seconds: number;
  /** The most events that were stored and not yet on Kafka, or on Kafka and not yet in the read models. */
  readonly mostBehind: { readonly relay: number; readonly projection: number };
  /** From the first command until all was on Kafka, and until all was in the read models, in seconds. */
  readonly relayedAfter: number;
  readonly projectedAfter: number;
  readonly expected: Expected;
}

/** Lets seven years pass: each household's commands by handleMany, year by year, while relay and projection run. */
export async function playYears(
  system: System,
  size: Size,
  ids: ReadonlyMap<string, HouseholdIds>,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<YearsDone> {
  const store = new EventStore({ pool: system.store });
  const handler = new CommandHandler(store);
  const vault = { pool: system.store, keys: system.keys };
  const years = Array.from({ length: size.years }, (_, index) => FIRST_YEAR + index);
  const expected = new Expected(years);
  const line = new ProgressLine('years', size.households * years.length * EVENTS_A_YEAR, log);
  const watch = watchProgress(system);
  const began = performance.now();
  let events = 0;
  try {
    for (const year of years) {
      const calls = new Set<Promise<void>>();
      for (const batch of batchesOf(size, ids)) {
        signal.throwIfAborted();
        system.assertAlive();
        watch.assertWell();
        if (year === FIRST_YEAR) for (const known of batch) expected.add(known);
        const call = handleYear(handler, vault, batch, year).then((count) => {
          events += count;
        });
        calls.add(call);
        void call.then(
          () => calls.delete(call),
          () => undefined,
        );
        if (calls.size >= AHEAD) await Promise.race(calls);
        const { stored, projected } = watch.last();
        line.show(
          events,
          `; ${year}, ${Math.round((events * 1000) / (performance.now() - began))} events/s, ${stored - projected} not yet projected`,
        );
      }
      await Promise.all(calls);
    }
    const seconds = (performance.now() - began) / 1000;
    let relayedAfter = Number.NaN;
    for (;;) {
      signal.throwIfAborted();
      system.assertAlive();
      const { stored, relayed, projected } = await progressOf(system);
      const after = (performance.now() - began) / 1000;
      if (Number.isNaN(relayedAfter) && relayed >= stored) relayedAfter = after;
      if (relayed >= stored && projected >= relayed) {
        return { events, seconds, mostBehind: watch.most(), relayedAfter, projectedAfter: after, expected };
      }
      await sleep(100);
    }
  } finally {
    await watch.stop();
    await store.close();
  }
}

/** The households in batches, county by county; a batch may reach over several small counties. */
function* batchesOf(size: Size, ids: ReadonlyMap<string, HouseholdIds>): Generator<Known[]> {
  const villages = size.counties.flatMap((county) => county.villages);
  let batch: Known[] = [];
  for (const county of size.counties) {
    const own = ids.get(county.code);
    if (!own) throw new Error(`no households of ${county.code}`);
    for (const [index, household] of householdsOf(county).entries()) {
      batch.push({ household, householdId: own.get(index), changes: changesOf(household, villages) });
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Carries out a year of some households; gives the number of events. Throws when a command is refused: all are lawful. */
async function handleYear(
  handler: CommandHandler,
  vault: Vault,
  households: readonly Known[],
  year: number,
): Promise<number> {
  const changed = await changeItems(vault, households, year);
  const lists = households.map(({ household, householdId, changes }) => {
    const region = villageAt(household, changes, year - 1);
    const steps = commandsOf(household, year, region).map((command): Item => ({ command }));
    return [...steps, ...(changed.get(householdId) ?? [])].map(({ command, extras }) => ({
      streamId: householdId,
      command,
      context: {
        envelope: {
          actorRole: ActorRole.COUNTY,
          correlationId: CORRELATION,
          region,
          ruleSetVersion: command.policy.version,
          origin: Origin.HISTORY,
        },
        ...(extras && { extras: () => extras }),
      },
    }));
  });
  // Step by step for all of them, as offices work; each household's own steps stay in their order.
  const steps = Math.max(...lists.map((list) => list.length));
  const items = Array.from({ length: steps }, (_, step) => lists.flatMap((list) => list[step] ?? [])).flat();
  let events = 0;
  for (const [index, outcome] of (await handler.handleMany(householdStream, items)).entries()) {
    if (outcome instanceof Error)
      throw new Error(`${items[index]?.command.type} in ${year}: ${JSON.stringify(outcome)}`, {
        cause: outcome,
      });
    events += outcome.events.length;
  }
  return events;
}

/** Looks once a second how far relay and projection are. */
function watchProgress(system: System) {
  let last = { stored: 0, relayed: 0, projected: 0 };
  let most = { relay: 0, projection: 0 };
  let failure: Error | undefined;
  let stopping = false;
  const ended = (async () => {
    while (!stopping) {
      try {
        last = await progressOf(system);
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        return;
      }
      most = {
        relay: Math.max(most.relay, last.stored - last.relayed),
        projection: Math.max(most.projection, last.relayed - last.projected),
      };
      await sleep(1000);
    }
  })();
  return {
    last: () => last,
    most: () => most,
    assertWell() {
      if (failure !== undefined) throw failure;
    },
    async stop() {
      stopping = true;
      await ended;
    },
  };
}
