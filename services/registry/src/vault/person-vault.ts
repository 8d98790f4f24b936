import { Injectable } from '@nestjs/common';
import type { AppendExtras, Attachment, IdempotencyKey } from '@fupin/event-sourcing';
import type { Caller } from '@fupin/service';
import { parsePersonNumber } from '@fupin/domain';
import { Pool } from 'pg';
import { numberHash, open, seal } from './cipher.js';
import { personClaim, takeIn, type Intake } from './intake.js';
import { maskedNumber, type MaskedPerson } from './masking.js';
import { PersonAudits, type AuditAction } from './person-audits.js';
import type { VaultKeys } from './vault-keys.js';

/** A person with everything that identifies them. Never put it into an event, a log or a table of its own. */
export interface Person {
  readonly personId: string;
  readonly householdId: string;
  readonly villageCode: string;
  readonly head: boolean;
  readonly name: string;
  readonly idNumber: string;
  readonly phone: string | undefined;
  readonly bankAccount: string | undefined;
  readonly address: string | undefined;
}

/** Where a person belongs, without who they are. */
export type PersonPlace = Pick<Person, 'personId' | 'householdId' | 'villageCode' | 'head'>;

/** The right values of what was wrong; an empty phone, account or address means that there is none. */
export type PersonChange = Partial<
  Readonly<Record<'name' | 'idNumber' | 'phone' | 'bankAccount' | 'address', string>>
>;

/** Rows and claims of a correction, for the append of its event. */
export type Correction = Pick<AppendExtras, 'attachments' | 'take' | 'release'>;

/** The right number of a person is said to be that of somebody else of their household. */
export class NumberOfAnotherMember extends Error {}

interface Row {
  person_id: string;
  household_id: string;
  village: string;
  head: boolean;
  key_id: string;
  number_hash: Buffer;
  name: Buffer;
  id_number: Buffer;
  phone: Buffer | null;
  bank_account: Buffer | null;
  address: Buffer | null;
}

type SealedColumn = 'name' | 'id_number' | 'phone' | 'bank_account' | 'address';

const PLACE = 'person_id, household_id, village, head';

/** 隐私库: the only place with names, numbers, phones, accounts, addresses and free text, all encrypted. */
@Injectable()
export class PersonVault {
  readonly audits: PersonAudits;

  constructor(
    private readonly pool: Pool,
    readonly keys: VaultKeys,
  ) {
    this.audits = new PersonAudits(pool, keys);
  }

  /** See {@link takeIn}: rows and claims for the append that brings the household in. */
  takeIn(household: Parameters<typeof takeIn>[1]): Intake {
    return takeIn(this.keys, household);
  }

  /**
   * The idempotency key of a request whose body may name persons: its fingerprint under the vault's hash key, so that
   * nobody else can try out names and numbers against it.
   */
  keyed(idempotency: IdempotencyKey | undefined): IdempotencyKey | undefined {
    if (!idempotency) return undefined;
    const { key, fingerprint } = idempotency;
    const text = Buffer.from(fingerprint).toString('hex');
    return { key, fingerprint: Buffer.from(numberHash(this.keys, text), 'hex') };
  }

  /** A row of free text for the append that it belongs to; one about a person alone names them and goes with them. */
  note(
    noteId: string,
    householdId: string,
    kind: 'objection' | 'resolution' | 'correction' | 'finding',
    text: string,
    personId?: string,
  ): Attachment {
    const row = {
      note_id: noteId,
      household_id: householdId,
      kind,
      key_id: this.keys.current,
      text: seal(this.keys, `${noteId}:text`, text),
      ...(personId !== undefined && { person_id: personId }),
    };
    return { table: 'vault_notes', row };
  }

  /**
   * What puts a person's identity right in an append: the row with every field sealed anew under the current key, and the
   * claims that change when the ID number does. The old values are kept nowhere. Undefined for an unknown or erased person.
   * @throws NumberOfAnotherMember
   */
  async correction(personId: string, change: PersonChange): Promise<Correction | undefined> {
    const { rows } = await this.pool.query<Row>('SELECT * FROM person_vault WHERE person_id = $1', [
      personId,
    ]);
    const row = rows[0];
    if (!row) return undefined;
    const known = this.opened(row);
    const hash = row.number_hash.toString('hex');
    const number = change.idNumber === undefined ? undefined : parsePersonNumber(change.idNumber);
    if (number && !number.ok) throw new RangeError('not a person number');
    const newHash = number ? numberHash(this.keys, number.canonical) : hash;
    if (newHash !== hash) await this.refuseTwiceInHousehold(row, newHash);
    const sealed = (column: SealedColumn, text: string | undefined) =>
      text === undefined || text === '' ? null : seal(this.keys, `${personId}:${column}`, text);
    const attachment: Attachment = {
      table: 'person_vault',
      key: ['person_id'],
      row: {
        person_id: personId,
        key_id: this.keys.current,
        number_hash: `\\x${newHash}`,
        name: sealed('name', change.name ?? known.name),
        id_number: sealed('id_number', number ? number.cardNumber : known.idNumber),
        phone: sealed('phone', change.phone ?? known.phone),
        bank_account: sealed('bank_account', change.bankAccount ?? known.bankAccount),
        address: sealed('address', change.address ?? known.address),
      },
    };
    const swap = newHash === hash ? {} : { take: [personClaim(newHash)], release: [personClaim(hash)] };
    return { attachments: [attachment], ...swap };
  }

