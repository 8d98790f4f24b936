import type { AcrossExtras, Attachment } from '@fupin/event-sourcing';
import { LeaveReason, type MemberRelation } from '@fupin/contracts';
import type { Pool } from 'pg';
import { directoryRow, movedRow } from '../vault/intake.js';
import {
  addressOf,
  changedRow,
  papersGoOver,
  rowsOfHousehold,
  rowsOfPersons,
  type PersonRow,
  type RowChange,
} from '../vault/person-rows.js';
import type { VaultKeys } from '../vault/vault-keys.js';
import type {
  MergeHouseholds,
  MoveHousehold,
  RecordMemberDeparture,
  SplitHousehold,
  TransferMember,
} from './decider/commands.js';
import { numberClaim } from './household-directory.js';
import { isHead } from './decider/identification.js';
import type { HouseholdState } from './decider/state.js';

// Claims and rows that follow from a change of who belongs where. A person whose row was erased has neither.

/** Where claims and rows are. */
export interface Vault {
  readonly pool: Pool;
  readonly keys: VaultKeys;
}

/** A departure: the dead keep their claim, all others give it up; the next head gets the mark and the address. */
export async function departureExtras(
  vault: Vault,
  { personId, reason, relations }: RecordMemberDeparture,
): Promise<AcrossExtras> {
  const rows = await rowsOfPersons(vault.pool, [personId, ...relations.map((one) => one.personId)]);
  const own = rows.get(personId);
  const changes = headChanges(vault, rows, personId, relations);
  changes.set(personId, { ...changes.get(personId), former: true });
  return {
    ...(own && reason !== LeaveReason.DEATH && { release: [own.claim] }),
    attachments: rowChanges(vault, [...rows.values()], changes),
  };
}

/** Somebody goes over: claim and row go along, with the last one also the papers of the household that ends. */
export async function transferExtras(
  vault: Vault,
  command: TransferMember,
  ended: boolean,
): Promise<AcrossExtras> {
  const { personId, householdId, village, relationsLeft } = command;
  const rows = await rowsOfPersons(vault.pool, [personId, ...relationsLeft.map((one) => one.personId)]);
  const own = rows.get(personId);
  const changes = headChanges(vault, rows, personId, relationsLeft);
  changes.set(personId, { householdId, village, head: false });
  const papers = ended ? await papersGoOver(vault.pool, command.from.householdId, householdId) : [];
  return {
    ...(own && { take: [own.claim], release: [own.claim] }),
    attachments: [...rowChanges(vault, [...rows.values()], changes), ...papers],
  };
}

/**
 * Somebody comes back: the claim is taken again, the row follows from wherever it was, and the papers of a household of
 * which theirs was the last row.
 */
export async function returnExtras(
  vault: Vault,
  row: PersonRow,
  householdId: string,
  village: string,
): Promise<AcrossExtras> {
  const elsewhere = row.householdId !== householdId;
  const last = elsewhere && (await rowsOfHousehold(vault.pool, row.householdId)).length === 1;
  const papers = last ? await papersGoOver(vault.pool, row.householdId, householdId) : [];
  return {
    take: [row.claim],
    attachments: [
      changedRow(vault.keys, row, { householdId, village, head: false, former: false }),
      ...papers,
    ],
  };
}

/** A move: directory and all rows of the household; the old address is none in the new village. */
export async function moveExtras(
  vault: Vault,
  householdId: string,
  { toRegion }: MoveHousehold,
  address: string | undefined,
): Promise<AcrossExtras> {
  const rows = await rowsOfHousehold(vault.pool, householdId);
  const changed = rows.map((row) =>
    changedRow(vault.keys, row, { village: toRegion, ...(row.head && { address: address ?? null }) }),
  );
  return { attachments: [movedRow(householdId, toRegion), ...changed] };
}

/** A split: the new household's number, village, persons and their claims. */
export async function splitExtras(
  vault: Vault,
  command: SplitHousehold,
  address: string | undefined,
): Promise<AcrossExtras> {
  const { intoHouseholdId: householdId, householdNo, relations, relationsLeft, village } = command;
  const persons = [...relations, ...relationsLeft].map(({ personId }) => personId);
  const rows = await rowsOfPersons(vault.pool, persons);
  const leavingHead = relations.find(({ personId }) => rows.get(personId)?.head)?.personId;
  const changes = headChanges(vault, rows, leavingHead, relationsLeft);
  const claims: string[] = [];
  for (const relation of relations) {
    const row = rows.get(relation.personId);
    if (!row) continue;
    const head = isHead(relation);
    const changesAddress = head || row.head;
    const next = head ? (address ?? null) : null;
    changes.set(row.personId, { householdId, head, ...(changesAddress && { address: next }) });
    claims.push(row.claim);
  }
  return {
    release: claims,
    takeFor: { [householdId]: [...claims, numberClaim(householdNo)] },
    attachments: [directoryRow(householdId, village), ...rowChanges(vault, [...rows.values()], changes)],
  };
}

/** A merge: everybody's claim and row go over, and the papers. */
export async function mergeExtras(
  vault: Vault,
  { householdId, village, from }: MergeHouseholds,
  absorbed: HouseholdState | undefined,
): Promise<AcrossExtras> {
  const members = absorbed && absorbed.status !== 'none' ? absorbed.file.members : [];
  const rows = await rowsOfPersons(
    vault.pool,
    members.map(({ personId }) => personId),
  );
  const claims = [...rows.values()].map(({ claim }) => claim);
  return {
    take: claims,
    release: claims,
    attachments: [
      ...[...rows.values()].map((row) => changedRow(vault.keys, row, { householdId, village, head: false })),
      ...(await papersGoOver(vault.pool, from.householdId, householdId)),
    ],
  };
}

/** When a head goes: the mark and the address go to the next one. */
function headChanges(
  { keys }: Vault,
  rows: ReadonlyMap<string, PersonRow>,
  leaving: string | undefined,
  relations: readonly MemberRelation[],
): Map<string, RowChange> {
  const changes = new Map<string, RowChange>();
  const left = leaving === undefined ? undefined : rows.get(leaving);
  if (left?.head) changes.set(left.personId, { head: false });
  const next = relations.find(isHead);
  if (next) {
    const address = left && addressOf(keys, left);
    changes.set(next.personId, { head: true, ...(address !== undefined && { address }) });
  }
  return changes;
}

const rowChanges = (
  { keys }: Vault,
  rows: readonly PersonRow[],
  changes: ReadonlyMap<string, RowChange>,
): Attachment[] =>
  rows.flatMap((row) => {
    const change = changes.get(row.personId);
    return change ? [changedRow(keys, row, change)] : [];
  });
