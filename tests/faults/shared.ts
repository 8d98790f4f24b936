// What the processes of the loss test agree on.
import { create, toBinary } from '@bufbuild/protobuf';
import { HouseholdEventSchema, type HouseholdEvent } from '@fupin/contracts';
import {
  decodeEvent,
  eventStoreSql,
  projectorSql,
  type EventOf,
  type Projection,
} from '@fupin/event-sourcing';
import type pg from 'pg';

export const TOPIC = { name: 'faults.counted.v1', partitions: 4 };
export const STREAM_TYPE = 'faults.counted';
export const SCHEMA = 'rm';

/** What a child process is told. */
export interface ChildConfig {
  readonly databaseUrl: string;
  readonly brokers: string;
  readonly streams: readonly string[];
}

/** What a writer tells: a number of events of a stream that the store has acknowledged. */
export interface Acknowledged {
  readonly stream: string;
  readonly firstVersion: number;
  readonly lastVersion: number;
}

export async function createTables(db: pg.Pool): Promise<void> {
  await db.query(`${eventStoreSql()}
    create table held (at timestamptz default now());
    create schema ${SCHEMA};
    set search_path to ${SCHEMA};
    ${projectorSql()}
    create table counted (stream_id uuid primary key, events int, total bigint, version int, disordered int);
    reset search_path;`);
}

export const encode = (version: number, year: number): Uint8Array =>
  toBinary(
    HouseholdEventSchema,
    create(HouseholdEventSchema, {
      envelope: { streamVersion: version, occurredOn: '2018-06-30', region: '422823100201' },
      event: { case: 'exitPlanned', value: { year } },
    }),
  );

export const yearOf = (payload: Uint8Array): number => {
  const { event } = decodeEvent(HouseholdEventSchema, payload);
  return event.case === 'exitPlanned' ? event.value.year : 0;
};

/** For each stream: how many events, the sum of their years, the last version, and how many came out of turn. */
export const counting: Projection<EventOf<HouseholdEvent>> = {
  topic: TOPIC,
  decode: (bytes) => decodeEvent(HouseholdEventSchema, bytes),
  async apply(tx, batch) {
    for (const { streamId, version, payload } of batch) {
      await tx.query(
        `insert into counted values ($1, 1, $2, $3, case when $3 = 1 then 0 else 1 end)
         on conflict (stream_id) do update set events = counted.events + 1, total = counted.total + $2, version = $3,
           disordered = counted.disordered + case when counted.version + 1 = $3 then 0 else 1 end`,
        [streamId, yearOf(payload), version],
      );
    }
  },
};

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
