import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the papers of a household lie, and which households a list's request was about. */
export class Documents1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DOCUMENTS_SQL);
  }

  async down(): Promise<void> {
    throw new Error('The register is not dropped by a migration');
  }
}

const DOCUMENTS_SQL = `
-- Where a scan or photo lies, encrypted: paths and addresses may hold names. What it is and its checksum are in the event.
create table household_documents (
  document_id uuid primary key,
  household_id uuid not null,
  key_id text not null,
  location bytea not null
);
create index household_documents_by_household on household_documents (household_id);

-- A village's list under an idempotency key: its body, and the households that "the whole village" meant the first time.
create table list_requests (
  key text primary key,
  fingerprint bytea not null,
  households uuid[] not null,
  seen_at timestamptz not null default now()
);
create index list_requests_by_age on list_requests (seen_at);
`;
