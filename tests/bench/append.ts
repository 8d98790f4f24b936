import { EventStore, eventStoreSql, type AppendExtras, type IdempotencyKey } from '@fupin/event-sourcing';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { newStream, payload, PAYLOAD } from './fixture.js';
import { callsPerSecond, interleaved, type Row } from './measure.js';
import { emmett, messageDb } from './peers.js';
import { findPgbench, pgbench } from './pgbench.js';
import type { BenchContext } from './main.js';

const HASH = Buffer.alloc(32, 7);
const RAW_TABLE = `
create sequence raw_position cache 1;
create table raw_events (
  position bigint primary key default nextval('raw_position'), stream_id uuid not null, version int not null, stream_type text not null,
  type text not null, occurred_on date not null, recorded_at timestamptz not null, payload bytea not null, hash bytea not null,
  unique (stream_id, version)
)`;
const RAW_INSERT =
  'insert into raw_events (stream_id, version, stream_type, type, occurred_on, recorded_at, payload, hash) values ($1, $2, $3, $4, $5, $6, $7, $8)';
const PGBENCH_SCRIPT = `insert into raw_events (stream_id, version, stream_type, type, occurred_on, recorded_at, payload, hash)
values (gen_random_uuid(), 1, 'registry.household', 'MonitoringVisitRecorded', '2018-06-30', now(), decode(repeat('66', ${PAYLOAD}), 'hex'), decode(repeat('07', 32), 'hex'));`;

/** One event per durable append: our store, the raw statement, pgbench and two event stores, on one server in one run. */
export async function benchAppend({ freshDatabase, rounds, seconds, log }: BenchContext): Promise<Row[]> {
  const raw = await freshDatabase('bench_raw');
  const ours = await freshDatabase('bench_store');
  const emmettStore = await emmett(await freshDatabase('bench_emmett'));
  const messageDbStore = await messageDb(await freshDatabase('bench_message_db'));
  const rawPool = new pg.Pool({ connectionString: raw, max: 32 });
  const pool = new pg.Pool({ connectionString: ours, max: 4 });
  await rawPool.query(RAW_TABLE);
  await pool.query(eventStoreSql());
  const store = new EventStore({ pool });
  const program = findPgbench();

  const insert = (): Promise<unknown> =>
    rawPool.query({
      name: 'raw',
      text: RAW_INSERT,
      values: [
        randomUUID(),
        1,
        'registry.household',
        'MonitoringVisitRecorded',
        '2018-06-30',
        new Date(),
        payload(),
        HASH,
      ],
    });
  const append = async (extras?: AppendExtras, idempotency?: IdempotencyKey): Promise<void> => {
    const streamId = randomUUID();
    const outcome = await store.append({
      streams: [newStream(streamId)],
      ...(extras && { extras }),
      ...(idempotency && { idempotency }),
    });
    if (outcome.outcome !== 'appended') throw new Error(`append: ${outcome.outcome}`);
  };
  const keyed = (): Promise<void> =>
    append({ take: [`person:${randomUUID()}`] }, { key: randomUUID(), fingerprint: HASH });

  const contestants: Record<string, () => Promise<number>> = {};
  for (const clients of [1, 8, 32]) {
    if (program)
      contestants[`pgbench ${clients}`] = () => pgbench(program, raw, PGBENCH_SCRIPT, clients, seconds);
    contestants[`plain INSERT by pg ${clients}`] = () => callsPerSecond(clients, seconds, insert);
    contestants[`Emmett ${clients}`] = () =>
      callsPerSecond(clients, seconds, () => emmettStore.append(randomUUID(), 0, [payload()]));
    contestants[`message-db ${clients}`] = () =>
      callsPerSecond(clients, seconds, (caller) =>
        messageDbStore.append(`bench${caller}-${randomUUID()}`, 0, [payload()]),
      );
  }
  for (const callers of [1, 32, 256])
    contestants[`Fupin ${callers}`] = () => callsPerSecond(callers, seconds, () => append());
  for (const callers of [32, 256])
    contestants[`Fupin ${callers} keys`] = () => callsPerSecond(callers, seconds, keyed);

  const medians = await interleaved(rounds, contestants, log);
  await store.close();
  await Promise.all([pool.end(), rawPool.end(), emmettStore.close(), messageDbStore.close()]);

  const value = (name: string): number => medians.get(name) ?? Number.NaN;
  const limit = (clients: number): { name: string; value: number } =>
    program
      ? { name: `pgbench, ${clients} clients`, value: value(`pgbench ${clients}`) }
      : { name: `plain INSERT, ${clients} clients`, value: value(`plain INSERT by pg ${clients}`) };
  const group = 'One event per durable append';
  const rows: Row[] = [];
  for (const clients of [1, 8, 32]) {
    if (program)
      rows.push({
        group,
        what: `pgbench, ${clients} clients (the limit)`,
        value: value(`pgbench ${clients}`),
        unit: 'events/s',
      });
    for (const peer of ['plain INSERT by pg', 'Emmett', 'message-db'])
      rows.push({
        group,
        what: `${peer}, ${clients}`,
        value: value(`${peer} ${clients}`),
        unit: 'events/s',
        against: limit(clients),
      });
  }
  return [
    ...rows,
    {
      group,
      what: 'Fupin, 1 caller',
      value: value('Fupin 1'),
      unit: 'events/s',
      against: limit(1),
      goal: { atLeast: 0.5 },
    },
    {
      group,
      what: 'Fupin, 32 callers',
      value: value('Fupin 32'),
      unit: 'events/s',
      against: limit(32),
      goal: { atLeast: 1.3 },
    },
    {
      group,
      what: 'Fupin, 256 callers',
      value: value('Fupin 256'),
      unit: 'events/s',
      against: limit(32),
      goal: { atLeast: 2.2 },
    },
    {
      group,
      what: 'Fupin, 32 callers, against Emmett',
      value: value('Fupin 32'),
      unit: 'events/s',
      against: { name: 'Emmett, 32', value: value('Emmett 32') },
      goal: { atLeast: 8 },
    },
    {
      group,
      what: 'Fupin, 32 callers, claim and idempotency key each',
      value: value('Fupin 32 keys'),
      unit: 'events/s',
      against: limit(32),
      goal: { atLeast: 0.8 },
    },
    {
      group,
      what: 'Fupin, 256 callers, claim and idempotency key each',
      value: value('Fupin 256 keys'),
      unit: 'events/s',
      against: limit(32),
      goal: { atLeast: 1.1 },
    },
  ];
}
