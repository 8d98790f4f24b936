import { HOUSEHOLD_TOPIC } from '@fupin/contracts';
import {
  CommandHandler,
  connectKafka,
  EventStore,
  eventStoreSql,
  rebuild,
  startProjector,
  startRelay,
  waitForPosition,
  type Kafka,
} from '@fupin/event-sourcing';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { prepareSchema, shapeSql, tablesSql } from '../../services/projection/src/projector/schema.js';
import {
  householdProjection,
  READ_MODEL,
  readModelIndexSql,
} from '../../services/projection/src/read-model.js';
import { BENCH_STREAM, ENVELOPE } from './fixture.js';
import { lifeOf } from './lives.js';
import { percentile, type Row } from './measure.js';
import type { BenchContext } from './main.js';

const HOUSEHOLDS = 20_000;
const COMMANDS_PER_SECOND = 500;
const LATENCY_SECONDS = 15;
const ROW_BY_ROW_SECONDS = 8;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A topic of its own for each run, so that nothing of another run is in the figures. */
const topic = { ...HOUSEHOLD_TOPIC, name: `fupin.bench.household-${randomUUID()}` };
const projection = { ...householdProjection, topic };

/** Writes the lives of many households into the store and relays them; gives the number of events. */
async function fill(url: string, kafka: Kafka, log: BenchContext['log']): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: 6 });
  await pool.query(eventStoreSql());
  const store = new EventStore({ pool });
  const relay = startRelay({
    pool,
    store,
    kafka,
    streamTopics: new Map([[BENCH_STREAM.name, topic]]),
    source: '/fupin/bench',
  });
  const recordedAt = new Date();
  let events = 0;
  for (let number = 0; number < HOUSEHOLDS; number += 100) {
    const streams = Array.from({ length: 100 }, (_, index) => {
      const life = lifeOf(number + index);
      events += life.events.length;
      return {
        streamId: life.streamId,
        streamType: BENCH_STREAM.name,
        expectedVersion: 0,
        events: life.events.map((event, version) => ({
          occurredOn: event.occurredOn,
          recordedAt,
          ...BENCH_STREAM.encode(event, { ...ENVELOPE, region: life.region }, version + 1, recordedAt),
        })),
      };
    });
    await store.append({ streams });
  }
  while (relay.status().position < events) await sleep(50);
  log(`  ${events} events of ${HOUSEHOLDS} households on Kafka`);
  await relay.stop();
  await store.close();
  await pool.end();
  return events;
}

/** Projects from the beginning of the topic; gives events per second and the peak of the process's memory. */
async function project(
  url: string,
  kafka: Kafka,
  options: { maxEvents?: number; seconds?: number; events: number },
): Promise<{ rate: number; peakMb: number }> {
  const pool = new pg.Pool({ connectionString: url, max: topic.partitions + 2 });
  await prepareSchema(pool);
  const applied = async (): Promise<number> => {
    const { rows } = await pool.query<{ n: string }>(`select count(*) as n from ${READ_MODEL}.timeline`);
    return Number(rows[0]?.n);
  };
  const projector = startProjector({
    pool,
    schema: READ_MODEL,
    kafka,
    groupId: randomUUID(),
    projections: [projection],
    ...(options.maxEvents !== undefined && { maxEvents: options.maxEvents }),
  });
  while (!projector.status().joined) await sleep(5);
  const started = performance.now();
  let peak = 0;
  let done = 0;
  const lag = (): number => projector.status().partitions.reduce((sum, { lag }) => sum + lag, 0);
  while (done < options.events) {
    await sleep(100);
    peak = Math.max(peak, process.memoryUsage().rss);
    const stopped = projector.status().partitions.find((partition) => partition.stopped);
    if (stopped) throw new Error(`projector stopped: ${JSON.stringify(stopped)}`);
    const late = options.seconds !== undefined && performance.now() - started > options.seconds * 1000;
    if (late || lag() === 0) done = await applied();
    if (late) break;
  }
  const rate = (done * 1000) / (performance.now() - started);
  await projector.stop();
  await pool.end();
  return { rate, peakMb: peak / 2 ** 20 };
}

/** The blue/green rebuild, with the live projector running and a client that keeps asking the old read models. */
async function rebuildBeside(
  url: string,
  kafka: Kafka,
): Promise<{ rate: number; peakMb: number; queries: number }> {
  const pool = new pg.Pool({ connectionString: url, max: 2 * topic.partitions + 6 });
  const projector = startProjector({
    pool,
    schema: READ_MODEL,
    kafka,
    groupId: randomUUID(),
    projections: [projection],
  });
  let asking = true;
  let queries = 0;
  const client = (async () => {
    for (; asking; queries += 1) {
      await pool.query(`select count(*) from ${READ_MODEL}.region_day where region = '422823'`);
      await sleep(20);
    }
  })();
  const report = await rebuild({
    pool,
    schema: READ_MODEL,
    kafka,
    projections: [projection],
    createTables: async (tx, schema) => void (await tx.query(`${tablesSql}; ${shapeSql(schema)}`)),
    finish: async (tx) => void (await tx.query(readModelIndexSql)),
  });
  asking = false;
  await client;
  await projector.stop();
  await pool.end();
  return { rate: report.eventsPerSecond, peakMb: report.peakMemory / 2 ** 20, queries };
}

