import type { Person } from '../vault/person-vault.js';
import { maskedNumber } from '../vault/masking.js';

/** What the vault may give to a paper. Full numbers, phones and accounts are not among it: no paper can ask for them. */
export type PersonalField = 'name' | 'maskedIdNumber' | 'group';

export type PaperKind = 'reviewRecord' | 'noticeList' | 'exitConfirmation' | 'householdFile';

/** Which direct identifiers each paper shows, of the head and of the other members; everything else stays in the vault. */
export const PERSONAL_DATA: Readonly<
  Record<PaperKind, { readonly head: readonly PersonalField[]; readonly members: readonly PersonalField[] }>
> = {
  /** 民主评议记录: stays with the village. */
  reviewRecord: { head: ['name'], members: [] },
  /** 公示名单: hangs on a wall. The village group is the first part of the address and no more of it. */
  noticeList: { head: ['name', 'group'], members: [] },
  /** 脱贫确认表 */
  exitConfirmation: { head: ['name', 'maskedIdNumber'], members: [] },
  /** 一户一档 */
  householdFile: { head: ['name', 'maskedIdNumber', 'group'], members: ['name', 'maskedIdNumber'] },
};

/** Shown for one who was erased from the vault, or not asked for. */
export const NOT_SHOWN = '—';

/** A person as far as a paper shows them. */
export type Shown = Readonly<Partial<Record<PersonalField, string>>>;

/** Reduces an opened person to what a paper may show of one in this place. */
export function shown(kind: PaperKind, as: 'head' | 'members', person: Person): Shown {
  return Object.fromEntries(PERSONAL_DATA[kind][as].map((field) => [field, READ[field](person)]));
}

const READ: Readonly<Record<PersonalField, (person: Person) => string>> = {
  name: ({ name }) => name,
  maskedIdNumber: ({ idNumber }) => maskedNumber(idNumber),
  group: ({ address }) => /^\s*([\p{Script=Han}\d]{1,6}?组)/u.exec(address ?? '')?.[1] ?? '',
};
