// The append functions. Parameters are arrays that run in parallel: one entry per event (in_*), per claim or idempotency
// key (key_*), per released claim (release_*). Appends are numbered from 1 within the flush and lie one after the other
// in every array.

const PARAMETERS = `
  in_append int[], in_stream uuid[], in_version int[], in_stream_type text[], in_type text[],
  in_occurred_on date[], in_recorded_at timestamptz[], in_payload bytea[], in_hash bytea[],
  in_previous bytea[] default null,
  key_append int[] default null, key_name text[] default null, key_owner uuid[] default null,
  key_fingerprint bytea[] default null, key_first int[] default null, key_last int[] default null,
  key_event int[] default null,
  release_append int[] default null, release_name text[] default null, release_owner uuid[] default null`;

export const APPEND_SQL = `
-- Appends a whole flush. It inserts straight away and lets the unique keys find conflicts; only when there is one,
-- every append is checked on its own. rejected and outcomes are null when all were appended without a conflict.
create function append_events(${PARAMETERS},
  out first_position bigint, out rejected int[], out outcomes jsonb
) language plpgsql
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
begin
  -- First of all: what follows sees everything that earlier flushes committed.
  perform pg_advisory_xact_lock(:append_lock);
  begin
    if release_append is not null then
      delete from keys k using unnest(release_name, release_owner) r(name, owner)
      where k.owner = r.owner and k.fingerprint is null and (r.name is null or k.key = r.name);
    end if;
    select coalesce(max(position), 0) + 1 into first_position from events;
    insert into events (position, stream_id, version, stream_type, type, occurred_on, recorded_at, payload, hash)
    select first_position + i - 1, in_stream[i], in_version[i], in_stream_type[i], in_type[i],
      in_occurred_on[i], in_recorded_at[i], in_payload[i], in_hash[i]
    from generate_subscripts(in_stream, 1) i;
    -- A version that is too high violates no unique key, so the event before is looked for; with the hash that the
    -- caller's chain goes on from, so that a chain never forks.
    if in_previous is not null and exists (
      select from generate_subscripts(in_previous, 1) i
      where in_previous[i] is not null and not exists (
        select from events e where e.stream_id = in_stream[i] and e.version = in_version[i] - 1 and e.hash = in_previous[i]
      )
    ) then
      raise exception using errcode = 'FP001', message = 'gap';
    end if;
    if key_append is not null then
      insert into keys (key, owner, fingerprint, first_version, last_version, last_position)
      select key_name[i], key_owner[i], key_fingerprint[i], key_first[i], key_last[i],
        first_position + key_event[i] - 1
      from generate_subscripts(key_name, 1) i;
    end if;
    return;
  exception when unique_violation or sqlstate 'FP001' then
    null; -- nothing of the above stands any more
  end;
  first_position := null;
  select x.rejected, x.outcomes into rejected, outcomes from append_events_exactly(
    in_append, in_stream, in_version, in_stream_type, in_type, in_occurred_on, in_recorded_at, in_payload, in_hash,
    in_previous, key_append, key_name, key_owner, key_fingerprint, key_first, key_last, key_event,
    release_append, release_name, release_owner) x;
end $$;

-- The short way for one event with nothing beside it; gives its position, or null when it does not fit: then the long
-- way has the outcome.
create function append_event(
  in_stream uuid, in_version int, in_stream_type text, in_type text, in_occurred_on date, in_recorded_at timestamptz,
  in_payload bytea, in_hash bytea, in_previous bytea
) returns bigint language plpgsql
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  new_position bigint;
begin
  perform pg_advisory_xact_lock(:append_lock);
  if in_previous is not null and not exists (
    select from events where stream_id = in_stream and version = in_version - 1 and hash = in_previous
  ) then
    return null;
  end if;
  insert into events (position, stream_id, version, stream_type, type, occurred_on, recorded_at, payload, hash)
  values ((select coalesce(max(position), 0) + 1 from events), in_stream, in_version, in_stream_type, in_type,
    in_occurred_on, in_recorded_at, in_payload, in_hash)
  returning position into new_position;
  return new_position;
exception when unique_violation then
  return null;
end $$;

-- The same, append by append in their order, each all or nothing, with an outcome for each. Call it under the lock.
create function append_events_exactly(
  in_append int[], in_stream uuid[], in_version int[], in_stream_type text[], in_type text[],
  in_occurred_on date[], in_recorded_at timestamptz[], in_payload bytea[], in_hash bytea[],
  in_previous bytea[], key_append int[], key_name text[], key_owner uuid[], key_fingerprint bytea[], key_first int[],
  key_last int[], key_event int[], release_append int[], release_name text[], release_owner uuid[],
  out rejected int[], out outcomes jsonb
) language plpgsql
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  this_append int;
  next_position bigint;
  event_from int; event_to int := 0;
  key_from int; key_to int := 0;
  release_from int; release_to int := 0;
  found_key keys%rowtype;
  actual int;
  outcome jsonb;
begin
  rejected := '{}';
  outcomes := '[]';
  select coalesce(max(position), 0) + 1 into next_position from events;
  while event_to < cardinality(in_append) loop
    this_append := in_append[event_to + 1];
    event_from := event_to + 1;
    key_from := key_to + 1;
    release_from := release_to + 1;
    while in_append[event_to + 1] = this_append loop event_to := event_to + 1; end loop;
    while key_append[key_to + 1] = this_append loop key_to := key_to + 1; end loop;
    while release_append[release_to + 1] = this_append loop release_to := release_to + 1; end loop;
    outcome := null;

    -- A request seen before is answered as it was, whatever has happened to the stream since.
    for i in key_from..key_to loop
      continue when key_fingerprint[i] is null;
      select * into found_key from keys where key = key_name[i];
      if found then
        outcome := case when found_key.fingerprint = key_fingerprint[i]
          then jsonb_build_object('outcome', 'replayed', 'streamId', found_key.owner,
            'firstVersion', found_key.first_version, 'lastVersion', found_key.last_version,
            'lastPosition', found_key.last_position)
          else jsonb_build_object('outcome', 'keyReused') end;
      end if;
    end loop;

    if outcome is null then
      for i in event_from..event_to loop
        continue when i > event_from and in_stream[i] = in_stream[i - 1];
        select max(version) into actual from events where stream_id = in_stream[i];
        if coalesce(actual, 0) <> in_version[i] - 1 or in_previous[i] <> (
          select hash from events where stream_id = in_stream[i] and version = actual
        ) then
          outcome := jsonb_build_object('outcome', 'versionConflict', 'streamId', in_stream[i],
            'actual', coalesce(actual, 0));
          exit;
        end if;
      end loop;
    end if;

    if outcome is null then
      for i in key_from..key_to loop
        continue when key_fingerprint[i] is not null;
        select * into found_key from keys where key = key_name[i];
        if found and found_key.owner <> key_owner[i] and not exists (
          select from generate_series(release_from, release_to) r
          where release_owner[r] = found_key.owner and (release_name[r] is null or release_name[r] = found_key.key)
        ) then
          outcome := jsonb_build_object('outcome', 'claimTaken', 'key', found_key.key, 'owner', found_key.owner);
          exit;
        end if;
      end loop;
    end if;

    if outcome is null then
      for i in release_from..release_to loop
        delete from keys where owner = release_owner[i] and fingerprint is null
          and (release_name[i] is null or key = release_name[i]);
      end loop;
      insert into events (position, stream_id, version, stream_type, type, occurred_on, recorded_at, payload, hash)
      select next_position + i - event_from, in_stream[i], in_version[i], in_stream_type[i], in_type[i],
        in_occurred_on[i], in_recorded_at[i], in_payload[i], in_hash[i]
      from generate_series(event_from, event_to) i;
      next_position := next_position + event_to - event_from + 1;
      -- A claim that this stream holds already is held on.
      insert into keys (key, owner, fingerprint, first_version, last_version, last_position)
      select key_name[i], key_owner[i], key_fingerprint[i], key_first[i], key_last[i], next_position - 1
      from generate_series(key_from, key_to) i
      on conflict (key) do nothing;
      outcome := jsonb_build_object('outcome', 'appended', 'lastPosition', next_position - 1);
    else
      rejected := rejected || this_append;
    end if;
    outcomes := outcomes || outcome;
  end loop;
end $$;
`;
