import { hkdfSync } from 'node:crypto';
import type { Pool } from 'pg';
import { openBytes, sealBytes } from '../../vault/cipher.js';
import { suiteOf, vaultKey, type VaultKeys } from '../../vault/vault-keys.js';
import type { ByteSource } from '../readers/byte-source.js';

/** Bytes of a piece before it is encrypted. */
export const PIECE = 262_144;
/** Pieces read ahead of the reader, in one query. */
const AT_ONCE = 8;

/** The key of one import's pieces, with what is needed to use it. */
export interface PieceKey {
  /** Key id of the vault, which names the cipher suite. */
  readonly keyId: string;
  readonly importId: string;
  readonly key: Buffer;
}

/** Key of one import's pieces, made from a vault key and the import's id. */
export function pieceKey(keys: VaultKeys, keyId: string, importId: string): PieceKey {
  const master = vaultKey(keys, keyId);
  const digest = suiteOf(keyId) === 'sm4' ? 'sm3' : 'sha256';
  const key = Buffer.from(hkdfSync(digest, master, importId, 'fupin import pieces', 32));
  return { keyId, importId, key };
}

const placeOf = ({ importId }: PieceKey, no: number) => `${importId}:${no}`;

export function sealPiece(key: PieceKey, no: number, bytes: Uint8Array): Buffer {
  return sealBytes(key.keyId, key.key, placeOf(key, no), bytes);
}

/** @throws when the piece was changed or is another one's */
export function openPiece(key: PieceKey, no: number, sealed: Buffer): Buffer {
  return openBytes(key.keyId, key.key, placeOf(key, no), sealed);
}

/** Cuts a stream into pieces of {@link PIECE} bytes (the last one is shorter), whatever the chunks it comes in. */
export async function* inPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    waiting.push(chunk);
    size += chunk.length;
    if (size < PIECE) continue;
    const bytes = Buffer.concat(waiting, size);
    let at = 0;
    for (; size - at >= PIECE; at += PIECE) yield bytes.subarray(at, at + PIECE);
    waiting = [bytes.subarray(at)];
    size -= at;
  }
  if (size > 0) yield Buffer.concat(waiting, size);
}

/** The spooled file of an import, decrypted as it is read. */
export function spooled(pool: Pool, key: PieceKey, importId: string, size: number): ByteSource {
  return {
    size,
    async *read(start = 0, end = size) {
      for (let no = Math.floor(start / PIECE); no * PIECE < end; no += AT_ONCE) {
        // A small read (the directory of a zip file) fetches only what it needs.
        const last = Math.min(no + AT_ONCE - 1, Math.floor((end - 1) / PIECE));
        const { rows } = await pool.query<{ no: number; sealed: Buffer }>(
          'select no, sealed from import_pieces where import_id = $1 and no between $2 and $3 order by no',
          [importId, no, last],
        );
        if (rows.length !== last - no + 1)
          throw new Error(`import ${importId} has lost pieces ${no} to ${last}`);
        for (const row of rows) {
          const from = row.no * PIECE;
          yield openPiece(key, row.no, row.sealed).subarray(
            Math.max(0, start - from),
            Math.min(PIECE, end - from),
          );
        }
      }
    },
  };
}
