import { eventStoreSql } from '@fupin/event-sourcing';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The event store, the person vault and the household directory. */
export class Registry1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(eventStoreSql());
    await runner.query(VAULT_SQL);
  }

  async down(): Promise<void> {
    throw new Error('The register is not dropped by a migration');
  }
}

const VAULT_SQL = `
-- Where a household lives; no personal data. Written in the append of the household's first event.
create table household_directory (
  household_id uuid primary key,
  village text not null
);
create index household_directory_by_village on household_directory (village, household_id);

-- Last register number given in a village. Numbers are set aside before the append, so a refused one leaves a gap.
create table household_numbers (
  village text primary key,
  last int not null
);

-- Direct identifiers, encrypted field by field (AES-256-GCM, key_id names the key). Erasing a person is erasing a row.
create table person_vault (
  person_id uuid primary key,
  household_id uuid not null,
  village text not null,
  head boolean not null,
  key_id text not null,
  number_hash bytea not null unique,
  name bytea not null,
  id_number bytea not null,
  phone bytea,
  bank_account bytea,
  address bytea
);
create index person_vault_by_household on person_vault (household_id);

-- Free text (objections and what was decided about them), encrypted.
create table vault_notes (
  note_id uuid primary key,
  household_id uuid not null,
  kind text not null,
  key_id text not null,
  text bytea not null
);
create index vault_notes_by_household on vault_notes (household_id);

-- Who looked up which person, when and why.
create table person_audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  subject text not null,
  role text not null,
  action text not null,
  person_id uuid,
  purpose text
);
`;
