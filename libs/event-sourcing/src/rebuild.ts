import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { pino, type Logger } from 'pino';
import type { Kafka } from './kafka.js';
import type { EventMetrics } from './metrics.js';
import type { AnyProjection } from './projected-event.js';
import { startProjector, type Projector } from './projector.js';

export interface RebuildOptions {
  /** Needs a connection for each partition, and two more. */
  readonly pool: pg.Pool;
  /** The live schema; the new one grows in `<schema>_rebuild` beside it. */
  readonly schema: string;
  readonly kafka: Kafka;
  readonly projections: readonly AnyProjection[];
  /** Makes the read model's tables and those of `projectorSql()`; the search_path is set to `schema`, which is there. */
  createTables(tx: pg.ClientBase, schema: string): Promise<void>;
  /** For what is better done after the loading, for example indexes; runs before the swap. */
  finish?(tx: pg.ClientBase, schema: string): Promise<void>;
  readonly maxEvents?: number;
  readonly metrics?: EventMetrics;
  readonly logger?: Logger;
  readonly onProgress?: (progress: RebuildProgress) => void;
}

export interface RebuildProgress {
  readonly events: number;
  /** Messages that are still to be read. */
  readonly lag: number;
}

export interface RebuildReport {
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Resident memory of this process at its highest, bytes. */
  readonly peakMemory: number;
}

/** Another rebuild of the same schema is running. */
export class RebuildRunning extends Error {}
/** A message stopped the new read model; the live one is as it was. */
export class RebuildStopped extends Error {}

/**
 * Builds a read model again from Kafka, in a second schema while the live one serves, and swaps the two by name when
 * the new one has caught up. Whatever fails before the swap leaves the live one untouched; the next run starts clean.
 * The live projector need not stop: after the swap its checkpoint does not fit, it reloads and carries on.
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const { pool, schema } = options;
  const logger = options.logger ?? pino({ level: 'silent' });
  const lock = await pool.connect();
  let projector: Projector | undefined;
  try {
    const { rows } = await lock.query<{ got: boolean }>(
      'select pg_try_advisory_lock(4711003, hashtext($1)) as got',
      [schema],
    );
    if (rows[0]?.got !== true) throw new RebuildRunning(`another rebuild of ${schema} is running`);
    const fresh = `${schema}_rebuild`;
    await inTransaction(pool, async (tx) => {
      await tx.query(`drop schema if exists ${quoted(fresh)} cascade; create schema ${quoted(fresh)};
        set local search_path to ${quoted(fresh)}`);
      await options.createTables(tx, fresh);
      await copySkipped(tx, schema, fresh);
    });
    const memory = watchMemory();
    const began = performance.now();
    let events = 0;
    try {
      const counting: AnyProjection[] = options.projections.map((projection) => ({
        topic: projection.topic,
        decode: (payload: Uint8Array) => projection.decode(payload),
        apply: (tx: pg.ClientBase, batch: Parameters<AnyProjection['apply']>[1]) => {
          // Several may read one topic: count its events once.
          if (options.projections.find(({ topic }) => topic.name === projection.topic.name) === projection) {
            events += batch.length;
          }
          return projection.apply(tx, batch);
        },
      }));
      projector = startProjector({
        pool,
        schema: fresh,
        kafka: options.kafka,
        groupId: `${schema}-rebuild-${randomBytes(6).toString('hex')}`,
        projections: counting,
        maxEvents: options.maxEvents ?? 6_000,
        maxBytes: 2 * 1024 * 1024,
        fast: true,
        logger,
        ...(options.metrics !== undefined && { metrics: options.metrics }),
      });
      await caughtUp(options, projector, () => events);
      if (options.finish !== undefined) {
        await inTransaction(pool, async (tx) => {
          await tx.query(`set local search_path to ${quoted(fresh)}`);
          await options.finish?.(tx, fresh);
        });
      }
      await swap(pool, schema, fresh, logger);
      // Its schema is gone under its name: it can do nothing any more.
      await projector.stop();
    } finally {
      memory.stop();
    }
    const seconds = (performance.now() - began) / 1000;
    return { events, seconds, eventsPerSecond: Math.round(events / seconds), peakMemory: memory.peak() };
  } finally {
    await projector?.stop();
    // Closing the connection gives the lock away.
    lock.release(true);
  }
}

/** Waits until the new read model holds whatever Kafka and the live one hold. */
async function caughtUp(options: RebuildOptions, projector: Projector, events: () => number): Promise<void> {
  const wanted = new Map<string, number>();
  for (const { name } of new Map(options.projections.map(({ topic }) => [topic.name, topic])).values()) {
    for (const [partition, end] of (await options.kafka.endOffsets(name)).entries())
      wanted.set(`${name}/${partition}`, end);
  }
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { partitions } = projector.status();
    const stopped = partitions.find((partition) => partition.stopped !== undefined);
    if (stopped?.stopped !== undefined) {
      const { offset, reason } = stopped.stopped;
      throw new RebuildStopped(`${stopped.topic}/${stopped.partition} at offset ${offset}: ${reason}`);
    }
    const seen = new Map(partitions.map((p) => [`${p.topic}/${p.partition}`, p]));
    let lag = 0;
    for (const [key, end] of wanted) lag += Math.max(0, end - (seen.get(key)?.next ?? 0));
    options.onProgress?.({ events: events(), lag });
    // What came in meanwhile is read while the live one is held up: it must be little.
    if (lag === 0 && partitions.reduce((sum, p) => sum + p.lag, 0) < 2000) return;
  }
}

