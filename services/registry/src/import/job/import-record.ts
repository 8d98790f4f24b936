import type { ActorRole } from '@fupin/contracts';
import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { Pool, PoolClient } from 'pg';
import type { RowError } from '../../form/row-error.js';
import type { Encoding } from '../readers/encoding.js';
import type { Format } from '../readers/open.js';

export type ImportState = 'receiving' | 'waiting' | 'running' | 'completed' | 'failed' | 'cancelled';

/** Why a file could not be read to its end. */
export interface ImportProblem {
  readonly code: string;
  readonly message: string;
  readonly messageZh: string;
}

/** Sums of an import, as of its last checkpoint. */
export interface Sums {
  readonly rowsRead: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly persons: number;
  readonly errors: number;
}

/** An import as its table has it. */
export interface ImportRecord extends Sums {
  readonly id: string;
  readonly state: ImportState;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly actorRole: ActorRole;
  readonly callerRegion: RegionCode;
  /** The caller had the scope to change closed years. */
  readonly mayChangeClosed: boolean;
  readonly correlationId: string;
  readonly region: RegionCode;
  readonly registeredOn: BusinessDate | null;
  /** Encrypted name of the source. */
  readonly source: Buffer;
  readonly format: Format;
  readonly encoding: Encoding;
  readonly keyId: string;
  readonly fileHash: Buffer | null;
  readonly bytes: number;
  /** How far the file has been read, for showing progress. */
  readonly bytesRead: number;
  readonly problem: ImportProblem | null;
  readonly attempts: number;
  readonly householdsDone: number;
}

const COLUMNS = `id, state, created_at, started_at, finished_at, actor_role, caller_region, may_change_closed, correlation_id, region,
  to_char(registered_on, 'YYYY-MM-DD') registered_on, source, format, encoding, key_id, file_hash, bytes, bytes_read, problem, attempts,
  households_done, rows_read, accepted, unchanged, refused, persons, errors`;
const NUMBERS = [
  'bytes',
  'bytes_read',
  'households_done',
  'rows_read',
  'accepted',
  'unchanged',
  'refused',
  'persons',
  'errors',
];

const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const toRecord = (row: Record<string, unknown>): ImportRecord =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [camel(name), NUMBERS.includes(name) ? Number(value) : value]),
  ) as unknown as ImportRecord;

export async function findImport(pool: Pool | PoolClient, id: string): Promise<ImportRecord | undefined> {
  const { rows } = await pool.query<Record<string, unknown>>(`select ${COLUMNS} from imports where id = $1`, [
    id,
  ]);
  return rows[0] && toRecord(rows[0]);
}

export async function importOfKey(pool: Pool, requestKey: string): Promise<ImportRecord | undefined> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select ${COLUMNS} from imports where request_key = $1`,
    [requestKey],
  );
  return rows[0] && toRecord(rows[0]);
}

/** Imports of a region and what lies in it, newest first, from the one after `before`. */
export async function listImports(
  pool: Pool,
  region: RegionCode,
  before: string | undefined,
  limit: number,
): Promise<ImportRecord[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select ${COLUMNS} from imports where region like $1 and state <> 'receiving' and ($2::uuid is null or id < $2)
     order by id desc limit $3`,
    [`${region}%`, before ?? null, limit],
  );
  return rows.map(toRecord);
}

/** Open imports, oldest first. */
export async function openImports(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from imports where state in ('waiting', 'running') order by created_at limit 20`,
  );
  return rows.map((row) => row.id);
}

/** Someone else has carried on with this import: what was counted here is counted there. */
export class CheckpointLost extends Error {}

export interface Checkpoint {
  /** Households of the file that were done before, and are now. */
  readonly from: number;
  readonly to: number;
  readonly add: Sums;
  readonly bytesRead: number;
  readonly errors: readonly (RowError & { readonly formNo: string | undefined })[];
  readonly unchanged: readonly {
    readonly line: number;
    readonly householdId: string;
    readonly formNo: string;
  }[];
}

/** Errors that are kept for one import; further ones are only counted. */
export const MOST_ERRORS = 100_000;

/** Writes what a batch came to. @throws CheckpointLost when another instance was faster */
export async function saveCheckpoint(
  pool: Pool,
  record: ImportRecord,
  checkpoint: Checkpoint,
): Promise<void> {
  await inRelaxedTransaction(pool, async (client) => {
    const { add } = checkpoint;
    const { rows } = await client.query<{ errors: string }>(
      `update imports set households_done = $3, rows_read = rows_read + $4, accepted = accepted + $5, unchanged = unchanged + $6,
         refused = refused + $7, persons = persons + $8, errors = errors + $9, bytes_read = greatest(bytes_read, least($10, bytes)), attempts = 0
       where id = $1 and households_done = $2 and state = 'running' returning errors`,
      [
        record.id,
        checkpoint.from,
        checkpoint.to,
        add.rowsRead,
        add.accepted,
        add.unchanged,
        add.refused,
        add.persons,
        add.errors,
        checkpoint.bytesRead,
      ],
    );
    if (!rows[0]) throw new CheckpointLost();
    const first = Number(rows[0].errors) - checkpoint.errors.length;
    const kept = checkpoint.errors.slice(0, Math.max(0, MOST_ERRORS - first));
    if (kept.length > 0) {
      await client.query(
        `insert into import_errors (import_id, no, line, form_no, field, cell, code, message, message_zh)
         select $1, $2 + i, l, n, f, a, c, m, z
         from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) with ordinality
           as t(l, n, f, a, c, m, z, i)`,
        [
          record.id,
          first,
          kept.map((e) => e.line),
          kept.map((e) => e.formNo ?? null),
          kept.map((e) => e.field ?? null),
          kept.map((e) => e.cell ?? null),
          kept.map((e) => e.code),
          kept.map((e) => e.message),
          kept.map((e) => e.messageZh),
        ],
      );
    }
    if (checkpoint.unchanged.length > 0) {
      await client.query(
        `insert into import_outcomes (import_id, line, household_id, form_no, outcome)
         select $1, l, h, n, 'unchanged' from unnest($2::int[], $3::uuid[], $4::text[]) as t(l, h, n)
         on conflict (import_id, line) do nothing`,
        [
          record.id,
          checkpoint.unchanged.map((u) => u.line),
          checkpoint.unchanged.map((u) => u.householdId),
          checkpoint.unchanged.map((u) => u.formNo),
        ],
      );
    }
  });
}

/** Ends an import and removes its file. */
export async function endImport(
  pool: Pool,
  id: string,
  state: 'completed' | 'failed' | 'cancelled',
  problem?: ImportProblem,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(
      `update imports set state = $2, problem = $3, finished_at = now() where id = $1 and state in ('receiving', 'waiting', 'running')`,
      [id, state, problem ? JSON.stringify(problem) : null],
    );
    await client.query('delete from import_pieces where import_id = $1', [id]);
  });
}

/**
 * A transaction that does not wait for the disk by itself: for what is of use only together with a later append, whose own
 * wait brings everything before it to the disk too, and for checkpoints, which may be lost without harm.
 */
export function inRelaxedTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return inTransaction(pool, work, 'begin; set local synchronous_commit = off');
}

async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin = 'begin',
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    const broken = await client.query('rollback').then(
      () => false,
      () => true,
    );
    client.release(broken);
    throw error;
  }
}