/** From the answer of a command to its row in the read model, everything in this one process. */
async function visible(storeUrl: string, url: string, kafka: Kafka): Promise<number[]> {
  const storePool = new pg.Pool({ connectionString: storeUrl, max: 6 });
  const pool = new pg.Pool({ connectionString: url, max: topic.partitions + 16 });
  await storePool.query(eventStoreSql());
  await prepareSchema(pool);
  const live = { ...topic, name: `${topic.name}-live` };
  await kafka.createTopics([live]);
  const store = new EventStore({ pool: storePool });
  const handler = new CommandHandler(store);
  const relay = startRelay({
    pool: storePool,
    store,
    kafka,
    streamTopics: new Map([[BENCH_STREAM.name, live]]),
    source: '/fupin/bench',
  });
  const projector = startProjector({
    pool,
    schema: READ_MODEL,
    kafka,
    groupId: randomUUID(),
    projections: [{ ...projection, topic: live }],
  });
  while (!projector.status().joined) await sleep(10);
  await sleep(1000);
  const waits: number[] = [];
  const running: Promise<void>[] = [];
  const one = async (): Promise<void> => {
    const { partition, position } = await handler.handle(
      BENCH_STREAM,
      randomUUID(),
      { kind: 'register' },
      { envelope: ENVELOPE },
    );
    const answered = performance.now();
    if (!(await waitForPosition(pool, READ_MODEL, { topic: live.name, partition, position }, 5000)))
      throw new Error('not visible after 5 s');
    waits.push(performance.now() - answered);
  };
  const started = performance.now();
  for (let count = 0; count < COMMANDS_PER_SECOND * LATENCY_SECONDS;) {
    const due = Math.floor(((performance.now() - started) / 1000) * COMMANDS_PER_SECOND);
    for (; count < due; count += 1) running.push(one());
    await sleep(1);
  }
  await Promise.all(running);
  await projector.stop();
  await relay.stop();
  await store.close();
  await Promise.all([storePool.end(), pool.end()]);
  return waits.slice(COMMANDS_PER_SECOND);
}

/** The projection from Kafka into all core read models. */
export async function benchProjection({ freshDatabase, brokers, log }: BenchContext): Promise<Row[]> {
  const kafka = connectKafka({ brokers });
  await kafka.createTopics([topic]);
  const events = await fill(await freshDatabase('bench_projection_store'), kafka, log);
  const live = await freshDatabase('bench_projection');
  const steady = await project(live, kafka, { events });
  log(`  steady ${steady.rate.toFixed(0)}/s`);
  const rowByRow = await project(await freshDatabase('bench_projection_rows'), kafka, {
    events,
    maxEvents: 1,
    seconds: ROW_BY_ROW_SECONDS,
  });
  log(`  row by row ${rowByRow.rate.toFixed(0)}/s`);
  const rebuilt = await rebuildBeside(live, kafka);
  log(`  rebuild ${rebuilt.rate.toFixed(0)}/s, ${rebuilt.queries} queries answered meanwhile`);
  const waits = await visible(
    await freshDatabase('bench_visible_store'),
    await freshDatabase('bench_visible'),
    kafka,
  );
  await kafka.close();
  const group = `Projection (${events.toLocaleString('en-US')} events, ${topic.partitions} partitions, from Kafka into all read models)`;
  return [
    { group, what: 'steady', value: steady.rate, unit: 'events/s', goal: { atLeast: 15_000 } },
    { group, what: 'one transaction per event', value: rowByRow.rate, unit: 'events/s' },
    {
      group,
      what: 'steady, against one transaction per event',
      value: steady.rate,
      unit: 'events/s',
      against: { name: 'row by row', value: rowByRow.rate },
      goal: { atLeast: 5 },
    },
    {
      group,
      what: 'blue/green rebuild with its indexes, while the old read models serve queries',
      value: rebuilt.rate,
      unit: 'events/s',
      goal: { atLeast: 25_000 },
    },
    {
      group,
      what: 'rebuild, peak memory of the process',
      value: rebuilt.peakMb,
      unit: 'MB',
      goal: { atMost: 1500 },
    },
    {
      group,
      what: `command answered → visible, ${COMMANDS_PER_SECOND} commands/s, p50`,
      value: percentile(waits, 0.5),
      unit: 'ms',
    },
    {
      group,
      what: `command answered → visible, ${COMMANDS_PER_SECOND} commands/s, p99`,
      value: percentile(waits, 0.99),
      unit: 'ms',
      goal: { atMost: 150 },
    },
  ];
}
