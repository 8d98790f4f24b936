import { rebuild, RebuildRunning } from '@fupin/event-sourcing';
import type { EventMetrics, Kafka, RebuildProgress } from '@fupin/event-sourcing';
import type { Pool } from 'pg';
import { projections, READ_MODEL, readModelIndexSql } from '../read-model.js';
import { shapeSql, tablesSql } from './schema.js';

/** One rebuild of the read models, as it is kept on record. */
export interface RebuildRecord {
  readonly id: number;
  /** Role and subject of the token, or `version` when the tables' shape changed with the code. */
  readonly requestedBy: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: 'running' | 'swapped' | 'failed';
  readonly events: number | null;
  readonly seconds: number | null;
  readonly failure: string | null;
}

const COLUMNS = `id, requested_by AS "requestedBy", started_at AS "startedAt", finished_at AS "finishedAt",
  outcome, events::float8 AS events, seconds, failure`;

/** The latest rebuilds, newest first. */
export async function latestRebuilds(pool: Pool): Promise<readonly RebuildRecord[]> {
  const { rows } = await pool.query<RebuildRecord>(
    `SELECT ${COLUMNS} FROM reference.rebuild ORDER BY id DESC LIMIT 20`,
  );
  return rows;
}

/**
 * Builds all read models again from Kafka beside the live ones and swaps them by name; the live ones serve meanwhile.
 * Whatever fails leaves them as they were. The outcome is kept on record.
 */
export async function runRebuild(
  pool: Pool,
  kafka: Kafka,
  record: number,
  options: { metrics?: EventMetrics; onProgress?: (progress: RebuildProgress) => void },
): Promise<void> {
  try {
    const { events, seconds } = await rebuild({
      pool,
      schema: READ_MODEL,
      kafka,
      projections,
      createTables: async (tx, schema) => void (await tx.query(`${tablesSql}; ${shapeSql(schema)}`)),
      finish: async (tx) =>
        void (await tx.query(
          `${readModelIndexSql}; ANALYZE household, household_place, timeline, ledger, region_day, region_month, register_finding, year_closing`,
        )),
      ...options,
    });
    await finish(pool, record, 'swapped', { events, seconds });
  } catch (error) {
    const failure = error instanceof RebuildRunning ? 'another one is running' : String(error);
    await finish(pool, record, 'failed', { failure });
    throw error;
  }
}

/** Puts a rebuild on record before it begins; gives its number. */
export async function recordRebuild(pool: Pool, requestedBy: string): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    'INSERT INTO reference.rebuild (requested_by) VALUES ($1) RETURNING id',
    [requestedBy],
  );
  return rows[0]!.id;
}

async function finish(
  pool: Pool,
  id: number,
  outcome: 'swapped' | 'failed',
  result: { events?: number; seconds?: number; failure?: string },
): Promise<void> {
  await pool.query(
    'UPDATE reference.rebuild SET finished_at = now(), outcome = $2, events = $3, seconds = $4, failure = $5 WHERE id = $1',
    [id, outcome, result.events ?? null, result.seconds ?? null, result.failure?.slice(0, 2000) ?? null],
  );
}
