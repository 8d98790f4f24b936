import type { Pool, PoolClient } from 'pg';
import type { HouseholdRecord } from '../src/event.js';
import { schemaSql } from '../src/projector/schema.js';
import { applyBatch } from '../src/read-model.js';
import { yearProjection } from '../src/year/year.table.js';

/** Creates the read models' tables in a schema. */
export async function createReadModel(pool: Pool, schema = 'read_model'): Promise<void> {
  const client = await pool.connect();
  await client
    .query(`BEGIN; CREATE SCHEMA ${schema}; SET LOCAL search_path = ${schema}; ${schemaSql}; COMMIT`)
    .finally(() => client.release());
}

/** Applies a batch as the projector does: in one transaction with the schema as search path. */
export const apply = (pool: Pool, batch: readonly HouseholdRecord[], schema = 'read_model'): Promise<void> =>
  inTransaction(pool, schema, (tx) => applyBatch(tx, batch));

/** The same for the closings of years. */
export const applyYears = (
  pool: Pool,
  batch: Parameters<typeof yearProjection.apply>[1],
  schema = 'read_model',
): Promise<void> => inTransaction(pool, schema, (tx) => yearProjection.apply(tx, batch));

async function inTransaction(
  pool: Pool,
  schema: string,
  work: (tx: PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL search_path = ${schema}`);
    await work(client);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/**
 * All rows of the read models. How events were cut into batches decides whether a figure that cancelled itself is a zero or not
 * there at all; neither is told from the other here.
 */
export async function dumpReadModel(pool: Pool, schema = 'read_model'): Promise<unknown[][]> {
  const tables = [
    'household',
    'household_facts',
    'household_place',
    'timeline',
    'ledger',
    'register_finding',
    'year_closing',
    'region_day',
    'region_month',
  ];
  const rows = await Promise.all(
    tables.map((t) => pool.query<Record<string, unknown>>(`SELECT t.* FROM ${schema}.${t} AS t`)),
  );
  return rows.map((result) =>
    result.rows
      .map((row) =>
        Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== 0)),
      )
      .filter(
        (row) => !('parent' in row) || Object.keys(row).some((key) => /_(households|persons)$/.test(key)),
      )
      .map((row) => JSON.stringify(row))
      .sort(),
  );
}
