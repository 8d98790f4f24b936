// The words the specs of dynamic change are written in, beside household-story.ts.
import { create } from '@bufbuild/protobuf';
import {
  CodeSystem,
  HouseholdKind,
  JoinReason,
  LeaveReason,
  MemberRelationSchema,
  type Member,
  type MemberRelation,
} from '@fupin/contracts';
import type { NewEvent } from '@fupin/event-sourcing/decider';
import type { Event } from '../src/household/decider/basis.js';
import type {
  AddMember,
  Basis,
  ChangeHouseholdKind,
  ChangeMember,
  MemberChanges,
  MergeHouseholds,
  MoveHousehold,
  RecordMemberDeparture,
  SplitHousehold,
  TransferMember,
} from '../src/household/decider/commands.js';
import { code, live, member, on } from './household-story.js';

export const VILLAGE = '422823101201';
export const NEIGHBOUR = '422823101202';
/** 湖南省长沙市: another province. */
export const HUNAN = '430102001001';

export const relation = (value: string) => code(CodeSystem.REGISTER_RELATION, value);
export const relations = (named: Readonly<Record<string, string>>): MemberRelation[] =>
  Object.entries(named).map(([personId, value]) =>
    create(MemberRelationSchema, { personId, relation: relation(value) }),
  );
export const born = (personId: string, birthYear: number, to = '04'): Member => ({
  ...member(personId, to),
  birthYear,
});

export const birth = (
  occurredOn: string,
  child: Member = born('baby', 2016),
  parents: readonly string[] = ['head', 'spouse'],
  birthDate = occurredOn,
): AddMember => ({
  type: 'addMember',
  ...on(occurredOn),
  reason: JoinReason.BIRTH,
  person: { member: child, birthDate },
  parentPersonIds: parents,
});
export const joins = (
  occurredOn: string,
  who: Member = born('bride', 1992, '06'),
  reason = JoinReason.MARRIAGE,
  birthDate = '1992-05-01',
): AddMember => ({
  type: 'addMember',
  ...on(occurredOn),
  reason,
  person: { member: who, birthDate },
  parentPersonIds: [],
});
export const comesBack = (occurredOn: string, personId: string, to = '04'): AddMember => ({
  type: 'addMember',
  ...on(occurredOn),
  reason: JoinReason.RETURN,
  person: { personId, relation: relation(to) },
  parentPersonIds: [],
});
export const leaves = (
  occurredOn: string,
  personId: string,
  reason = LeaveReason.DEATH,
  remaining: Readonly<Record<string, string>> = {},
): RecordMemberDeparture => ({
  type: 'recordMemberDeparture',
  ...on(occurredOn),
  personId,
  reason,
  relations: relations(remaining),
});
export const changes = (occurredOn: string, personId: string, what: MemberChanges): ChangeMember => ({
  type: 'changeMember',
  ...on(occurredOn),
  personId,
  changes: what,
});
export const kind = (occurredOn: string, householdKind = HouseholdKind.DIBAO): ChangeHouseholdKind => ({
  type: 'changeHouseholdKind',
  ...on(occurredOn),
  householdKind,
});
export const moves = (
  occurredOn: string,
  toRegion = NEIGHBOUR,
  rest: Partial<Basis> = {},
): MoveHousehold => ({
  type: 'moveHousehold',
  ...on(occurredOn, rest),
  toRegion,
});
export const transfers = (
  occurredOn: string,
  personId: string,
  rest: Partial<TransferMember> & { village?: string } = {},
  fromVillage = VILLAGE,
): TransferMember => ({
  type: 'transferMember',
  ...on(occurredOn),
  householdId: 'here',
  personId,
  reason: JoinReason.MARRIAGE,
  relation: relation('06'),
  from: { householdId: 'there', basis: on(occurredOn, { village: fromVillage }) },
  relationsLeft: [],
  ...rest,
});
export const splits = (
  occurredOn: string,
  going: Readonly<Record<string, string>>,
  remaining: Readonly<Record<string, string>> = {},
): SplitHousehold => ({
  type: 'splitHousehold',
  ...on(occurredOn),
  householdId: 'here',
  intoHouseholdId: 'fresh',
  householdNo: '422823101201-00002',
  relations: relations(going),
  relationsLeft: relations(remaining),
});
export const merges = (
  occurredOn: string,
  coming: Readonly<Record<string, string>>,
  fromVillage = VILLAGE,
): MergeHouseholds => ({
  type: 'mergeHouseholds',
  ...on(occurredOn),
  householdId: 'here',
  from: { householdId: 'there', basis: on(occurredOn, { village: fromVillage }) },
  relations: relations(coming),
});

/** A household's events under other persons' ids: a second household that nobody of the first belongs to. */
export const others = (...commands: Parameters<typeof live>): NewEvent<Event>[] =>
  live(
    ...commands.map((command) =>
      command.type === 'fileApplication'
        ? {
            ...command,
            members: command.members.map((one) => ({ ...one, personId: `other-${one.personId}` })),
          }
        : command,
    ),
  ).events;
