// Request bodies about dynamic change → commands. No rules here: only other words for the same thing.
import { MemberRelationSchema, type MemberRelation } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import type { CodeSystemName } from '@fupin/domain';
import type { KindChangeDto, MemberChangeDto, MemberDepartureDto, RelationDto } from './changes.dto.js';
import type {
  Basis,
  ChangeHouseholdKind,
  ChangeMember,
  MemberChanges,
  RecordMemberDeparture,
} from '../decider/commands.js';
import { coded, HOUSEHOLD_KINDS, LEAVE_REASONS } from './names.js';
import type { CodeDto } from './parts.dto.js';

export const memberDeparture = (body: MemberDepartureDto, basis: Basis): RecordMemberDeparture => ({
  type: 'recordMemberDeparture',
  ...basis,
  personId: body.personId,
  reason: LEAVE_REASONS[body.reason],
  relations: relationsOf(body.relations),
});

export const memberChange = (body: MemberChangeDto, basis: Basis): ChangeMember => ({
  type: 'changeMember',
  ...basis,
  personId: body.personId,
  changes: changesOf(body),
});

export const kindChange = (body: KindChangeDto, basis: Basis): ChangeHouseholdKind => ({
  type: 'changeHouseholdKind',
  ...basis,
  householdKind: HOUSEHOLD_KINDS[body.householdKind],
});

export const relationOf = ({ system, code }: CodeDto) => coded(system ?? 'registerRelation', code);

export const relationsOf = (relations: readonly RelationDto[] = []): MemberRelation[] =>
  relations.map(({ personId, relation }) =>
    create(MemberRelationSchema, { personId, relation: relationOf(relation) }),
  );

const LISTS = {
  relation: 'registerRelation',
  ethnicity: 'registerEthnicity',
  education: 'registerEducation',
  schooling: 'registerSchooling',
  health: 'registerHealth',
  workAbility: 'registerWorkAbility',
  workplace: 'registerWorkplace',
} as const satisfies Partial<Record<keyof MemberChanges, CodeSystemName>>;

/** Only what the request names: the rest stays. */
function changesOf(body: MemberChangeDto): MemberChanges {
  const { monthsWorked, dibao, medicalInsurance, pension } = body;
  const codes = (Object.keys(LISTS) as (keyof typeof LISTS)[]).flatMap((field) => {
    const value = body[field];
    return value ? [[field, coded(value.system ?? LISTS[field], value.code)] as const] : [];
  });
  return {
    ...(Object.fromEntries(codes) as Pick<MemberChanges, keyof typeof LISTS>),
    ...(monthsWorked !== undefined && { monthsWorked }),
    ...(dibao !== undefined && { dibao }),
    ...(medicalInsurance !== undefined && { medicalInsurance }),
    ...(pension !== undefined && { pension }),
  };
}
