import { ConfigError } from '@fupin/service';
import type { Pool } from 'pg';
import { numberHash } from './cipher.js';
import type { NumberHash, VaultKeys } from './vault-keys.js';

/** Hashed to know the key again: no person has this number. */
const PROBE = 'fupin vault';

/**
 * Holds a database to the algorithm and the key by which its persons are found: the first start writes both down (the
 * key as a hash of a fixed text), later ones compare. Throws `ConfigError` when they differ, for then every person
 * would be unknown and could be registered a second time.
 */
export async function checkNumberHash(pool: Pool, keys: VaultKeys): Promise<void> {
  await pool.query('INSERT INTO vault_number_hash (algorithm) VALUES ($1) ON CONFLICT DO NOTHING', [
    keys.numberHash,
  ]);
  const { rows } = await pool.query<{ algorithm: NumberHash; probe: Buffer | null }>(
    'SELECT algorithm, probe FROM vault_number_hash',
  );
  const algorithm = rows[0]?.algorithm;
  if (algorithm !== keys.numberHash) {
    throw new ConfigError([
      `VAULT_NUMBER_HASH is ${keys.numberHash}, but the persons of this database are hashed with ${algorithm}: set VAULT_NUMBER_HASH=${algorithm}`,
    ]);
  }
  const probe = Buffer.from(numberHash(keys, PROBE), 'hex');
  const known = await pool.query<{ same: boolean }>(
    'UPDATE vault_number_hash SET probe = coalesce(probe, $1) RETURNING probe = $1 AS same',
    [probe],
  );
  if (known.rows[0]?.same) return;
  throw new ConfigError(['VAULT_HASH_KEY is not the key that the persons of this database were hashed with']);
}
