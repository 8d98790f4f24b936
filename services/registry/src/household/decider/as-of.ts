import type { BusinessDate } from '@fupin/domain';
import { evolve, factsOf } from './evolve.js';
import { NO_HOUSEHOLD, type HouseholdFile } from './state.js';

/**
 * The file as it stood at the end of a day, with everything that is known of that day now: facts recorded later but dated
 * by then are in it, facts dated after it are not. On a day before the file was opened it is the file as opened.
 */
export function fileOn(file: HouseholdFile, date: BusinessDate): HouseholdFile {
  const day = date < file.openedOn ? file.openedOn : date;
  const state = factsOf(file.log)
    .filter(({ occurredOn }) => occurredOn <= day)
    .reduce(evolve, NO_HOUSEHOLD);
  return state.status === 'none' ? file : state.file;
}

/** How many members the household had at the end of a day, as known now. */
export const sizeOn = (file: HouseholdFile, date: BusinessDate): number => fileOn(file, date).members.length;
