import type { Pool, PoolClient } from 'pg';
import { v7 as uuid } from 'uuid';
import { open, seal } from './cipher.js';
import { ROTATION_TARGETS, staleSql, type RotationTarget } from './rotation-targets.js';
import type { VaultKeys } from './vault-keys.js';

/** Rows sealed anew in one transaction: few enough that nobody waits for them. */
const BATCH = 200;
/** Before a pass for rows that were in use in the one before. */
const REST = '2 seconds';

export type RotationState = 'running' | 'completed' | 'failed';

/** 密钥轮换: everything under the current key, so that the old ones can be taken away. */
export interface Rotation {
  readonly id: string;
  /** The key that everything comes under, with its suite. */
  readonly keyId: string;
  readonly state: RotationState;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
  /** Rows sealed anew so far. */
  readonly resealed: number;
  /** How often it has gone through all tables: again while rows are in use or still come in under another key. */
  readonly pass: number;
  readonly problem: string | undefined;
}

interface RotationRow {
  id: string;
  key_id: string;
  state: RotationState;
  started_at: Date;
  finished_at: Date | null;
  target: number;
  after_id: string | null;
  pass: number;
  resealed: string;
  problem: string | null;
}

const toRotation = (row: RotationRow): Rotation => ({
  id: row.id,
  keyId: row.key_id,
  state: row.state,
  startedAt: row.started_at,
  finishedAt: row.finished_at ?? undefined,
  resealed: Number(row.resealed),
  pass: row.pass,
  problem: row.problem ?? undefined,
});

/** A row does not open: its key is missing, or it was changed. Says which table and row, never what is in it. */
export class RowSealedOtherwise extends Error {}

/** Begins a rotation to the current key; the one that runs already when it is to the same key. */
export async function startRotation(pool: Pool, keys: VaultKeys, subject: string): Promise<Rotation> {
  await pool.query(
    `UPDATE vault_rotations SET state = 'failed', finished_at = now(), problem = 'another key has become the current one'
     WHERE state = 'running' AND key_id <> $1`,
    [keys.current],
  );
  await pool.query(
    `INSERT INTO vault_rotations (id, key_id, state, subject) VALUES ($1, $2, 'running', $3)
     ON CONFLICT DO NOTHING`,
    [uuid(), keys.current, subject],
  );
  const { rows } = await pool.query<RotationRow>(
    `SELECT * FROM vault_rotations WHERE key_id = $1 ORDER BY id DESC LIMIT 1`,
    [keys.current],
  );
  const row = rows[0];
  if (!row) throw new Error('a rotation to another key was begun at the same time');
  return toRotation(row);
}

export async function findRotation(pool: Pool, id: string): Promise<Rotation | undefined> {
  const { rows } = await pool.query<RotationRow>('SELECT * FROM vault_rotations WHERE id = $1', [id]);
  return rows[0] && toRotation(rows[0]);
}

/** Rows by table that are not under this key; those with none are left out. Reads every table once. */
export async function remainingRows(
  pool: Pool | PoolClient,
  keyId: string,
): Promise<Readonly<Record<string, number>>> {
  const remaining: Record<string, number> = {};
  for (const target of ROTATION_TARGETS) {
    const { rows } = await pool.query<{ count: string }>(
      `SELECT count(*) FROM ${target.table} WHERE ${staleSql(target)}`,
      [keyId],
    );
    const count = Number(rows[0]?.count);
    if (count > 0) remaining[target.table] = count;
  }
  return remaining;
}

/**
 * Takes the rotation to this instance's current key one batch further, in one transaction with its checkpoint; false when
 * there is nothing to do just now: none runs, another instance is at it, or it rests. Rows that are being written are
 * passed over and come in the next pass.
 * @throws RowSealedOtherwise when a row does not open; the rotation has failed then
 */
