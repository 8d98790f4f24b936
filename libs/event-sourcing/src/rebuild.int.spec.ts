import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { counting, createReadModel, eventually, pipeline, type Pipeline } from '../test/pipeline.js';
import { rebuild, RebuildRunning, RebuildStopped, skipMessage, type RebuildOptions } from './index.js';

describe('rebuild', () => {
  let p: Pipeline;
  beforeEach(async () => (p = await pipeline()));
  afterEach(() => p.stop());

  const run = (more: Partial<RebuildOptions> = {}) =>
    rebuild({
      pool: p.pool,
      schema: 'rm',
      kafka: p.kafka,
      projections: [counting(p.topic)],
      createTables: async (tx, schema) => createReadModel(tx, schema),
      ...more,
    });
  const schemas = async () => {
    const { rows } = await p.pool.query<{ nspname: string }>(
      "select nspname from pg_namespace where nspname like 'rm%'",
    );
    return rows.map(({ nspname }) => nspname).sort();
  };

  it('puts a new read model in the place of the live one while events come in, readers read and the projector runs', async () => {
    p.relay();
    const live = p.projector();
    const streams = Array.from({ length: 30 }, () => randomUUID());
    let version = 0;
    const more = async (rounds: number) => {
      for (let i = 0; i < rounds; i++, version += 2) {
        await Promise.all(streams.map((stream) => p.append(stream, version, 2)));
      }
    };
    await more(10);
    await eventually(async () => (await p.counted()).events === 600, '600 events');
    // What only the live tables have tells which ones a reader sees.
    await p.pool.query(
      `insert into rm.counted values ('00000000-0000-0000-0000-000000000000', 0, 1000000, 0, 0)`,
    );

    let reading = true;
    let reads = 0;
    let swapped = false;
    const reader = async () => {
      const client = await p.pool.connect();
      while (reading) {
        // A prepared statement, planned before the swap: it must neither fail nor go on reading the old table.
        const { rows } = await client.query<{ sum: string }>({
          name: 'sum',
          text: 'select sum(total) from rm.counted',
        });
        const old = Number(rows[0]?.sum) >= 1_000_000;
        if (old && swapped) throw new Error('an old table was read after the swap');
        reads++;
        await new Promise((resolve) => setImmediate(resolve));
      }
      client.release();
    };
    const readers = [reader(), reader(), reader()];
    const writing = more(15);
    const report = await run();
    swapped = true;
    await writing;
    await more(2);
    await eventually(async () => (await p.counted()).events === version * 30, 'all events');
    reading = false;
    await Promise.all(readers);

    expect(await p.counted()).toEqual({ events: version * 30, sum: version * 30, disordered: 0 });
    expect(reads).toBeGreaterThan(10);
    expect(report.events).toBeGreaterThanOrEqual(600);
    expect(report.eventsPerSecond).toBeGreaterThan(0);
    expect(report.peakMemory).toBeGreaterThan(0);
    expect(await schemas()).toEqual(['rm']);
    expect(live.status().partitions.filter(({ stopped }) => stopped !== undefined)).toEqual([]);
  });

  it('leaves the live one untouched when it fails, and the next run starts clean', async () => {
    p.relay();
    p.projector();
    const stream = randomUUID();
    await p.append(stream, 0, 5);
    await eventually(async () => (await p.counted()).events === 5, '5 events');
    const broken = {
      ...counting(p.topic),
      apply: () => Promise.reject(new Error('a fault of the new code')),
    };
    await expect(run({ projections: [broken] })).rejects.toThrow(RebuildStopped);
    expect((await p.counted()).events).toBe(5);
    await p.append(stream, 5, 5);
    await eventually(async () => (await p.counted()).events === 10, '10 events');
    await run();
    expect(await p.counted()).toEqual({ events: 10, sum: 10, disordered: 0 });
    expect(await schemas()).toEqual(['rm']);
  });

  it('starts clean after one that was killed halfway', async () => {
    const relay = p.relay();
    await p.append(randomUUID(), 0, 5);
    await eventually(() => relay.status().position === 5, 'relayed');
    await p.pool.query(
      'create schema rm_rebuild; create table rm_rebuild.counted (wrong int); create schema rm_old',
    );
    await run();
    expect((await p.counted()).events).toBe(5);
    expect(await schemas()).toEqual(['rm']);
  });

  it('runs once at a time', async () => {
    await p.kafka.createTopics([p.topic]);
    let second: Promise<unknown> | undefined;
    await run({
      finish: async () => {
        second = run();
        await expect(second).rejects.toThrow(RebuildRunning);
      },
    });
    expect(second).toBeDefined();
  });

  it('holds to what operators decided, and finishes before it swaps', async () => {
    p.relay();
    const stream = randomUUID();
    for (let version = 0; version < 6; version++) await p.append(stream, version, 1, version === 3 ? 0 : 1);
    const live = p.projector();
    await eventually(() => live.status().partitions.some(({ stopped }) => stopped !== undefined), 'a stop');
    const at = live.status().partitions.find(({ stopped }) => stopped !== undefined);
    await skipMessage(p.pool, 'rm', {
      topic: p.topic.name,
      partition: at?.partition ?? 0,
      offset: at?.stopped?.offset ?? 0,
      by: 'operator',
      reason: 'made by a test',
    });
    await eventually(async () => (await p.counted()).events === 5, '5 events');
    await run({
      finish: async (tx: pg.ClientBase, schema) => {
        expect(schema).toBe('rm_rebuild');
        await tx.query('create index counted_by_total on counted (total)');
      },
    });
    expect((await p.counted()).events).toBe(5);
    const { rows } = await p.pool.query(
      "select indexname from pg_indexes where schemaname = 'rm' and tablename = 'counted'",
    );
    expect(rows).toContainEqual({ indexname: 'counted_by_total' });
    const decisions = await p.pool.query('select reason from rm.skipped_messages');
    expect(decisions.rows).toEqual([{ reason: 'made by a test' }]);
  });
});
