import { createHash } from 'node:crypto';
import { projectorSql } from '@fupin/event-sourcing';
import type { Pool } from 'pg';
import { READ_MODEL, READ_MODEL_VERSION, readModelIndexSql, readModelSql } from '../read-model.js';

/** The tables of a read-model schema and the projector's own, to be run with the search path set to it. */
export const tablesSql = `${projectorSql()}\n${readModelSql}`;
/** Everything a live schema holds. */
export const schemaSql = `${tablesSql}\n${readModelIndexSql}`;

/** Tells one shape of the tables from another, so that a new version of the code notices tables of an older one. */
const shape = createHash('sha256').update(`${READ_MODEL_VERSION}\n${schemaSql}`).digest('hex').slice(0, 16);

/** Marks a schema as made by this version; run with the tables. */
export const shapeSql = (schema: string) => `COMMENT ON SCHEMA ${schema} IS 'shape ${shape}'`;

/** Any number will do as long as all instances use the same. */
const LOCK = 0x50524f4a;

/**
 * Makes the live schema when there is none. Says whether its tables are those of this version: `outdated` ones have to be
 * rebuilt before anything is applied. Instances that start together wait for each other.
 */
export async function prepareSchema(pool: Pool): Promise<'current' | 'outdated'> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const { rows } = await client.query<{ comment: string | null }>(
      "SELECT obj_description(oid, 'pg_namespace') AS comment FROM pg_namespace WHERE nspname = $1",
      [READ_MODEL],
    );
    if (rows.length === 0)
      await client.query(
        `CREATE SCHEMA ${READ_MODEL}; SET LOCAL search_path = ${READ_MODEL}; ${schemaSql}; ${shapeSql(READ_MODEL)}`,
      );
    await client.query('COMMIT');
    return rows[0] && rows[0].comment !== `shape ${shape}` ? 'outdated' : 'current';
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
