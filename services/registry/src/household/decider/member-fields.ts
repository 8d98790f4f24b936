import { create, equals } from '@bufbuild/protobuf';
import { MemberSchema, type Member } from '@fupin/contracts';

/** What a fact can tell about a member: everything but who it is. Named as `MemberChanged.changed` names them. */
export const MEMBER_FIELDS = [
  'birthYear',
  'sex',
  'relation',
  'ethnicity',
  'education',
  'schooling',
  'health',
  'workAbility',
  'workplace',
  'monthsWorked',
  'dibao',
  'medicalInsurance',
  'pension',
] as const satisfies readonly (keyof Member)[];
export type MemberField = (typeof MEMBER_FIELDS)[number];

/** The fields in which two statements about a person differ. */
export const differingFields = (one: Member, other: Member): MemberField[] =>
  MEMBER_FIELDS.filter((field) => !equals(MemberSchema, only(one, field), only(other, field)));

const only = (member: Member, field: MemberField): Member => create(MemberSchema, { [field]: member[field] });

/** The member with the named fields as `stated` has them; names that are no fields of this version change nothing. */
export function withFields(known: Member, stated: Member, names: readonly string[]): Member {
  const taken = MEMBER_FIELDS.filter((field) => names.includes(field));
  return { ...known, ...Object.fromEntries(taken.map((field) => [field, stated[field]])) };
}
