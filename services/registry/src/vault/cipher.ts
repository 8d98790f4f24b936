import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';
import type { VaultKeys } from './vault-keys.js';

const NONCE = 12;
const TAG = 16;

/** A field sealed with the current key, as `bytea` hex text; `place` (row id and column) is bound to it. */
export function seal(keys: VaultKeys, place: string, text: string): string {
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', keyOf(keys, keys.current), nonce).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `\\x${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('hex')}`;
}

/**
 * Opens a sealed field. Throws when the key is not there, the bytes were changed, or they were moved from another row
 * or column.
 */
export function open(keys: VaultKeys, keyId: string, place: string, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(keys, keyId), sealed.subarray(0, NONCE))
    .setAAD(Buffer.from(place))
    .setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  return decipher.update(sealed.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8');
}

/** The keyed hash under which a person is unique (HMAC-SHA-256 of the canonical ID number), 64 hex digits. */
export function numberHash(keys: VaultKeys, canonical: string): string {
  return createHmac('sha256', keyObject(keys.hashKey)).update(canonical).digest('hex');
}

function keyOf(keys: VaultKeys, id: string): KeyObject {
  const key = keys.byId.get(id);
  if (!key) throw new Error(`VAULT_KEYS holds no key ${id}`);
  return keyObject(key);
}

const keyObjects = new WeakMap<Buffer, KeyObject>();

/** Node makes a key object of raw bytes at every use, which costs three times what the encryption itself does. */
function keyObject(bytes: Buffer): KeyObject {
  let key = keyObjects.get(bytes);
  if (!key) keyObjects.set(bytes, (key = createSecretKey(bytes)));
  return key;
}

const randomness = Buffer.alloc(NONCE * 1024);
let used = randomness.length;

/** A nonce that was never given before; random bytes are drawn for many at once, each is used once. */
function freshNonce(): Buffer {
  if (used === randomness.length) {
    randomFillSync(randomness);
    used = 0;
  }
  return randomness.subarray(used, (used += NONCE));
}
