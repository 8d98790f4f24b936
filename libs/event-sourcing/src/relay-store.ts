import type pg from 'pg';

/** A connection, as far as the relay needs it. */
export type Queries = Pick<pg.ClientBase, 'query'>;

/** Sends a connection's queries one after the other, so that callers need not wait for each other's. */
export function oneAtATime(client: Queries): Queries {
  let last: Promise<unknown> = Promise.resolve();
  const query = (...args: unknown[]) => {
    const ask = () => (client.query as (...all: unknown[]) => Promise<unknown>)(...args);
    const answer = last.then(ask, ask);
    last = answer.catch(() => undefined);
    return answer;
  };
  return { query: query as Queries['query'] };
}

/** How far one topic is: every event of its stream types up to `position` is acknowledged by Kafka. */
export interface TopicCheckpoint {
  position: number;
  /** Which topic of that name the position is about; another id tells that it was deleted and made again. */
  topicId: string | undefined;
  /** End offset of each partition as last seen; a lower one tells that Kafka has lost some of it. */
  endOffsets: number[];
}

/** A row of `events` as the relay needs it. */
export interface RelayedEvent {
  readonly position: number;
  readonly streamId: string;
  readonly version: number;
  readonly streamType: string;
  readonly type: string;
  readonly recordedAt: number;
  readonly payload: Buffer;
}

// Two numbers make the key of the leader's lock; it is an advisory lock of the database, so one leader for each.
const LOCK = '4711002, 1';
const LOCK_HOLDERS = `select pid from pg_locks where locktype = 'advisory' and granted and classid = 4711002 and objid = 1
  and database = (select oid from pg_database where datname = current_database())`;

/** Takes the leader's lock for the life of the connection, or says that somebody else has it. */
export async function tryLead(client: Queries): Promise<boolean> {
  const { rows } = await client.query<{ leader: boolean }>(`select pg_try_advisory_lock(${LOCK}) as leader`);
  // A lost checkpoint only means that something is sent twice: no need to wait for the disk.
  if (rows[0]?.leader === true) await client.query('set synchronous_commit to off');
  return rows[0]?.leader === true;
}

/**
 * Ends the session of a leader that has not spoken for so long that its process must be paused or cut off, so that
 * another can lead. Needs the same database role as the leader's.
 */
export async function endSilentLeader(client: Queries, afterSeconds: number): Promise<number> {
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where pid in (${LOCK_HOLDERS}) and state <> 'active' and state_change < now() - make_interval(secs => $1)`,
    [afterSeconds],
  );
  return rowCount ?? 0;
}

export async function loadTopicCheckpoints(
  client: Queries,
  topics: readonly string[],
): Promise<Map<string, TopicCheckpoint>> {
  await client.query(
    'insert into relay_checkpoints (topic, position) select t, 0 from unnest($1::text[]) t on conflict do nothing',
    [topics],
  );
  const { rows } = await client.query<{
    topic: string;
    position: string;
    topic_id: string | null;
    end_offsets: number[] | null;
  }>('select topic, position, topic_id, end_offsets from relay_checkpoints where topic = any($1)', [topics]);
  return new Map(
    rows.map(({ topic, position, topic_id, end_offsets }) => [
      topic,
      { position: Number(position), topicId: topic_id ?? undefined, endOffsets: end_offsets ?? [] },
    ]),
  );
}

export async function saveTopicCheckpoints(
  client: Queries,
  checkpoints: ReadonlyMap<string, TopicCheckpoint>,
): Promise<void> {
  const entries = [...checkpoints];
  await client.query({
    name: 'relay-checkpoint',
    text: `update relay_checkpoints c set position = n.position, topic_id = n.topic_id, end_offsets = n.end_offsets
      from unnest($1::text[], $2::bigint[], $3::text[], $4::jsonb[]) n(topic, position, topic_id, end_offsets) where c.topic = n.topic`,
    values: [
      entries.map(([topic]) => topic),
      entries.map(([, { position }]) => position),
      entries.map(([, { topicId }]) => topicId ?? null),
      entries.map(([, { endOffsets }]) => JSON.stringify(endOffsets)),
    ],
  });
}

const COLUMNS =
  'position, stream_id, version, stream_type, type, (extract(epoch from recorded_at) * 1000)::float8, payload';

/** Events after a position, in order. */
export async function readEvents(client: Queries, after: number, limit: number): Promise<RelayedEvent[]> {
  return events(client, {
    name: 'relay-read',
    text: `select ${COLUMNS} from events where position > $1 order by position limit $2`,
    values: [after, limit],
  });
}

/** Events of some stream types within (after, upTo], in order: to fill a recreated topic. */
export async function readEventsOf(
  client: Queries,
  streamTypes: readonly string[],
  after: number,
  upTo: number,
  limit: number,
): Promise<RelayedEvent[]> {
  return events(client, {
    name: 'relay-read-types',
    text: `select ${COLUMNS} from events where position > $1 and position <= $2 and stream_type = any($3)
      order by position limit $4`,
    values: [after, upTo, streamTypes, limit],
  });
}

/** The store's last position and when it was recorded, epoch ms. */
export async function storeEnd(client: Queries): Promise<{ position: number; recordedAt: number }> {
  const { rows } = await client.query<{ position: string; recorded_at: Date }>(
    'select position, recorded_at from events order by position desc limit 1',
  );
  const [row] = rows;
  return row === undefined
    ? { position: 0, recordedAt: 0 }
    : { position: Number(row.position), recordedAt: row.recorded_at.getTime() };
}

type Row = [string, string, number, string, string, number, Buffer];

async function events(
  client: Queries,
  query: { name: string; text: string; values: unknown[] },
): Promise<RelayedEvent[]> {
  const { rows } = await client.query<Row>({ ...query, rowMode: 'array' });
  return rows.map(([position, streamId, version, streamType, type, recordedAt, payload]) => ({
    position: Number(position),
    streamId,
    version,
    streamType,
    type,
    recordedAt,
    payload,
  }));
}
