import type { HouseholdKind, Member, PovertyCauses } from '@fupin/contracts';
import type { BusinessDate } from '@fupin/domain';
import { MEMBER_FIELDS, withFields, type MemberField } from './member-fields.js';
import type { HouseholdFile, MemberDates } from './state.js';

// What holds today is what the latest business date says; of two statements of one day the one recorded later. A fact that
// arrives late finds newer ones there and leaves them alone.

const counts = (on: BusinessDate, known: BusinessDate | undefined): boolean =>
  known === undefined || known <= on;

/** 致贫原因 as stated on a day. */
export const causesFrom = (
  file: HouseholdFile,
  causes: PovertyCauses | undefined,
  on: BusinessDate,
): HouseholdFile => (counts(on, file.causesOn) ? { ...file, causes, causesOn: on } : file);

/** 户属性 as stated on a day. */
export const kindFrom = (
  file: HouseholdFile,
  householdKind: HouseholdKind,
  on: BusinessDate,
): HouseholdFile =>
  counts(on, file.householdKindOn) ? { ...file, householdKind, householdKindOn: on } : file;

/** The named fields of a member as stated on a day. */
export function memberFrom(
  file: HouseholdFile,
  stated: Member,
  names: readonly string[],
  on: BusinessDate,
): HouseholdFile {
  const { personId } = stated;
  const dates = file.memberDates[personId] ?? {};
  const taken = MEMBER_FIELDS.filter((field) => names.includes(field) && counts(on, dates[field]));
  return {
    ...file,
    members: file.members.map((known) =>
      known.personId === personId ? withFields(known, stated, taken) : known,
    ),
    memberDates: { ...file.memberDates, [personId]: { ...dates, ...fieldsOn(taken, on) } },
  };
}

const fieldsOn = (fields: readonly MemberField[], on: BusinessDate): MemberDates =>
  Object.fromEntries(fields.map((field) => [field, on]));

/** What a form says of the whole household. */
interface Statement {
  readonly householdKind: HouseholdKind;
  readonly members: readonly Member[];
  readonly causes: PovertyCauses | undefined;
}

/** A form that is filled in afresh: everything it says is of its own day. */
export function statedAfresh(
  file: HouseholdFile,
  { householdKind, members, causes }: Statement,
  on: BusinessDate,
): HouseholdFile {
  const memberDates = Object.fromEntries(
    members.map(({ personId }) => [personId, fieldsOn(MEMBER_FIELDS, on)]),
  );
  return { ...file, householdKind, householdKindOn: on, members, memberDates, causes, causesOn: on };
}

/**
 * A form that carries on what is known, as a registration does with its application: what it says counts, but is no newer
 * than what it was taken from, so that a fact of the days between which is recorded afterwards still counts. What is known
 * of later days stays.
 */
export function carriedOn(
  file: HouseholdFile,
  { householdKind, members, causes }: Statement,
  on: BusinessDate,
): HouseholdFile {
  const newer = (date: BusinessDate | undefined) => date !== undefined && date > on;
  return {
    ...file,
    ...(!newer(file.householdKindOn) && { householdKind }),
    ...(!newer(file.causesOn) && { causes }),
    members: members.map((stated) => {
      const known = file.members.find(({ personId }) => personId === stated.personId);
      const dates = file.memberDates[stated.personId] ?? {};
      const kept = MEMBER_FIELDS.filter((field) => newer(dates[field]));
      return known ? withFields(stated, known, kept) : stated;
    }),
  };
}
