import type { Attachment } from '@fupin/event-sourcing';
import { MemberSchema, Sex, type CodedValue, type Member } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { parsePersonNumber, type PersonNumber } from '@fupin/domain';
import { isHead } from '../household/decider/identification.js';
import { newId } from '../new-id.js';
import { numberHash, seal } from './cipher.js';
import type { VaultKeys } from './vault-keys.js';

/** A person as a form brings it in: the direct identifiers, and what events may carry about them. */
export interface PersonIn {
  readonly name: string;
  /** ID number or disability card number, as written. */
  readonly idNumber: string;
  /** The number as it was read, where the caller has checked it already. */
  readonly number?: Extract<PersonNumber, { ok: true }> | undefined;
  readonly phone?: string | undefined;
  readonly bankAccount?: string | undefined;
  readonly relation: CodedValue;
  readonly ethnicity?: CodedValue | undefined;
  readonly education?: CodedValue | undefined;
  readonly schooling?: CodedValue | undefined;
  readonly health?: CodedValue | undefined;
  readonly workAbility?: CodedValue | undefined;
  readonly workplace?: CodedValue | undefined;
  readonly monthsWorked?: number | undefined;
  readonly dibao?: boolean | undefined;
  readonly medicalInsurance?: boolean | undefined;
  readonly pension?: boolean | undefined;
}

/** What a household's persons become: opaque members for the event, claims and vault rows for the same append. */
export interface Intake {
  readonly members: readonly Member[];
  /** One claim for each person, in the members' order: a person belongs to one household only. */
  readonly claims: readonly string[];
  readonly attachments: readonly Attachment[];
}

/**
 * Separates the direct identifiers of a household's persons from what events carry. Names, numbers, phones, accounts and
 * the address below the village (kept with the head) go encrypted into rows of `person_vault`; the members carry new
 * opaque ids, year of birth and sex. Throws `RangeError` for a number that is none: check it before.
 */
export function takeIn(
  keys: VaultKeys,
  household: {
    readonly householdId: string;
    readonly villageCode: string;
    readonly persons: readonly PersonIn[];
    readonly address?: string | undefined;
  },
): Intake {
  const { members, claims, attachments } = takeInPersons(keys, household);
  return {
    members,
    claims,
    attachments: [directoryRow(household.householdId, household.villageCode), ...attachments],
  };
}

/** The same for persons who join a household that is there. */
export function takeInPersons(keys: VaultKeys, household: Parameters<typeof takeIn>[1]): Intake {
  const members: Member[] = [];
  const claims: string[] = [];
  const attachments: Attachment[] = [];
  for (const person of household.persons) {
    const number = person.number ?? parsePersonNumber(person.idNumber);
    if (!number.ok) throw new RangeError('not a person number');
    const personId = newId();
    const hash = numberHash(keys, number.canonical);
    const member = memberOf(person, personId, Number(number.birthDate.slice(0, 4)), number.sex);
    const head = isHead(member);
    members.push(member);
    claims.push(personClaim(hash));
    const sealed = (column: string, text: string | undefined) =>
      text === undefined || text === '' ? null : seal(keys, `${personId}:${column}`, text);
    attachments.push({
      table: 'person_vault',
      row: {
        person_id: personId,
        household_id: household.householdId,
        village: household.villageCode,
        head,
        key_id: keys.current,
        number_hash: `\\x${hash}`,
        name: sealed('name', person.name),
        id_number: sealed('id_number', number.cardNumber),
        phone: sealed('phone', person.phone),
        bank_account: sealed('bank_account', person.bankAccount),
        address: head ? sealed('address', household.address) : null,
      },
    });
  }
  return { members, claims, attachments };
}

/** The claim that keeps a person in one household. */
export const personClaim = (hash: string): string => PERSON_CLAIM + hash;
export const PERSON_CLAIM = 'person:';

/** The hash of a person's number in their claim. */
export const claimedHash = (claim: string): Buffer => Buffer.from(claim.slice(PERSON_CLAIM.length), 'hex');

/** Where a household lives: written in the append of its first event, changed in that of a move. */
export function directoryRow(householdId: string, villageCode: string): Attachment {
  return { table: 'household_directory', row: { household_id: householdId, village: villageCode } };
}

/** The change of it. */
export const movedRow = (householdId: string, villageCode: string): Attachment => ({
  ...directoryRow(householdId, villageCode),
  key: ['household_id'],
});

function memberOf(person: PersonIn, personId: string, birthYear: number, sex: 'male' | 'female'): Member {
  const { relation, ethnicity, education, schooling, health, workAbility, workplace } = person;
  return create(MemberSchema, {
    personId,
    birthYear,
    sex: sex === 'male' ? Sex.MALE : Sex.FEMALE,
    relation,
    ...(ethnicity && { ethnicity }),
    ...(education && { education }),
    ...(schooling && { schooling }),
    ...(health && { health }),
    ...(workAbility && { workAbility }),
    ...(workplace && { workplace }),
    monthsWorked: person.monthsWorked ?? 0,
    dibao: person.dibao ?? false,
    medicalInsurance: person.medicalInsurance ?? false,
    pension: person.pension ?? false,
  });
}
