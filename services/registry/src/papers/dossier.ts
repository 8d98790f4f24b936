import { Origin } from '@fupin/contracts';
import { shanghaiDate, type BusinessDate } from '@fupin/domain';
import { fold, type RecordedEvent, type StoredEvent } from '@fupin/event-sourcing';
import type { Event } from '../household/decider/basis.js';
import { householdDecider } from '../household/decider/decider.js';
import { factsOf } from '../household/decider/evolve.js';
import { householdStream } from '../household/household.stream.js';
import { isHead } from '../household/decider/identification.js';
import type { HouseholdState, KnownHousehold } from '../household/decider/state.js';

/** An event of a household as its paper shows it. */
export interface Entry {
  readonly id: string;
  readonly version: number;
  /** The fact as it was recorded, whatever corrections say. */
  readonly event: Event;
  readonly occurredOn: BusinessDate;
  /** The fact and its day as they count now: what the last correction has put in their place; undefined once struck out. */
  readonly counts: { readonly event: Event; readonly occurredOn: BusinessDate } | undefined;
  readonly recordedOn: BusinessDate;
  readonly ruleIds: readonly string[];
  readonly history: boolean;
  readonly backdated: boolean;
  /** Village of the household then. */
  readonly region: string;
}

/** A household's stream, read for printing. */
export interface Dossier {
  readonly householdId: string;
  readonly version: number;
  /** Position of the last event in the store. */
  readonly position: number;
  readonly state: KnownHousehold;
  readonly entries: readonly Entry[];
  /** The household as it stood after one of its events. */
  at(version: number): HouseholdState;
}

/** Reads a household's stored events; undefined when there are none. */
export function dossierOf(householdId: string, stored: readonly StoredEvent[]): Dossier | undefined {
  const decoded = stored.map(({ payload, version, occurredOn, recordedAt }) => {
    const { event, envelope } = householdStream.decode(payload);
    return { id: `${householdId}:${version}`, version, event, occurredOn, recordedAt, envelope };
  });
  const facts: RecordedEvent<Event>[] = decoded;
  const state = fold(householdDecider, facts);
  const last = stored.at(-1);
  if (!last || state.status === 'none') return undefined;
  const counted = new Map(factsOf(state.file.log).map((fact) => [fact.id, fact]));
  const struck = new Set(state.file.annulled.map(({ id }) => id));
  return {
    householdId,
    version: last.version,
    position: last.position,
    state,
    entries: decoded.map(({ recordedAt, envelope, ...fact }) => ({
      ...fact,
      counts: struck.has(fact.id) ? undefined : (counted.get(fact.id) ?? fact),
      recordedOn: shanghaiDate(recordedAt),
      ruleIds: envelope.ruleIds,
      history: envelope.origin === Origin.HISTORY,
      backdated: envelope.backdated,
      region: envelope.region,
    })),
    at: (version) => fold(householdDecider, facts.slice(0, version)),
  };
}

/** The head of a household: a person id and the number of persons; neither for one without members. */
export function headAndSize(state: HouseholdState): { head: string | undefined; persons: number } {
  const members = state.status === 'none' ? [] : state.file.members;
  return { head: members.find(isHead)?.personId, persons: members.length };
}
