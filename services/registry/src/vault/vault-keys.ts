import { ConfigError } from '@fupin/service';

/** The keys of the person vault. */
export interface VaultKeys {
  /** Id of the key that new rows are encrypted with. */
  readonly current: string;
  /** All keys that rows may have been encrypted with, by id. */
  readonly byId: ReadonlyMap<string, Buffer>;
  /** Key of the hash under which a person's ID number is unique; it never rotates, or persons would not be found again. */
  readonly hashKey: Buffer;
}

const KEY_BYTES = 32;

/**
 * Reads `VAULT_KEYS` (`id:base64,…`, the first encrypts new rows, the others still decrypt old ones) and
 * `VAULT_HASH_KEY` (base64); every key has 32 bytes. Throws `ConfigError`, without the values, when one is missing or
 * unusable: the service does not start without its vault.
 */
export function readVaultKeys(env: Readonly<Record<string, string | undefined>> = process.env): VaultKeys {
  const faults: string[] = [];
  const byId = new Map<string, Buffer>();
  for (const part of (env['VAULT_KEYS'] ?? '').split(',').filter((text) => text.trim() !== '')) {
    const [id = '', text = ''] = part.trim().split(':', 2);
    const key = Buffer.from(text, 'base64');
    if (!/^[A-Za-z0-9._-]{1,32}$/.test(id) || key.length !== KEY_BYTES || byId.has(id)) {
      faults.push('VAULT_KEYS must be id:key[,id:key…], each id once, each key 32 bytes in base64');
      break;
    }
    byId.set(id, key);
  }
  const current = byId.keys().next().value;
  if (current === undefined && faults.length === 0) {
    faults.push(
      'VAULT_KEYS is missing: id:key[,id:key…], each key 32 bytes in base64 (openssl rand -base64 32)',
    );
  }
  const hashKey = Buffer.from(env['VAULT_HASH_KEY'] ?? '', 'base64');
  if (hashKey.length !== KEY_BYTES) faults.push('VAULT_HASH_KEY is missing or wrong: 32 bytes in base64');
  if (faults.length > 0 || current === undefined) throw new ConfigError(faults);
  return { current, byId, hashKey };
}
