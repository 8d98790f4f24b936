import { CommandHandler, EventStore, eventStoreSql } from '@fupin/event-sourcing';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BENCH_STREAM, ENVELOPE, payload } from './fixture.js';
import { interleaved, type Row } from './measure.js';
import { emmett } from './peers.js';
import type { BenchContext } from './main.js';

const COUNT = 60_000;
const BATCH = 1000;

/** Rows as COPY's text format: what the limit of a batch is measured with. */
function* copyRows(count: number, from: number): Generator<string> {
  const hex = payload().toString('hex');
  const hash = Buffer.alloc(32, 7).toString('hex');
  const now = new Date().toISOString();
  for (let done = 0; done < count; done += 500) {
    let text = '';
    for (let row = done; row < Math.min(done + 500, count); row += 1)
      text += `${from + row}\t${randomUUID()}\t1\tregistry.household\tMonitoringVisitRecorded\t2018-06-30\t${now}\t\\\\x${hex}\t\\\\x${hash}\n`;
    yield text;
  }
}

const rate = async (count: number, work: () => Promise<void>): Promise<number> => {
  const started = performance.now();
  await work();
  return (count * 1000) / (performance.now() - started);
};

/** Many events at once: the store in batches of 1000 and `handleMany` with deciding, against COPY and Emmett. */
export async function benchBatch({ freshDatabase, rounds, log }: BenchContext): Promise<Row[]> {
  const copyUrl = await freshDatabase('bench_copy');
  const copyPool = new pg.Pool({ connectionString: copyUrl, max: 1 });
  await copyPool.query(eventStoreSql());
  const emmettStore = await emmett(await freshDatabase('bench_emmett_batch'));
  const pool = new pg.Pool({ connectionString: await freshDatabase('bench_batch'), max: 4 });
  await pool.query(eventStoreSql());
  const store = new EventStore({ pool });
  const handler = new CommandHandler(store);
  let copied = 1;

  const medians = await interleaved(
    rounds,
    {
      copy: () =>
        rate(COUNT, async () => {
          const client = await copyPool.connect();
          try {
            await pipeline(
              Readable.from(copyRows(COUNT, copied)),
              client.query(copyFrom('copy events from stdin')),
            );
            copied += COUNT;
          } finally {
            client.release();
          }
        }),
      emmett: () =>
        rate(COUNT / 10, async () => {
          const batch = Array.from({ length: 100 }, () => payload());
          for (let done = 0; done < COUNT / 10; done += 800)
            await Promise.all(Array.from({ length: 8 }, () => emmettStore.append(randomUUID(), 0, batch)));
        }),
      store: () =>
        rate(COUNT, async () => {
          const next = async (): Promise<void> => {
            const recordedAt = new Date();
            const streams = Array.from({ length: BATCH }, () => ({
              streamId: randomUUID(),
              streamType: 'registry.household',
              expectedVersion: 0,
              events: [
                { type: 'MonitoringVisitRecorded', occurredOn: '2018-06-30', recordedAt, payload: payload() },
              ],
            }));
            const outcome = await store.append({ streams });
            if (outcome.outcome !== 'appended') throw new Error(outcome.outcome);
          };
          for (let done = 0; done < COUNT; done += 4 * BATCH)
            await Promise.all([next(), next(), next(), next()]);
        }),
      handleMany: () =>
        rate(COUNT, async () => {
          const context = { envelope: ENVELOPE };
          const next = async (): Promise<void> => {
            const items = Array.from({ length: BATCH }, () => ({
              streamId: randomUUID(),
              command: { kind: 'visit' } as const,
              context,
            }));
            const outcomes = await handler.handleMany(BENCH_STREAM, items);
            const refused = outcomes.find((outcome) => outcome instanceof Error);
            if (refused instanceof Error) throw refused;
          };
          for (let done = 0; done < COUNT; done += 2 * BATCH) await Promise.all([next(), next()]);
        }),
    },
    log,
  );
  await store.close();
  await Promise.all([pool.end(), copyPool.end(), emmettStore.close()]);

  const value = (name: string): number => medians.get(name) ?? Number.NaN;
  const limit = { name: 'COPY', value: value('copy') };
  const group = `Batches (${COUNT.toLocaleString('en-US')} events)`;
  return [
    { group, what: 'COPY (the limit)', value: value('copy'), unit: 'events/s' },
    {
      group,
      what: 'Emmett, 100 per call, 8 at once',
      value: value('emmett'),
      unit: 'events/s',
      against: limit,
    },
    {
      group,
      what: 'Fupin store, 1000 streams per call',
      value: value('store'),
      unit: 'events/s',
      against: limit,
      goal: { atLeast: 0.6 },
    },
    {
      group,
      what: 'Fupin handleMany, 1000 per call, with deciding',
      value: value('handleMany'),
      unit: 'events/s',
      against: limit,
      goal: { atLeast: 0.4 },
    },
  ];
}
