// What the delivery specs share: a store of its own, a topic of its own, and a read model that counts.
import { randomBytes, randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { HouseholdEventSchema, type Topic } from '@fupin/contracts';
import { freshDatabase } from '@fupin/infra';
import pg from 'pg';
import {
  connectKafka,
  decodeEvent,
  eventStoreSql,
  EventStore,
  projectorSql,
  startProjector,
  startRelay,
  type EventOf,
  type Kafka,
  type Projection,
  type Projector,
  type ProjectorOptions,
  type Relay,
  type RelayOptions,
} from '../src/index.js';
import type { HouseholdEvent } from '@fupin/contracts';

type Event = EventOf<HouseholdEvent>;

export const STREAM_TYPE = 'test.counted';

export interface Pipeline {
  readonly pool: pg.Pool;
  readonly store: EventStore;
  readonly kafka: Kafka;
  readonly topic: Topic;
  /** Appends `count` events of `year` to a stream that is at `version`. */
  append(streamId: string, version: number, count?: number, year?: number): Promise<number>;
  relay(options?: Partial<RelayOptions>): Relay;
  projector(options?: Partial<ProjectorOptions>): Projector;
  counted(schema?: string): Promise<Counted>;
  stop(): Promise<void>;
}

export interface Counted {
  readonly events: number;
  readonly sum: number;
  /** Events that arrived in another order than that of their stream, or twice. */
  readonly disordered: number;
}

export async function pipeline(options: { partitions?: number } = {}): Promise<Pipeline> {
  const url = await freshDatabase(process.env['TEST_DATABASE_URL'] ?? '', 'delivery');
  const pool = new pg.Pool({ connectionString: url, max: 30 });
  pool.on('error', () => undefined);
  await pool.query(eventStoreSql());
  await pool.query('create schema rm');
  await createReadModel(pool, 'rm');
  const store = new EventStore({ pool });
  const kafka = connectKafka({ brokers: process.env['TEST_KAFKA_BROKERS'] ?? '' });
  const topic = { name: `test.${randomBytes(5).toString('hex')}.v1`, partitions: options.partitions ?? 3 };
  const started: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => (started.push(part), part);
  return {
    pool,
    store,
    kafka,
    topic,
    async append(streamId, version, count = 1, year = 1) {
      const outcome = await store.append({
        streams: [
          {
            streamId,
            streamType: STREAM_TYPE,
            expectedVersion: version,
            events: Array.from({ length: count }, (_, i) => ({
              type: 'ExitPlanned',
              occurredOn: '2018-06-30',
              recordedAt: new Date(),
              payload: payload(version + i + 1, year),
            })),
          },
        ],
      });
      if (outcome.outcome !== 'appended') throw new Error(outcome.outcome);
      return outcome.lastPosition;
    },
    relay: (more) =>
      keep(
        startRelay({
          pool,
          store,
          kafka,
          streamTopics: new Map([[STREAM_TYPE, topic]]),
          source: '/test',
          ...more,
        }),
      ),
    projector: (more) =>
      keep(
        startProjector({
          pool,
          schema: 'rm',
          kafka,
          groupId: `group-${randomUUID()}`,
          projections: [counting(topic)],
          sessionTimeoutMs: 6000,
          ...more,
        }),
      ),
    async counted(schema = 'rm') {
      const { rows } = await pool.query<Counted>(
        `select coalesce(sum(events), 0)::int as events, coalesce(sum(total), 0)::int as sum,
           coalesce(sum(disordered), 0)::int as disordered from ${schema}.counted`,
      );
      return rows[0] ?? { events: 0, sum: 0, disordered: 0 };
    },
    async stop() {
      await Promise.all(started.map((part) => part.stop()));
      await store.close();
      await kafka.close();
      await pool.end();
    },
  };
}

export async function createReadModel(db: pg.Pool | pg.ClientBase, schema: string): Promise<void> {
  await (db as pg.ClientBase).query(
    `set search_path to ${schema}; ${projectorSql()};
     create table counted (stream_id uuid primary key, events int, total int, version int, disordered int);
     reset search_path;`,
  );
}

/** Counts events and sums their years for each stream; a year of 0 is refused by the table. */
export function counting(topic: Topic): Projection<Event> {
  return {
    topic,
    decode: (bytes) => decodeEvent(HouseholdEventSchema, bytes),
    async apply(tx, batch) {
      for (const { streamId, version, event } of batch) {
        const year = event.case === 'exitPlanned' ? event.value.year : 0;
        if (year === 0) throw new Error('year 0');
        await tx.query(
          `insert into counted values ($1, 1, $2, $3, case when $3 = 1 then 0 else 1 end)
           on conflict (stream_id) do update set events = counted.events + 1, total = counted.total + $2, version = $3,
             disordered = counted.disordered + case when counted.version + 1 = $3 then 0 else 1 end`,
          [streamId, year, version],
        );
      }
    },
  };
}

export function payload(version: number, year: number): Uint8Array {
  return toBinary(
    HouseholdEventSchema,
    create(HouseholdEventSchema, {
      envelope: { streamVersion: version, occurredOn: '2018-06-30', region: '422823100201' },
      event: { case: 'exitPlanned', value: { year } },
    }),
  );
}

/** Waits until something holds, at most 30 s. */
export async function eventually(holds: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
