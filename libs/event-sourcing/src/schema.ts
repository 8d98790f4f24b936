import { APPEND_SQL } from './append.sql.js';

/** Advisory lock that makes flushes serial, so that the order of commits is the order of positions. */
export const APPEND_LOCK = 4_711_001;

/**
 * DDL of a service's event store, for its first migration: the tables `events`, `keys` and `relay_checkpoints`, the
 * append functions and the triggers that keep events as they were written. Unqualified names: it lands in the first
 * schema of the search path.
 */
export function eventStoreSql(): string {
  return `${TABLES_SQL}\n${APPEND_SQL.replaceAll(':append_lock', String(APPEND_LOCK))}`;
}

// Payloads are small Protobuf messages: trying to compress them costs more than it saves, hence storage external.
// Positions come from max + 1 under the lock and not from a sequence: tables copied into a fresh server carry on.
const TABLES_SQL = `
create table events (
  position bigint primary key,
  stream_id uuid not null,
  version int not null check (version > 0),
  stream_type text not null,
  type text not null,
  occurred_on date not null,
  recorded_at timestamptz not null,
  payload bytea not null,
  hash bytea not null,
  unique (stream_id, version)
);
alter table events alter column payload set storage external, alter column hash set storage plain;

-- The planner must not learn of these tables while they are tiny: it would keep plans that read them from end to end.
alter table events set (autovacuum_analyze_threshold = 50000, autovacuum_vacuum_insert_threshold = 50000);

-- Claims ('claim:…', no fingerprint) and idempotency keys ('request:…'); owner is the stream that they belong to.
create table keys (
  key text collate "C" primary key,
  owner uuid not null,
  fingerprint bytea,
  first_version int,
  last_version int,
  last_position bigint
);
alter table keys set (autovacuum_analyze_threshold = 50000, autovacuum_vacuum_insert_threshold = 50000);
create index keys_claims_by_owner on keys (owner) where fingerprint is null;

create table relay_checkpoints (
  topic text primary key,
  position bigint not null,
  topic_id text,
  end_offsets jsonb
);

create function forbid_change_of_events() returns trigger language plpgsql as $$
begin
  raise exception 'events are written once: % is forbidden, append a correction event instead', tg_op
    using errcode = 'restrict_violation';
end $$;
create trigger events_append_only before update or delete or truncate on events
  for each statement execute function forbid_change_of_events();
`;
