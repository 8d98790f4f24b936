import type { Pool, QueryResultRow } from 'pg';

const ROWS_PER_FETCH = 2000;

/**
 * Reads a query of any size in chunks through a server-side cursor: one snapshot and one plan from the first row to the last,
 * also when a rebuilt read model takes the tables' place meanwhile.
 */
export async function* cursorRows<Row extends QueryResultRow>(
  pool: Pool,
  text: string,
  values: unknown[],
): AsyncGenerator<readonly Row[]> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN READ ONLY');
    await client.query(`DECLARE rows NO SCROLL CURSOR FOR ${text}`, values);
    for (;;) {
      const { rows } = await client.query<Row>(`FETCH ${ROWS_PER_FETCH} FROM rows`);
      if (rows.length > 0) yield rows;
      if (rows.length < ROWS_PER_FETCH) break;
    }
    broken = false;
  } finally {
    // The reader may leave early: rolling back closes the cursor either way.
    await client.query('ROLLBACK').catch(() => (broken = true));
    client.release(broken);
  }
}
