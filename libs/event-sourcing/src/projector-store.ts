import pg from 'pg';

/** Where a read model stands in one partition: the message at `offset` carried the event at store `position`. */
export interface Checkpoint {
  /** Highest store position applied, 0 for none. */
  readonly position: number;
  /** Offset of the message that carried it, -1 for none: an anchor to recognise the log by, not where to read on. */
  readonly offset: number;
}

/** Another projector, or a rebuilt read model, has moved the checkpoint: reload it and go on from there. */
export class CheckpointMoved extends Error {}

/** What the read model itself refused, at its work or at the commit; the cause says why. */
export class ApplyFailed extends Error {}

/** DDL of a read-model schema's own tables; run it with the search_path set to that schema. */
export function projectorSql(): string {
  return `
create table projector_checkpoints (
  topic text not null,
  partition int not null,
  position bigint not null default 0,
  "offset" bigint not null default -1,
  -- Set while a message stops the partition.
  stopped_offset bigint,
  stopped_position bigint,
  stopped_reason text,
  stopped_at timestamptz,
  primary key (topic, partition)
);
-- An operator's decision to leave one message out; never deleted.
create table skipped_messages (
  topic text not null,
  partition int not null,
  "offset" bigint not null,
  position bigint,
  skipped_by text not null,
  reason text not null,
  skipped_at timestamptz not null default now(),
  primary key (topic, partition, "offset")
);
`;
}

const quoted = (name: string): string => pg.escapeIdentifier(name);

/** The checkpoint of a partition, made when there is none. */
export async function loadCheckpoint(
  pool: pg.Pool,
  schema: string,
  topic: string,
  partition: number,
): Promise<Checkpoint> {
  const table = `${quoted(schema)}.projector_checkpoints`;
  const find = () =>
    pool.query<{ position: string; offset: string }>(
      `select position, "offset" from ${table} where topic = $1 and partition = $2`,
      [topic, partition],
    );
  let { rows } = await find();
  if (rows.length === 0) {
    await pool.query(`insert into ${table} (topic, partition) values ($1, $2) on conflict do nothing`, [
      topic,
      partition,
    ]);
    ({ rows } = await find());
  }
  const [row] = rows;
  if (row === undefined) throw new Error(`no checkpoint for ${topic}/${partition}`);
  return { position: Number(row.position), offset: Number(row.offset) };
}

/**
 * Runs `work` and moves the checkpoint in one transaction, or does neither. The checkpoint comes first: its row lock
 * keeps a second projector, and the swap of a rebuilt schema, out until the commit.
 * @throws CheckpointMoved when the checkpoint is not at `from` any more; ApplyFailed when `work` or the commit fails.
 */
export async function withCheckpoint(
  pool: pg.Pool,
  schema: string,
  key: { topic: string; partition: number },
  from: Checkpoint,
  to: Checkpoint,
  work: (tx: pg.PoolClient) => Promise<void>,
  fast = false,
): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => (broken = error);
  client.on('error', onError);
  try {
    // One round trip. A paused process must not hold its locks for ever, hence the idle timeout.
    const results = (await client.query(
      `begin; set local search_path to ${quoted(schema)}; set local idle_in_transaction_session_timeout to '20s';
       ${fast ? 'set local synchronous_commit to off;' : ''}
       update projector_checkpoints set position = ${to.position}, "offset" = ${to.offset},
         stopped_offset = null, stopped_position = null, stopped_reason = null, stopped_at = null
       where topic = ${pg.escapeLiteral(key.topic)} and partition = ${key.partition} and position = ${from.position}`,
    )) as unknown as pg.QueryResult[];
    if (results.at(-1)?.rowCount !== 1) throw new CheckpointMoved();
    try {
      await work(client);
      await client.query('commit');
    } catch (error) {
      throw new ApplyFailed('the read model refused a batch', { cause: error });
    }
  } catch (error) {
    if (broken === undefined) await client.query('rollback').catch((e: Error) => (broken = e));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** Leaves a note where operators and other processes see it. */
export async function recordStop(
  pool: pg.Pool,
  schema: string,
  key: { topic: string; partition: number },
  stop: { offset: number; position: number | undefined; reason: string },
): Promise<void> {
  await pool.query(
    `update ${quoted(schema)}.projector_checkpoints set stopped_offset = $3, stopped_position = $4,
       stopped_reason = $5, stopped_at = coalesce(stopped_at, now()) where topic = $1 and partition = $2`,
    [key.topic, key.partition, stop.offset, stop.position ?? null, stop.reason.slice(0, 2000)],
  );
}

export interface SkipRequest {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Who decided it. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Records that one message is to be left out of a read model. It counts only for a message that stops its partition;
 * the projector passes it within a second.
 */
export async function skipMessage(pool: pg.Pool, schema: string, skip: SkipRequest): Promise<void> {
  const s = quoted(schema);
  // The store position ties the decision to this message: after a topic was recreated the offset is another's.
  await pool.query(
    `insert into ${s}.skipped_messages (topic, partition, "offset", position, skipped_by, reason)
     select $1, $2, $3, (select stopped_position from ${s}.projector_checkpoints
       where topic = $1 and partition = $2 and stopped_offset = $3), $4, $5
     on conflict (topic, partition, "offset") do update set position = excluded.position,
       skipped_by = excluded.skipped_by, reason = excluded.reason, skipped_at = now()`,
    [skip.topic, skip.partition, skip.offset, skip.by, skip.reason],
  );
}

/** Whether an operator has decided to leave this message out. */
export async function isSkipped(
  pool: pg.Pool,
  schema: string,
  message: { topic: string; partition: number; offset: number; position: number | undefined },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from ${quoted(schema)}.skipped_messages where topic = $1 and partition = $2 and "offset" = $3
       and (position is null or position = $4)`,
    [message.topic, message.partition, message.offset, message.position ?? null],
  );
  return rowCount === 1;
}
