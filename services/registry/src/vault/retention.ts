import { isBusinessDate, type BusinessDate } from '@fupin/domain';
import type { HouseholdFile, HouseholdState } from '../household/decider/state.js';

/**
 * The day on which a person left the register, alone or with the household; undefined while they are in it (also as a
 * member of an exited household: 脱贫户 stay registered) or were never of this household.
 */
export function leftRegisterOn(state: HouseholdState, personId: string): BusinessDate | undefined {
  if (state.status === 'none') return undefined;
  const { members, departures } = state.file;
  if (!members.some((member) => member.personId === personId)) {
    const left = departures.findLast((departure) => departure.personId === personId);
    return left?.on ?? neverJoinedOn(state.file, personId);
  }
  switch (state.status) {
    case 'removed':
      return state.removedOn;
    case 'extinguished':
      return state.extinguishedOn;
    case 'turnedDown':
      return state.file.lastStatusOn;
    default:
      return undefined;
  }
}

/** 误录作废: who was entered by mistake, and struck out, left on the day on which they were said to have come. */
const neverJoinedOn = ({ annulled }: HouseholdFile, personId: string): BusinessDate | undefined =>
  annulled.findLast(({ event }) => event.case === 'memberAdded' && event.value.member?.personId === personId)
    ?.occurredOn;

/**
 * Last day of a retention period of full years from the day after `leftOn`: the same day of the year, or the month's last
 * one where there is no such day. Erasure is lawful from the day after.
 */
export function retainedUntil(leftOn: BusinessDate, years: number): BusinessDate {
  const year = String(Number(leftOn.slice(0, 4)) + years).padStart(4, '0');
  const day = `${year}${leftOn.slice(4)}`;
  return isBusinessDate(day) ? day : `${year}-02-28`;
}
