import { Injectable } from '@nestjs/common';
import type { Attachment } from '@fupin/event-sourcing';
import type { Caller } from '@fupin/service';
import { parsePersonNumber } from '@fupin/domain';
import { Pool } from 'pg';
import { numberHash, open, seal } from './cipher.js';
import { takeIn, type Intake } from './intake.js';
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

interface Row {
  person_id: string;
  household_id: string;
  village: string;
  head: boolean;
  key_id: string;
  name: Buffer;
  id_number: Buffer;
  phone: Buffer | null;
  bank_account: Buffer | null;
  address: Buffer | null;
}

const PLACE = 'person_id, household_id, village, head';

/** 隐私库: the only place with names, numbers, phones, accounts, addresses and free text, all encrypted. */
@Injectable()
export class PersonVault {
  constructor(
    private readonly pool: Pool,
    readonly keys: VaultKeys,
  ) {}

  /** See {@link takeIn}: rows and claims for the append that brings the household in. */
  takeIn(household: Parameters<typeof takeIn>[1]): Intake {
    return takeIn(this.keys, household);
  }

  /** A row of free text for the append that it belongs to. */
  note(noteId: string, householdId: string, kind: 'objection' | 'resolution', text: string): Attachment {
    const row = {
      note_id: noteId,
      household_id: householdId,
      kind,
      key_id: this.keys.current,
      text: seal(this.keys, `${noteId}:text`, text),
    };
    return { table: 'vault_notes', row };
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

  /** Opens a person's row. The caller leaves an audit record first. */
  async resolve(personId: string): Promise<Person | undefined> {
    const { rows } = await this.pool.query<Row>('SELECT * FROM person_vault WHERE person_id = $1', [
      personId,
    ]);
    const row = rows[0];
    if (!row) return undefined;
    const read = (column: 'name' | 'id_number' | 'phone' | 'bank_account' | 'address') => {
      const sealed = row[column];
      return sealed === null ? undefined : open(this.keys, row.key_id, `${row.person_id}:${column}`, sealed);
    };
    return {
      ...placeOf(row),
      name: read('name') ?? '',
      idNumber: read('id_number') ?? '',
      phone: read('phone'),
      bankAccount: read('bank_account'),
      address: read('address'),
    };
  }

  /** Names of the heads of households, by household; one who was erased is left out. */
  async headNames(householdIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.pool.query<Pick<Row, 'person_id' | 'household_id' | 'key_id' | 'name'>>(
      'SELECT person_id, household_id, key_id, name FROM person_vault WHERE household_id = ANY($1::uuid[]) AND head',
      [householdIds],
    );
    return new Map(
      rows.map((row) => [row.household_id, open(this.keys, row.key_id, `${row.person_id}:name`, row.name)]),
    );
  }

  /** 查询留痕: writes down who looked up whom, and why if they said so. */
  async audit(
    caller: Caller,
    action: string,
    personId: string | undefined,
    purpose: string | undefined,
  ): Promise<void> {
    await this.pool.query(
      'INSERT INTO person_audit (subject, role, action, person_id, purpose) VALUES ($1, $2, $3, $4, $5)',
      [caller.subject, caller.role, action, personId ?? null, purpose ?? null],
    );
  }

  private async place(condition: string, value: unknown): Promise<PersonPlace | undefined> {
    const { rows } = await this.pool.query<Row>(`SELECT ${PLACE} FROM person_vault WHERE ${condition}`, [
      value,
    ]);
    return rows[0] && placeOf(rows[0]);
  }
}

const placeOf = (row: Row): PersonPlace => ({
  personId: row.person_id,
  householdId: row.household_id,
  villageCode: row.village,
  head: row.head,
});
