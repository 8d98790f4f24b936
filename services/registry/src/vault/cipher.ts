import { createHmac } from 'node:crypto';
import { keyObject, SEALERS } from './suites.js';
import { suiteOf, vaultKey, type NumberHash, type VaultKeys } from './vault-keys.js';

/** A field sealed with the current key, as `bytea` hex text; `place` (row id and column) is bound to it. */
export function seal(keys: VaultKeys, place: string, text: string): string {
  return `\\x${sealBytes(keys.current, vaultKey(keys, keys.current), place, Buffer.from(text)).toString('hex')}`;
}

/**
 * Opens a sealed field. Throws when the key is not there, the bytes were changed, or they were moved from another row
 * or column.
 */
export function open(keys: VaultKeys, keyId: string, place: string, sealed: Buffer): string {
  return openBytes(keyId, vaultKey(keys, keyId), place, sealed).toString('utf8');
}

/** Bytes sealed with this key in the suite that the key's id names. */
export function sealBytes(keyId: string, key: Buffer, place: string, bytes: Uint8Array): Buffer {
  return SEALERS[suiteOf(keyId)].seal(key, Buffer.from(place), bytes);
}

/** The bytes again; throws when key, place or bytes are not those of the sealing. */
export function openBytes(keyId: string, key: Buffer, place: string, sealed: Buffer): Buffer {
  return SEALERS[suiteOf(keyId)].open(key, Buffer.from(place), sealed);
}

const DIGEST: Readonly<Record<NumberHash, string>> = { 'hmac-sha-256': 'sha256', 'hmac-sm3': 'sm3' };

/**
 * The keyed hash under which a person is unique (HMAC of the canonical ID number, with SHA-256 or SM3 as the database
 * was begun), 64 hex digits.
 */
export function numberHash(keys: VaultKeys, canonical: string): string {
  return createHmac(DIGEST[keys.numberHash], keyObject(keys.hashKey)).update(canonical).digest('hex');
}
