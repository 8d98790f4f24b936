import { EventStore, eventStoreSql } from '@fupin/event-sourcing';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { payload } from './fixture.js';
import { callsPerSecond, interleaved, type Row } from './measure.js';
import { emmett, messageDb } from './peers.js';
import { findPgbench, pgbench } from './pgbench.js';
import type { BenchContext } from './main.js';

const EVENTS = 20;
const STREAMS = 1000;

/** Loading a stream of 20 events: ours, the raw statement, pgbench and two event stores. */
export async function benchLoad({ freshDatabase, rounds, seconds, log }: BenchContext): Promise<Row[]> {
  const url = await freshDatabase('bench_load');
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  await pool.query(eventStoreSql());
  const store = new EventStore({ pool });
  const emmettStore = await emmett(await freshDatabase('bench_load_emmett'));
  const messageDbStore = await messageDb(await freshDatabase('bench_load_message_db'));

  const ids = Array.from({ length: STREAMS }, () => randomUUID());
  log('  filling streams');
  const events = Array.from({ length: EVENTS }, () => ({
    type: 'MonitoringVisitRecorded',
    occurredOn: '2018-06-30',
    recordedAt: new Date(),
    payload: payload(),
  }));
  for (let done = 0; done < STREAMS; done += 50)
    await store.append({
      streams: ids
        .slice(done, done + 50)
        .map((streamId) => ({ streamId, streamType: 'registry.household', expectedVersion: 0, events })),
    });
  for (const id of ids.slice(0, 200)) {
    await emmettStore.append(
      id,
      0,
      events.map((event) => event.payload),
    );
    await messageDbStore.append(
      `bench-${id}`,
      0,
      events.map((event) => event.payload),
    );
  }
  await pool.query('create table stream_ids (n int primary key, id uuid)');
  await pool.query(
    'insert into stream_ids select n, id from unnest($1::uuid[]) with ordinality as t(id, n)',
    [ids],
  );
  await pool.query('vacuum analyze events');

  const program = findPgbench();
  const random = (among = STREAMS): string => ids[Math.floor(Math.random() * among)] ?? '';
  const columns = 'position, stream_id, version, stream_type, type, occurred_on, recorded_at, payload, hash';
  // pgbench has no array variables, so the id is looked up in the same statement; one index probe more than ours.
  const script = `\\set n random(1, ${STREAMS})\nselect ${columns} from events where stream_id = (select id from stream_ids where n = :n) order by version;`;
  const contestants: Record<string, () => Promise<number>> = {};
  for (const clients of [1, 8]) {
    if (program) {
      // The limits in docs/performance.md were measured with pgbench's own protocol; prepared statements are shown beside it.
      contestants[`pgbench ${clients}`] = () => pgbench(program, url, script, clients, seconds, 'simple');
      contestants[`pgbench, prepared ${clients}`] = () => pgbench(program, url, script, clients, seconds);
    }
    contestants[`plain pg ${clients}`] = () =>
      callsPerSecond(clients, seconds, () =>
        pool.query({
          name: 'raw_load',
          text: `select ${columns} from events where stream_id = $1 order by version`,
          values: [random()],
        }),
      );
    contestants[`Emmett ${clients}`] = () =>
      callsPerSecond(clients, seconds, () => emmettStore.load(random(200)));
    contestants[`message-db ${clients}`] = () =>
      callsPerSecond(clients, seconds, () => messageDbStore.load(`bench-${random(200)}`));
    contestants[`Fupin ${clients}`] = () => callsPerSecond(clients, seconds, () => store.load(random()));
  }
  const medians = await interleaved(rounds, contestants, log);
  await store.close();
  await Promise.all([pool.end(), emmettStore.close(), messageDbStore.close()]);

  const value = (name: string): number => medians.get(name) ?? Number.NaN;
  const group = `Load a stream of ${EVENTS} events`;
  return [1, 8].flatMap((clients): Row[] => {
    const limit = program
      ? { name: `pgbench, ${clients}`, value: value(`pgbench ${clients}`) }
      : { name: `plain pg, ${clients}`, value: value(`plain pg ${clients}`) };
    return [
      ...(program
        ? [
            {
              group,
              what: `pgbench, ${clients} clients (the limit)`,
              value: limit.value,
              unit: 'loads/s' as const,
            },
          ]
        : []),
      ...[...(program ? ['pgbench, prepared'] : []), 'plain pg', 'Emmett', 'message-db'].map((peer): Row => ({
        group,
        what: `${peer}, ${clients}`,
        value: value(`${peer} ${clients}`),
        unit: 'loads/s',
        against: limit,
      })),
      {
        group,
        what: `Fupin, ${clients}`,
        value: value(`Fupin ${clients}`),
        unit: 'loads/s',
        against: limit,
        goal: { atLeast: clients === 1 ? 0.6 : 0.45 },
      },
    ];
  });
}
