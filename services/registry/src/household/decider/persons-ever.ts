import { factsOf } from './evolve.js';
import type { HouseholdState } from './state.js';

/** Ids of all who are members or were once, also of those who went into another household with a merge. */
export function personsEver(state: HouseholdState): string[] {
  if (state.status === 'none') return [];
  const persons = new Set<string>();
  const add = (members: readonly { readonly personId: string }[]) =>
    members.forEach(({ personId }) => persons.add(personId));
  add(state.file.members);
  add(state.file.departures);
  // The end by a merge leaves nobody in the file: the events before it say who was there.
  for (const { event } of factsOf(state.file.log)) {
    if ('members' in event.value) add(event.value.members);
    if (event.case === 'memberAdded' && event.value.member) add([event.value.member]);
  }
  return [...persons];
}
