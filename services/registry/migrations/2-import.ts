import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bulk imports: the job, its spooled file, what became of each household, and what was wrong with the others. */
export class Import1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(IMPORT_SQL);
  }

  async down(): Promise<void> {
    throw new Error('The register is not dropped by a migration');
  }
}

const IMPORT_SQL = `
create table imports (
  id uuid primary key,
  state text not null check (state in ('receiving', 'waiting', 'running', 'completed', 'failed', 'cancelled')),
  created_at timestamptz not null default now(),
  -- While a file comes in: when its last piece came.
  touched_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  subject text not null,
  actor_role int not null,
  caller_region text not null,
  correlation_id text not null,
  request_key text unique,
  region text not null,
  registered_on date,
  source bytea not null,
  format text not null,
  encoding text not null default 'utf-8',
  key_id text not null,
  file_hash bytea,
  bytes bigint not null default 0,
  bytes_read bigint not null default 0,
  problem jsonb,
  attempts int not null default 0,
  -- The checkpoint: households of the file whose outcome stands, and the sums so far.
  households_done bigint not null default 0,
  rows_read bigint not null default 0,
  accepted bigint not null default 0,
  unchanged bigint not null default 0,
  refused bigint not null default 0,
  persons bigint not null default 0,
  errors bigint not null default 0
);
create index imports_open on imports (created_at) where state in ('receiving', 'waiting', 'running');
create index imports_by_region on imports (region text_pattern_ops, id desc);

-- The file in encrypted pieces (AES-256-GCM); gone when the import has ended. In the database and not on a disk, so that
-- any instance can go on where another has stopped.
create table import_pieces (
  import_id uuid not null references imports on delete cascade,
  no int not null,
  sealed bytea not null,
  primary key (import_id, no)
);
alter table import_pieces alter column sealed set storage external;

-- What became of a household that is in the register now; accepted ones are written in the append's own transaction.
create table import_outcomes (
  import_id uuid not null,
  line int not null,
  household_id uuid not null,
  form_no text not null,
  outcome text not null,
  primary key (import_id, line)
);
create index import_outcomes_by_household on import_outcomes (household_id);

-- Never a value of the file: line, column, what is wrong.
create table import_errors (
  import_id uuid not null references imports on delete cascade,
  no int not null,
  line int not null,
  form_no text,
  field text,
  cell text,
  code text not null,
  message text not null,
  message_zh text not null,
  primary key (import_id, no)
);
`;
