import type { CommandHandler } from '@fupin/event-sourcing';
import type { BusinessDate } from '@fupin/domain';
import type { Pool } from 'pg';
import { rowsOfClaims, rowsOfPersons } from '../vault/person-rows.js';
import type { LifeElsewhere } from './decider/commands.js';
import type { Event } from './decider/event.js';
import { factsOf } from './decider/evolve.js';
import { householdStream } from './household.stream.js';

/**
 * When a person joined and left other households than `householdId`: those that the vault names for the same number, and
 * from there every household that the person came from or went to. Nothing for a person who was erased.
 */
export async function lifeElsewhere(
  { handler, pool }: { readonly handler: CommandHandler; readonly pool: Pool },
  personId: string,
  householdId: string,
): Promise<LifeElsewhere> {
  const own = (await rowsOfPersons(pool, [personId])).get(personId);
  const rows = own ? await rowsOfClaims(pool, [own.claim]) : [];
  const persons = new Set([personId, ...rows.map((row) => row.personId)]);
  const open = [householdId, ...rows.map((row) => row.householdId)];
  const seen = new Set<string>();
  const life = { joined: [] as BusinessDate[], left: [] as BusinessDate[] };
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const { state } = await handler.read(householdStream, id);
    const stays = staysIn(state.status === 'none' ? [] : factsOf(state.file.log), persons);
    open.push(...stays.others);
    if (id === householdId) continue;
    life.joined.push(...stays.joined);
    life.left.push(...stays.left);
  }
  return life;
}

/** What one household's events say of these persons, and which households they came from or went to. */
function staysIn(
  facts: readonly { readonly event: Event; readonly occurredOn: BusinessDate }[],
  persons: ReadonlySet<string>,
) {
  const stays = { joined: [] as BusinessDate[], left: [] as BusinessDate[], others: [] as string[] };
  let here = false;
  const joins = (on: BusinessDate, from = '') => {
    if (!here) stays.joined.push(on);
    here = true;
    if (from) stays.others.push(from);
  };
  const leaves = (on: BusinessDate, to = '') => {
    if (here) stays.left.push(on);
    here = false;
    if (to) stays.others.push(to);
  };
  const about = (members: readonly { readonly personId: string }[]) =>
    members.some(({ personId }) => persons.has(personId));
  for (const { event, occurredOn } of facts) {
    switch (event.case) {
      case 'applicationFiled':
      case 'householdRegistered':
        if (about(event.value.members)) joins(occurredOn);
        break;
      case 'householdSplitOff':
      case 'householdMerged':
        if (about(event.value.members)) joins(occurredOn, event.value.fromHouseholdId);
        break;
      case 'memberAdded':
        if (event.value.member && about([event.value.member])) joins(occurredOn, event.value.fromHouseholdId);
        break;
      case 'memberLeft':
        if (about([event.value])) leaves(occurredOn, event.value.toHouseholdId);
        break;
      case 'householdSplit':
        if (event.value.personIds.some((personId) => persons.has(personId)))
          leaves(occurredOn, event.value.intoHouseholdId);
        break;
      case 'householdMergedAway':
        if (here) leaves(occurredOn, event.value.intoHouseholdId);
        break;
      default:
    }
  }
  return stays;
}
