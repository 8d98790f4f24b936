import type { Pool } from 'pg';
import type { HouseholdRecord } from '../src/event.js';
import { schemaSql } from '../src/projector/schema.js';
import { applyBatch } from '../src/read-model.js';

/** Creates the read models' tables in a schema. */
export async function createReadModel(pool: Pool, schema = 'read_model'): Promise<void> {
  const client = await pool.connect();
  await client
    .query(`BEGIN; CREATE SCHEMA ${schema}; SET LOCAL search_path = ${schema}; ${schemaSql}; COMMIT`)
    .finally(() => client.release());
}

/** Applies a batch as the projector does: in one transaction with the schema as search path. */
export async function apply(
  pool: Pool,
  batch: readonly HouseholdRecord[],
  schema = 'read_model',
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL search_path = ${schema}`);
    await applyBatch(client, batch);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