export async function rotateBatch(pool: Pool, keys: VaultKeys, batch = BATCH): Promise<boolean> {
  const client = await pool.connect();
  let broken = false;
  let rotation: RotationRow | undefined;
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<RotationRow>(
      `SELECT * FROM vault_rotations WHERE state = 'running' AND key_id = $1 AND rest_until <= now()
       FOR UPDATE SKIP LOCKED`,
      [keys.current],
    );
    rotation = rows[0];
    if (rotation) await takeBatch(client, keys, rotation, batch);
    await client.query('COMMIT');
    return rotation !== undefined;
  } catch (error) {
    broken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    if (rotation && error instanceof RowSealedOtherwise) await fail(pool, rotation.id, error.message);
    throw error;
  } finally {
    client.release(broken);
  }
}

async function takeBatch(
  client: PoolClient,
  keys: VaultKeys,
  rotation: RotationRow,
  batch: number,
): Promise<void> {
  const target = ROTATION_TARGETS[rotation.target];
  if (!target) return endPass(client, rotation);
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT * FROM ${target.table} WHERE ${staleSql(target)} AND ($2::uuid IS NULL OR ${target.id} > $2)
       ${target.inUse ? `AND NOT (${target.inUse})` : ''}
     ORDER BY ${target.id} LIMIT $3 FOR UPDATE SKIP LOCKED`,
    [rotation.key_id, rotation.after_id, batch],
  );
  const last = rows.at(-1)?.[target.id] as string | undefined;
  if (rows.length > 0) await writeBack(client, keys, target, rows);
  await client.query(
    `UPDATE vault_rotations SET target = $2, after_id = $3, resealed = resealed + $4 WHERE id = $1`,
    [rotation.id, last === undefined ? rotation.target + 1 : rotation.target, last ?? null, rows.length],
  );
}

async function writeBack(
  client: PoolClient,
  keys: VaultKeys,
  target: RotationTarget,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const { table, id, columns, plain } = target;
  const sealed = rows.map((row) => resealed(keys, target, row));
  const names = [...Object.keys(columns), ...(plain ? [plain.from] : [])];
  await client.query(
    `UPDATE ${table} t SET key_id = $1, ${names.map((name) => `${name} = r.${name}`).join(', ')}
     FROM json_populate_recordset(null::${table}, $2) r WHERE t.${id} = r.${id}`,
    [keys.current, JSON.stringify(sealed)],
  );
}

/** The row's sealed columns under the current key; a text that was never sealed comes in, and goes where it stood. */
function resealed(
  keys: VaultKeys,
  { table, id, columns, plain }: RotationTarget,
  row: Record<string, unknown>,
): Record<string, unknown> {
  const rowId = String(row[id]);
  const result: Record<string, unknown> = { [id]: row[id] };
  for (const [column, name] of Object.entries(columns)) {
    const place = `${rowId}:${name}`;
    const bytes = row[column] as Buffer | null;
    const text = plain?.to === column ? (row[plain.from] as string | null) : null;
    if (bytes === null) result[column] = text === null ? null : seal(keys, place, text);
    else result[column] = seal(keys, place, opened(keys, table, rowId, String(row['key_id']), place, bytes));
  }
  return result;
}

function opened(
  keys: VaultKeys,
  table: string,
  id: string,
  keyId: string,
  place: string,
  bytes: Buffer,
): string {
  try {
    return open(keys, keyId, place, bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    throw new RowSealedOtherwise(`${table} ${id} does not open with key ${keyId}: ${why}`);
  }
}

/** Done when nothing is left; what is in use, or came in under another key meanwhile, takes another pass. */
async function endPass(client: PoolClient, { id, key_id }: RotationRow): Promise<void> {
  const left = Object.keys(await remainingRows(client, key_id)).length;
  await client.query(
    left === 0
      ? `UPDATE vault_rotations SET state = 'completed', finished_at = now() WHERE id = $1`
      : `UPDATE vault_rotations SET target = 0, after_id = NULL, pass = pass + 1,
           rest_until = now() + interval '${REST}' WHERE id = $1`,
    [id],
  );
}

async function fail(pool: Pool, id: string, problem: string): Promise<void> {
  await pool.query(
    `UPDATE vault_rotations SET state = 'failed', finished_at = now(), problem = $2 WHERE id = $1`,
    [id, problem],
  );
}
