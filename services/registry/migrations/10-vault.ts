import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The vault in full: sealed purposes and regions of audit records, erasures, key rotations, how numbers are hashed. */
export class Vault1700000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(VAULT_SQL);
  }

  async down(): Promise<void> {
    throw new Error('The register is not dropped by a migration');
  }
}

const VAULT_SQL = `
-- With which algorithm and key this database's persons are hashed; one row, written by the first start.
create table vault_number_hash (
  one boolean primary key default true check (one),
  algorithm text not null,
  -- Hash of a fixed text, to know the key again.
  probe bytea
);
-- A database that held persons before this was a choice.
insert into vault_number_hash (algorithm) select 'hmac-sha-256' where exists (select from person_vault);

-- A person who has left may be registered anew, with an id of their own; the claim keeps a person in one household.
alter table person_vault drop constraint person_vault_number_hash_key;
create index person_vault_by_number on person_vault (number_hash);

-- Words about one person go with them.
alter table vault_notes add person_id uuid;
create index vault_notes_by_person on vault_notes (person_id) where person_id is not null;

-- Purposes may hold names: sealed from now on; purpose has those of older records until a rotation seals them too.
alter table person_audit
  add audit_id uuid not null default gen_random_uuid() unique,
  -- The person's village then, the caller's region where nobody was found; null for older records of nobody.
  add region text,
  add key_id text,
  add sealed_purpose bytea;
update person_audit a set region = v.village from person_vault v where v.person_id = a.person_id;
create index person_audit_by_person on person_audit (person_id, id);
create index person_audit_by_subject on person_audit (subject, id);

-- Persons whose row is gone: who did it, when, and until when the archive had needed it. No personal data.
create table person_erasures (
  person_id uuid primary key,
  erased_at timestamptz not null default now(),
  subject text not null,
  role text not null,
  household_id uuid not null,
  village text not null,
  left_on date not null,
  retained_until date not null
);

-- Rotations of the vault's key: where each has got to, so that any instance can go on.
create table vault_rotations (
  id uuid primary key,
  key_id text not null,
  state text not null check (state in ('running', 'completed', 'failed')),
  subject text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  -- Nothing is looked for before this moment: rows in use are left for the next pass.
  rest_until timestamptz not null default now(),
  -- Place in the list of tables, and the last row there.
  target int not null default 0,
  after_id uuid,
  pass int not null default 1,
  resealed bigint not null default 0,
  problem text
);
create unique index vault_rotations_one_at_a_time on vault_rotations (state) where state = 'running';
`;
