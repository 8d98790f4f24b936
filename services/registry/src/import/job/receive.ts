import { createHash } from 'node:crypto';
import type { ActorRole } from '@fupin/contracts';
import type { BusinessDate, RegionCode } from '@fupin/domain';
import type { Pool } from 'pg';
import { seal } from '../../vault/cipher.js';
import { newId } from '../../new-id.js';
import type { VaultKeys } from '../../vault/vault-keys.js';
import { EncodingDetector } from '../readers/encoding.js';
import { openFile, type Format } from '../readers/open.js';
import { FileProblem } from '../readers/table.js';
import { inPieces, pieceKey, sealPiece, spooled } from './spool.js';

/** What comes with an uploaded file. */
export interface Upload {
  readonly format: Format;
  readonly region: RegionCode;
  readonly registeredOn?: BusinessDate | undefined;
  /** Where the file comes from, in words. */
  readonly source: string;
  readonly subject: string;
  readonly actorRole: ActorRole;
  readonly callerRegion: RegionCode;
  /** The caller has the scope to change closed years. */
  readonly mayChangeClosed?: boolean;
  readonly correlationId: string;
  /** From Idempotency-Key, made the caller's own. */
  readonly requestKey?: string | undefined;
  readonly maxBytes: number;
}

export type Received =
  | { readonly outcome: 'received'; readonly id: string }
  /** The same key and file came before. */
  | { readonly outcome: 'known'; readonly id: string }
  | { readonly outcome: 'keyReused' };

/**
 * Takes a file in as a stream, encrypted piece by piece, and checks what can be checked at once; the import then waits for its
 * turn. Leaves nothing behind when the file is refused or the stream breaks off. @throws FileProblem
 */
export async function receive(
  pool: Pool,
  keys: VaultKeys,
  upload: Upload,
  file: AsyncIterable<Uint8Array>,
): Promise<Received> {
  const id = newId();
  await pool.query(
    `insert into imports (id, state, subject, actor_role, caller_region, correlation_id, region, registered_on, source, format, key_id,
       may_change_closed)
     values ($1, 'receiving', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      upload.subject,
      upload.actorRole,
      upload.callerRegion,
      upload.correlationId,
      upload.region,
      upload.registeredOn ?? null,
      seal(keys, `${id}:source`, upload.source),
      upload.format,
      keys.current,
      upload.mayChangeClosed ?? false,
    ],
  );
  let fileHash: Buffer | undefined;
  try {
    const key = pieceKey(keys, keys.current, id);
    const hash = createHash('sha256');
    const detector = upload.format === 'xlsx' ? undefined : new EncodingDetector();
    let bytes = 0;
    let no = 0;
    for await (const piece of inPieces(file)) {
      bytes += piece.length;
      if (bytes > upload.maxBytes) throw tooLarge(upload.maxBytes);
      hash.update(piece);
      detector?.push(piece);
      await pool.query('insert into import_pieces (import_id, no, sealed) values ($1, $2, $3)', [
        id,
        no,
        sealPiece(key, no, piece),
      ]);
      no += 1;
      if (no % 64 === 0) await pool.query('update imports set touched_at = now() where id = $1', [id]);
    }
    if (bytes === 0) throw new FileProblem('file-empty', 'the file has no rows', '文件没有内容');
    fileHash = hash.update(`\n${upload.format}\n${upload.region}\n${upload.registeredOn ?? ''}`).digest();
    const known =
      upload.requestKey === undefined ? undefined : await ofKey(pool, upload.requestKey, fileHash);
    if (known) {
      await discard(pool, id);
      return known;
    }
    const encoding = detector?.end() ?? 'utf-8';
    await openFile(upload.format, spooled(pool, key, id, bytes), encoding);
    await pool.query(
      `update imports set state = 'waiting', encoding = $2, bytes = $3, file_hash = $4, request_key = $5 where id = $1`,
      [id, encoding, bytes, fileHash, upload.requestKey ?? null],
    );
    return { outcome: 'received', id };
  } catch (error) {
    await discard(pool, id).catch(() => undefined);
    // Two uploads with one key at the same time: the other one was first.
    const { code } = error as { code?: unknown };
    const first =
      code === '23505' && fileHash && upload.requestKey !== undefined
        ? await ofKey(pool, upload.requestKey, fileHash)
        : undefined;
    if (first) return first;
    throw error;
  }
}

/** Removes what uploads left behind that broke off with their process. */
export async function discardAbandoned(pool: Pool): Promise<void> {
  await pool.query(
    `delete from imports where state = 'receiving' and touched_at < now() - interval '1 hour'`,
  );
}

const discard = (pool: Pool, id: string) =>
  pool.query(`delete from imports where id = $1 and state = 'receiving'`, [id]);

async function ofKey(pool: Pool, requestKey: string, fileHash: Buffer): Promise<Received | undefined> {
  const { rows } = await pool.query<{ id: string; file_hash: Buffer }>(
    'select id, file_hash from imports where request_key = $1',
    [requestKey],
  );
  const [row] = rows;
  if (!row) return undefined;
  return row.file_hash.equals(fileHash) ? { outcome: 'known', id: row.id } : { outcome: 'keyReused' };
}

const tooLarge = (maxBytes: number) =>
  new FileProblem(
    'file-too-large',
    `a file has at most ${maxBytes} bytes`,
    `文件不得超过${Math.floor(maxBytes / 1024 ** 2)} MB`,
  );