  /** Where the person of an ID or disability card number belongs; undefined when nobody has it. */
  async find(number: string): Promise<PersonPlace | undefined> {
    const read = parsePersonNumber(number);
    if (!read.ok) return undefined;
    return this.place('number_hash = $1', Buffer.from(numberHash(this.keys, read.canonical), 'hex'));
  }

  /** Where a person belongs; undefined for an unknown or erased one. */
  findById(personId: string): Promise<PersonPlace | undefined> {
    return this.place('person_id = $1', personId);
  }

  /** Opens a person's row, after leaving a record of it; undefined for an unknown or erased one. */
  async resolve(
    caller: Caller,
    action: AuditAction,
    personId: string,
    purpose: string | undefined,
  ): Promise<Person | undefined> {
    return (await this.resolveMany(caller, action, [personId], purpose)).get(personId);
  }

  /**
   * Opens the rows of many persons, by id, after leaving a record for each; unknown and erased ones are left out. Who may
   * see whom is for the caller of this to check: the region is not looked at here.
   */
  async resolveMany(
    caller: Caller,
    action: AuditAction,
    personIds: readonly string[],
    purpose: string | undefined,
  ): Promise<ReadonlyMap<string, Person>> {
    const { rows } = await this.pool.query<Row>(
      'SELECT * FROM person_vault WHERE person_id = ANY($1::uuid[])',
      [personIds],
    );
    if (rows.length === 0) return new Map();
    // Written before a row is opened: nobody sees a person without leaving a trace.
    await this.audits.write(caller, action, rows.map(placeOf), purpose);
    return new Map(rows.map((row) => [row.person_id, this.opened(row)]));
  }

  /** The persons of a household as its own township sees them, by person; no record is left of this. */
  async masked(householdId: string): Promise<ReadonlyMap<string, MaskedPerson>> {
    const { rows } = await this.pool.query<Row>('SELECT * FROM person_vault WHERE household_id = $1', [
      householdId,
    ]);
    return new Map(rows.map((row) => [row.person_id, this.maskedRow(row)]));
  }

  /** The heads of households likewise, by household. */
  async maskedHeads(householdIds: readonly string[]): Promise<ReadonlyMap<string, MaskedPerson>> {
    const { rows } = await this.pool.query<Row>(
      'SELECT * FROM person_vault WHERE household_id = ANY($1::uuid[]) AND head',
      [householdIds],
    );
    return new Map(rows.map((row) => [row.household_id, this.maskedRow(row)]));
  }

  /** A household holds its members' claims together, so the claim alone would let one number in twice. */
  private async refuseTwiceInHousehold(row: Row, hash: string): Promise<void> {
    // Not the person's own row: the same request may have been carried out meanwhile, and is answered as it was.
    const { rowCount } = await this.pool.query(
      'SELECT FROM person_vault WHERE household_id = $1 AND number_hash = $2 AND person_id <> $3',
      [row.household_id, Buffer.from(hash, 'hex'), row.person_id],
    );
    if (rowCount) throw new NumberOfAnotherMember();
  }

  private maskedRow(row: Row): MaskedPerson {
    return {
      name: this.read(row, 'name') ?? '',
      idNumber: maskedNumber(this.read(row, 'id_number') ?? ''),
    };
  }

  private opened(row: Row): Person {
    return {
      ...placeOf(row),
      name: this.read(row, 'name') ?? '',
      idNumber: this.read(row, 'id_number') ?? '',
      phone: this.read(row, 'phone'),
      bankAccount: this.read(row, 'bank_account'),
      address: this.read(row, 'address'),
    };
  }

  private read(row: Row, column: SealedColumn): string | undefined {
    const sealed = row[column];
    return sealed === null ? undefined : open(this.keys, row.key_id, `${row.person_id}:${column}`, sealed);
  }

  private async place(condition: string, value: unknown): Promise<PersonPlace | undefined> {
    const { rows } = await this.pool.query<Row>(
      `SELECT ${PLACE} FROM person_vault WHERE ${condition} ORDER BY person_id DESC LIMIT 1`,
      [value],
    );
    return rows[0] && placeOf(rows[0]);
  }
}

const placeOf = (row: Row): PersonPlace => ({
  personId: row.person_id,
  householdId: row.household_id,
  villageCode: row.village,
  head: row.head,
});
