import type { CommandHandler } from '@fupin/event-sourcing';
import type { PersonRow } from '../vault/person-rows.js';
import type { KnownElsewhere } from './decider/commands.js';
import { standsHere } from './decider/membership.js';
import { householdStream } from './household.stream.js';

/**
 * Where the persons of a command stand in other households than their own (`here`): `rows` are those of their numbers,
 * `claims` the members' in order. Never the dead: see {@link standsHere}.
 */
export async function knownElsewhere(
  handler: CommandHandler,
  rows: readonly PersonRow[],
  claims: readonly string[],
  here?: string,
): Promise<KnownElsewhere[]> {
  const found: KnownElsewhere[] = [];
  for (const row of rows) {
    const member = claims.indexOf(row.claim);
    if (row.householdId === here || member < 0) continue;
    const { state } = await handler.read(householdStream, row.householdId);
    const stands = state.status === 'none' ? undefined : standsHere(state.file, row.personId);
    if (stands) found.push({ member, ...stands });
  }
  return found;
}