/**
 * Puts the new schema in the place of the live one. The live checkpoints are locked first: that waits for the live
 * projector's transactions and lets no new one begin, so that the new read model can reach them before it is looked at.
 * Dropping the old tables in the same transaction is what makes prepared statements look up the new ones.
 */
async function swap(pool: pg.Pool, schema: string, fresh: string, logger: Logger): Promise<void> {
  const old = `${schema}_old`;
  for (let attempt = 1; ; attempt++) {
    try {
      await inTransaction(pool, async (tx) => {
        // Less than the server's deadlock_timeout: it is the swap that gives way, never a reader.
        await tx.query(`set local lock_timeout to '500ms'`);
        if (await tableExists(tx, schema)) {
          await tx.query(`lock table ${quoted(schema)}.projector_checkpoints in access exclusive mode`);
          await reachLive(tx, pool, schema, fresh);
          await copySkipped(tx, schema, fresh);
        }
        await tx.query(`lock table ${quoted(fresh)}.projector_checkpoints in access exclusive mode`);
        await tx.query(`drop schema if exists ${quoted(old)} cascade`);
        const { rowCount } = await tx.query('select from pg_namespace where nspname = $1', [schema]);
        if (rowCount === 1) await tx.query(`alter schema ${quoted(schema)} rename to ${quoted(old)}`);
        await tx.query(`alter schema ${quoted(fresh)} rename to ${quoted(schema)}`);
        await tx.query(`drop schema if exists ${quoted(old)} cascade`);
      });
      return;
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (attempt === 50 || (code !== '55P03' && code !== '40P01')) throw error;
      logger.info({ attempt, code }, 'somebody is reading: the swap gives way and tries again');
      await new Promise((resolve) => setTimeout(resolve, 50 + 20 * attempt));
    }
  }
}

/** Waits, while the live checkpoints cannot move, until the new ones are nowhere behind them. */
async function reachLive(tx: pg.ClientBase, pool: pg.Pool, schema: string, fresh: string): Promise<void> {
  const { rows: live } = await tx.query<{ topic: string; partition: number; position: string }>(
    `select topic, partition, position from ${quoted(schema)}.projector_checkpoints where position > 0`,
  );
  const deadline = Date.now() + 5000;
  for (;;) {
    const { rows } = await pool.query<{ topic: string; partition: number; position: string }>(
      `select topic, partition, position from ${quoted(fresh)}.projector_checkpoints`,
    );
    const reached = new Map(rows.map((row) => [`${row.topic}/${row.partition}`, Number(row.position)]));
    const behind = live.filter(
      (row) => (reached.get(`${row.topic}/${row.partition}`) ?? 0) < Number(row.position),
    );
    if (behind.length === 0) return;
    if (Date.now() > deadline)
      throw Object.assign(new Error('the new read model does not keep up'), { code: '55P03' });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What operators decided about the live read model holds for the new one, and stays on record. */
async function copySkipped(tx: pg.ClientBase, schema: string, fresh: string): Promise<void> {
  if (!(await tableExists(tx, schema))) return;
  await tx.query(`insert into ${quoted(fresh)}.skipped_messages select * from ${quoted(schema)}.skipped_messages
    on conflict do nothing`);
}

async function tableExists(tx: pg.ClientBase, schema: string): Promise<boolean> {
  const name = `${quoted(schema)}.skipped_messages`;
  const { rows } = await tx.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name]);
  return rows[0]?.there === true;
}

async function inTransaction(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<void>): Promise<void> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    await tx.query('begin');
    await work(tx);
    await tx.query('commit');
  } catch (error) {
    await tx.query('rollback').catch((e: Error) => (broken = e));
    throw error;
  } finally {
    tx.release(broken);
  }
}

function watchMemory(): { peak(): number; stop(): void } {
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 100);
  return { peak: () => peak, stop: () => clearInterval(timer) };
}

const quoted = (name: string): string => pg.escapeIdentifier(name);
