import { ConfigError } from '@fupin/service';
import { CIPHER_SUITES, type CipherSuite } from './suites.js';

export const NUMBER_HASHES = ['hmac-sha-256', 'hmac-sm3'] as const;
/** How a person's ID number is hashed: fixed for the life of a database, or nobody would be found again. */
export type NumberHash = (typeof NUMBER_HASHES)[number];

/** The keys of the person vault. */
export interface VaultKeys {
  /**
   * Id of the key that new rows are encrypted with, as rows carry it. It names the cipher suite: `k2` is a key of
   * AES-256-GCM, `sm4:k2` the same key with SM4.
   */
  readonly current: string;
  /** All keys that rows may have been encrypted with, by id without suite. */
  readonly byId: ReadonlyMap<string, Buffer>;
  /** Key of the hash under which a person's ID number is unique; it never rotates, or persons would not be found again. */
  readonly hashKey: Buffer;
  readonly numberHash: NumberHash;
}

const KEY_BYTES = 32;
const SM4 = 'sm4:';

/** The cipher suite that a row's key id names. */
export const suiteOf = (keyId: string): CipherSuite => (keyId.startsWith(SM4) ? 'sm4' : 'aes-256-gcm');

/** The key of a row's key id. Throws when `VAULT_KEYS` does not hold it. */
export function vaultKey({ byId }: VaultKeys, keyId: string): Buffer {
  const id = suiteOf(keyId) === 'sm4' ? keyId.slice(SM4.length) : keyId;
  const key = byId.get(id);
  if (!key) throw new Error(`VAULT_KEYS holds no key ${id}`);
  return key;
}

/**
 * Reads `VAULT_KEYS` (`id:base64,…`, the first encrypts new rows, the others still decrypt old ones), `VAULT_HASH_KEY`
 * (base64), `VAULT_CIPHER_SUITE` (`aes-256-gcm` when left out) and `VAULT_NUMBER_HASH` (the suite's own when left out);
 * every key has 32 bytes. Throws `ConfigError`, without the values, when one is missing or unusable: the service does
 * not start without its vault.
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
  const first = byId.keys().next().value;
  if (first === undefined && faults.length === 0) {
    faults.push(
      'VAULT_KEYS is missing: id:key[,id:key…], each key 32 bytes in base64 (openssl rand -base64 32)',
    );
  }
  const hashKey = Buffer.from(env['VAULT_HASH_KEY'] ?? '', 'base64');
  if (hashKey.length !== KEY_BYTES) faults.push('VAULT_HASH_KEY is missing or wrong: 32 bytes in base64');
  const suite = oneOf(
    'VAULT_CIPHER_SUITE',
    CIPHER_SUITES,
    env['VAULT_CIPHER_SUITE'] || 'aes-256-gcm',
    faults,
  );
  const own = suite === 'sm4' ? 'hmac-sm3' : 'hmac-sha-256';
  const hash = oneOf('VAULT_NUMBER_HASH', NUMBER_HASHES, env['VAULT_NUMBER_HASH'] || own, faults);
  if (faults.length > 0 || first === undefined || !suite || !hash) throw new ConfigError(faults);
  return { current: suite === 'sm4' ? SM4 + first : first, byId, hashKey, numberHash: hash };
}

function oneOf<T extends string>(
  name: string,
  values: readonly T[],
  text: string,
  faults: string[],
): T | undefined {
  const found = values.find((value) => value === text);
  if (!found) faults.push(`${name} must be ${values.join(' or ')}`);
  return found;
}
