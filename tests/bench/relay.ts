import { HOUSEHOLD_TOPIC } from '@fupin/contracts';
import { connectKafka, CommandHandler, EventStore, eventStoreSql, type Kafka } from '@fupin/event-sourcing';
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { BENCH_STREAM, ENVELOPE, newStream } from './fixture.js';
import { percentile, type Row } from './measure.js';
import type { BenchContext } from './main.js';

const RATE = 1000;
const LATENCY_SECONDS = 15;
const BACKLOG = 300_000;

interface RelayChild {
  readonly position: () => number;
  readonly peakMb: () => number;
  readonly stop: () => Promise<void>;
}

function startRelayChild(url: string, brokers: string): RelayChild {
  const child: ChildProcess = fork(join(import.meta.dirname, 'relay-child.mjs'), [url, brokers], {
    execArgv: [],
  });
  let last = { position: 0, peakMb: 0 };
  child.on('message', (message) => (last = message as typeof last));
  return {
    position: () => last.position,
    peakMb: () => last.peakMb,
    stop: () =>
      new Promise((resolve) => {
        child.on('exit', () => resolve());
        child.send('stop');
      }),
  };
}

/** Reads every partition from its present end and calls back for each message, until told to stop. */
async function follow(kafka: Kafka, onMessage: (key: string) => void): Promise<() => Promise<void>> {
  const ends = await kafka.endOffsets(HOUSEHOLD_TOPIC.name);
  let stopping = false;
  const loops = ends.map(async (end, partition) => {
    const reader = kafka.reader(HOUSEHOLD_TOPIC.name, partition);
    for (let offset = end; !stopping;) {
      const fetched = await reader.fetch(offset, { maxWaitMs: 500 });
      if (fetched.outcome !== 'messages') continue;
      for (const message of fetched.messages) {
        onMessage(message.key);
        offset = message.offset + 1;
      }
    }
    await reader.close();
  });
  return async () => {
    stopping = true;
    await Promise.all(loops);
  };
}

async function latency(url: string, kafka: Kafka, brokers: string): Promise<number[]> {
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  const store = new EventStore({ pool });
  const relay = startRelayChild(url, brokers);
  const sent = new Map<string, number>();
  const waits: number[] = [];
  const stopFollowing = await follow(kafka, (key) => {
    const at = sent.get(key);
    if (at !== undefined) waits.push(performance.now() - at);
  });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const started = performance.now();
  const appends: Promise<unknown>[] = [];
  for (let count = 0; count < RATE * LATENCY_SECONDS;) {
    const due = Math.min(RATE * LATENCY_SECONDS, Math.floor(((performance.now() - started) / 1000) * RATE));
    for (; count < due; count += 1) {
      const streamId = randomUUID();
      // The clock starts before the append, so the durable write is in the figure.
      sent.set(streamId, performance.now());
      appends.push(
        store.append({
          streams: [newStream(streamId)],
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(appends);
  for (let waited = 0; waits.length < sent.size && waited < 100; waited += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  if (waits.length < sent.size) throw new Error(`${sent.size - waits.length} events did not arrive`);
  await stopFollowing();
  await relay.stop();
  await store.close();
  await pool.end();
  // The first second warms up.
  return waits.slice(RATE);
}

async function drain(
  url: string,
  kafka: Kafka,
  brokers: string,
  log: BenchContext['log'],
): Promise<{ rate: number; peakMb: number }> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const store = new EventStore({ pool });
  const handler = new CommandHandler(store);
  log(`  filling a backlog of ${BACKLOG}`);
  for (let done = 0; done < BACKLOG; done += 2000) {
    const batch = (): Promise<unknown> =>
      handler.handleMany(
        BENCH_STREAM,
        Array.from({ length: 1000 }, () => ({
          streamId: randomUUID(),
          command: { kind: 'visit' } as const,
          context: { envelope: ENVELOPE },
        })),
      );
    await Promise.all([batch(), batch()]);
  }
  const { rows } = await pool.query<{ end: string }>('select max(position) as end from events');
  const target = Number(rows[0]?.end);
  const before = (await kafka.endOffsets(HOUSEHOLD_TOPIC.name)).reduce((sum, end) => sum + end, 0);
  const relay = startRelayChild(url, brokers);
  const first = relay.position();
  let started = 0;
  let from = 0;
  while (relay.position() < target) {
    if (started === 0 && relay.position() > first) {
      started = performance.now();
      from = relay.position();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const rate = ((target - from) * 1000) / (performance.now() - started);
  const after = (await kafka.endOffsets(HOUSEHOLD_TOPIC.name)).reduce((sum, end) => sum + end, 0);
  log(`  ${after - before} messages on Kafka for ${BACKLOG} events`);
  const peakMb = relay.peakMb();
  await relay.stop();
  await store.close();
  await pool.end();
  return { rate, peakMb };
}

/** The relay: from a durable append to a consumer at 1000 events a second, and how fast it drains a backlog. */
export async function benchRelay({ freshDatabase, brokers, log }: BenchContext): Promise<Row[]> {
  const kafka = connectKafka({ brokers });
  await kafka.createTopics([HOUSEHOLD_TOPIC]);
  const url = await freshDatabase('bench_relay');
  const setup = new pg.Pool({ connectionString: url, max: 1 });
  await setup.query(eventStoreSql());
  await setup.end();
  log(`  ${RATE} events/s for ${LATENCY_SECONDS} s`);
  const waits = await latency(url, kafka, brokers);
  const drained = await drain(url, kafka, brokers, log);
  await kafka.close();
  const group = 'Relay';
  return [
    {
      group,
      what: `append called → consumer, ${RATE} events/s, p50`,
      value: percentile(waits, 0.5),
      unit: 'ms',
      goal: { atMost: 10 },
    },
    {
      group,
      what: `append called → consumer, ${RATE} events/s, p99`,
      value: percentile(waits, 0.99),
      unit: 'ms',
      goal: { atMost: 50 },
    },
    {
      group,
      what: `draining ${BACKLOG.toLocaleString('en-US')} events`,
      value: drained.rate,
      unit: 'events/s',
      goal: { atLeast: 45_000 },
    },
    {
      group,
      what: 'draining, peak memory of the process',
      value: drained.peakMb,
      unit: 'MB',
      goal: { atMost: 250 },
    },
  ];
}
