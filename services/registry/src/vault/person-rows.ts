import type { Attachment } from '@fupin/event-sourcing';
import { parsePersonNumber } from '@fupin/domain';
import type { Pool } from 'pg';
import { numberHash, openBytes, sealBytes } from './cipher.js';
import { claimedHash, PERSON_CLAIM, personClaim } from './intake.js';
import { vaultKey, type VaultKeys } from './vault-keys.js';

// Where persons belong, and how their rows follow when households change. Nobody is read here: names stay sealed.

/** A person's row without who they are. */
export interface PersonRow {
  readonly personId: string;
  readonly householdId: string;
  readonly village: string;
  readonly head: boolean;
  /** The claim that keeps the person in one household. */
  readonly claim: string;
  readonly keyId: string;
  /** Sealed; kept with the head. */
  readonly address: Buffer | null;
}

/** What of a row may follow a change of households. */
export interface RowChange {
  readonly householdId?: string;
  readonly village?: string;
  readonly head?: boolean;
  /** Has left; of those who have not, a household has each number once. */
  readonly former?: boolean;
  /** Null takes the address away. */
  readonly address?: string | null;
}

interface Columns {
  person_id: string;
  household_id: string;
  village: string;
  head: boolean;
  number_hash: Buffer;
  key_id: string;
  address: Buffer | null;
}

const COLUMNS = 'person_id, household_id, village, head, number_hash, key_id, address';

/** The rows of these persons, by person; an erased one has none. */
export async function rowsOfPersons(
  pool: Pool,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, PersonRow>> {
  const { rows } = await pool.query<Columns>(
    `SELECT ${COLUMNS} FROM person_vault WHERE person_id = ANY($1::uuid[])`,
    [personIds],
  );
  return new Map(rows.map((row) => [row.person_id, rowOf(row)]));
}

/** All rows of a household, also of those who have left it and belong to no other one. */
export async function rowsOfHousehold(pool: Pool, householdId: string): Promise<readonly PersonRow[]> {
  const { rows } = await pool.query<Columns>(`SELECT ${COLUMNS} FROM person_vault WHERE household_id = $1`, [
    householdId,
  ]);
  return rows.map(rowOf);
}

/** The rows of an ID or disability card number: one for each time the person was registered anew. */
export async function rowsOfNumber(
  pool: Pool,
  keys: VaultKeys,
  idNumber: string,
): Promise<readonly PersonRow[]> {
  const number = parsePersonNumber(idNumber);
  if (!number.ok) return [];
  return rowsOfClaims(pool, [personClaim(numberHash(keys, number.canonical))]);
}

/** The same for many numbers, by the persons' claims. */
export async function rowsOfClaims(pool: Pool, claims: readonly string[]): Promise<readonly PersonRow[]> {
  const { rows } = await pool.query<Columns>(
    `SELECT ${COLUMNS} FROM person_vault WHERE number_hash = ANY($1::bytea[]) ORDER BY person_id`,
    [claims.map(claimedHash)],
  );
  return rows.map(rowOf);
}

/** Of these, the rows of persons whom no household claims: they have left the register. */
export async function unclaimedRows(pool: Pool, claims: readonly string[]): Promise<readonly PersonRow[]> {
  const { rows } = await pool.query<Columns>(
    `SELECT ${COLUMNS} FROM person_vault WHERE number_hash = ANY($1::bytea[])
       AND NOT EXISTS (SELECT FROM keys WHERE key = 'claim:${PERSON_CLAIM}' || encode(number_hash, 'hex'))`,
    [claims.map(claimedHash)],
  );
  return rows.map(rowOf);
}

/** Whether two looks at the rows of a number found the same persons in the same households. */
export const sameRows = (some: readonly PersonRow[], others: readonly PersonRow[]): boolean =>
  some.length === others.length &&
  some.every(
    ({ personId, householdId }, i) =>
      personId === others[i]?.personId && householdId === others[i]?.householdId,
  );

/**
 * The change of a person's row for the append that it follows from. With an address it fails when the row was sealed with
 * another key meanwhile, because a row has one key for all its fields.
 */
export function changedRow(keys: VaultKeys, row: PersonRow, change: RowChange): Attachment {
  const { householdId, village, head, former, address } = change;
  const sealed = address !== undefined && address !== null ? sealedFor(keys, row, address) : address;
  return {
    table: 'person_vault',
    key: sealed === undefined ? ['person_id'] : ['person_id', 'key_id'],
    row: {
      person_id: row.personId,
      ...(householdId !== undefined && { household_id: householdId }),
      ...(village !== undefined && { village }),
      ...(head !== undefined && { head }),
      ...(former !== undefined && { former }),
      ...(sealed !== undefined && { key_id: row.keyId, address: sealed }),
    },
  };
}

/** The address that is kept with a head, to be kept with the next one; undefined without one. */
export function addressOf(keys: VaultKeys, { personId, keyId, address }: PersonRow): string | undefined {
  if (!address) return undefined;
  return openBytes(keyId, vaultKey(keys, keyId), `${personId}:address`, address).toString('utf8');
}

function sealedFor(keys: VaultKeys, { personId, keyId }: PersonRow, address: string): string {
  const bytes = sealBytes(keyId, vaultKey(keys, keyId), `${personId}:address`, Buffer.from(address));
  return `\\x${bytes.toString('hex')}`;
}

/**
 * Notes about a household and where its papers lie, for the append in which it goes into another one: they belong to the
 * other one's persons from then on, so they are erased with the last of them.
 */
export async function papersGoOver(pool: Pool, from: string, to: string): Promise<Attachment[]> {
  const { rows } = await pool.query<{ notes: string[]; documents: string[] }>(
    `SELECT array(SELECT note_id FROM vault_notes WHERE household_id = $1) notes,
       array(SELECT document_id FROM household_documents WHERE household_id = $1) documents`,
    [from],
  );
  const { notes = [], documents = [] } = rows[0] ?? {};
  return [
    ...notes.map((id): Attachment => movedTo(to, 'vault_notes', 'note_id', id)),
    ...documents.map((id): Attachment => movedTo(to, 'household_documents', 'document_id', id)),
  ];
}

const movedTo = (to: string, table: string, key: string, id: string): Attachment => ({
  table,
  key: [key],
  row: { [key]: id, household_id: to },
});

const rowOf = (row: Columns): PersonRow => ({
  personId: row.person_id,
  householdId: row.household_id,
  village: row.village,
  head: row.head,
  claim: personClaim(row.number_hash.toString('hex')),
  keyId: row.key_id,
  address: row.address,
});
