import { LeaveReason } from '@fupin/contracts';
import type { AcrossExtras, NewEvent } from '@fupin/event-sourcing';
import {
  addressOf,
  changedRow,
  rowsOfHousehold,
  rowsOfPersons,
  type PersonRow,
  type RowChange,
} from '../vault/person-rows.js';
import type { Vault } from './change-rows.js';
import { householdDecider } from './decider/decider.js';
import type { Event } from './decider/event.js';
import { isHead } from './decider/identification.js';
import { departureOf, memberOf } from './decider/membership.js';
import type { HouseholdState } from './decider/state.js';

/** A household that a correction of members touches. */
export interface CorrectedHousehold {
  readonly id: string;
  readonly village: string;
}

/**
 * Claims and rows that follow from a correction about a member: who is one again takes the claim again, with the row; who
 * never was one, or has left after all, gives it up, but for the dead. The mark of the head and the address are with
 * whoever is the head then. The households are in the order of the states and events.
 */
export async function memberCorrectionExtras(
  vault: Vault,
  personId: string,
  households: readonly CorrectedHousehold[],
  events: readonly (readonly NewEvent<Event>[])[],
  states: readonly HouseholdState[],
): Promise<AcrossExtras> {
  const after = states.map((state, i) => folded(state, households[i]?.id ?? '', events[i] ?? []));
  const own = (await rowsOfPersons(vault.pool, [personId])).get(personId);
  const rows = new Map<string, PersonRow>(own && [[personId, own]]);
  const changes = new Map<string, RowChange>();
  const change = (id: string, more: RowChange) => changes.set(id, { ...changes.get(id), ...more });
  const joins = states.findIndex((state, i) => !isMember(state, personId) && isMember(after[i], personId));
  const leaves = states.findIndex((state, i) => isMember(state, personId) && !isMember(after[i], personId));
  const joined = households[joins];
  if (joined)
    change(personId, { householdId: joined.id, village: joined.village, head: false, former: false });
  else if (leaves >= 0) change(personId, { former: true });
  for (const [i, { id }] of households.entries()) {
    const all = new Map((await rowsOfHousehold(vault.pool, id)).map((row) => [row.personId, row]));
    if (own && i === joins) all.set(personId, { ...own, head: own.householdId === id && own.head });
    for (const [who, more] of headFollows(vault, all, after[i])) {
      rows.set(who, all.get(who)!);
      change(who, more);
    }
  }
  return {
    ...(own && joins === 0 && { take: [own.claim] }),
    ...(own && joined && joins > 0 && { takeFor: { [joined.id]: [own.claim] } }),
    ...(own && leaves >= 0 && !diedIn(after[leaves], personId) && { release: [own.claim] }),
    attachments: [...changes].flatMap(([who, what]) => {
      const row = rows.get(who);
      return row ? [changedRow(vault.keys, row, what)] : [];
    }),
  };
}

const folded = (state: HouseholdState, id: string, events: readonly NewEvent<Event>[]): HouseholdState =>
  events.reduce(
    (before, event, i) => householdDecider.evolve(before, { ...event, version: i, id: `${id}:0` }),
    state,
  );

const isMember = (state: HouseholdState | undefined, personId: string): boolean =>
  state !== undefined && state.status !== 'none' && memberOf(state.file, personId) !== undefined;

const diedIn = (state: HouseholdState | undefined, personId: string): boolean =>
  state !== undefined &&
  state.status !== 'none' &&
  departureOf(state.file, personId)?.reason === LeaveReason.DEATH;

/** The changes that take the head's mark, and the address kept with it, to who is the head now. */
function headFollows(
  { keys }: Vault,
  rows: ReadonlyMap<string, PersonRow>,
  state: HouseholdState | undefined,
): Map<string, RowChange> {
  const changes = new Map<string, RowChange>();
  const head = state && state.status !== 'none' ? state.file.members.find(isHead) : undefined;
  const next = head && rows.get(head.personId);
  if (!next) return changes;
  const marked = [...rows.values()].filter((row) => row.head && row !== next);
  for (const { personId } of marked) changes.set(personId, { head: false });
  if (next.head) return changes;
  const address = marked.map((row) => addressOf(keys, row)).find((known) => known !== undefined);
  return changes.set(next.personId, { head: true, ...(address !== undefined && { address }) });
}
