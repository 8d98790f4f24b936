import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomFillSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';

/** 密码套件: what a key is used with. SM4 means SM4-CTR, authenticated with HMAC-SM3 (encrypt, then MAC). */
export const CIPHER_SUITES = ['aes-256-gcm', 'sm4'] as const;
export type CipherSuite = (typeof CIPHER_SUITES)[number];

/** Seals and opens bytes; `place` is bound to them, so that they open nowhere else. */
interface Sealer {
  /** Nonce, tag and cipher text in one. */
  seal(key: Buffer, place: Buffer, bytes: Uint8Array): Buffer;
  /** Throws when key, place or bytes are not those of the sealing. */
  open(key: Buffer, place: Buffer, sealed: Buffer): Buffer;
}

const GCM_NONCE = 12;
const GCM_TAG = 16;
/** Without it Node takes a tag that was cut to 4 bytes. */
const GCM_OPTIONS = { authTagLength: GCM_TAG };

const aes256Gcm: Sealer = {
  seal(key, place, bytes) {
    const nonce = freshBytes(GCM_NONCE);
    const cipher = createCipheriv('aes-256-gcm', keyObject(key), nonce, GCM_OPTIONS).setAAD(place);
    const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]);
  },
  open(key, place, sealed) {
    if (sealed.length < GCM_NONCE + GCM_TAG) throw new Error('sealed bytes are cut');
    const nonce = sealed.subarray(0, GCM_NONCE);
    const decipher = createDecipheriv('aes-256-gcm', keyObject(key), nonce, GCM_OPTIONS)
      .setAAD(place)
      .setAuthTag(sealed.subarray(GCM_NONCE, GCM_NONCE + GCM_TAG));
    return Buffer.concat([decipher.update(sealed.subarray(GCM_NONCE + GCM_TAG)), decipher.final()]);
  },
};

const SM4_NONCE = 16;
const SM3_TAG = 32;

const sm4: Sealer = {
  seal(key, place, bytes) {
    const { encryption, authentication } = sm4Keys(key);
    const nonce = freshBytes(SM4_NONCE);
    const cipher = createCipheriv('sm4-ctr', encryption, nonce);
    const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([nonce, sm4Tag(authentication, place, nonce, text), text]);
  },
  open(key, place, sealed) {
    if (sealed.length < SM4_NONCE + SM3_TAG) throw new Error('sealed bytes are cut');
    const { encryption, authentication } = sm4Keys(key);
    const nonce = sealed.subarray(0, SM4_NONCE);
    const text = sealed.subarray(SM4_NONCE + SM3_TAG);
    const tag = sealed.subarray(SM4_NONCE, SM4_NONCE + SM3_TAG);
    // Nothing is decrypted before it is known to be what was sealed here.
    if (!timingSafeEqual(tag, sm4Tag(authentication, place, nonce, text)))
      throw new Error('sealed bytes were changed or moved');
    const decipher = createDecipheriv('sm4-ctr', encryption, nonce);
    return Buffer.concat([decipher.update(text), decipher.final()]);
  },
};

/** The place comes with its length, so that no part of it can be read as part of what follows. */
function sm4Tag(key: KeyObject, place: Buffer, nonce: Buffer, text: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(place.length);
  return createHmac('sm3', key).update(length).update(place).update(nonce).update(text).digest();
}

interface Sm4Keys {
  readonly encryption: KeyObject;
  readonly authentication: KeyObject;
}

const sm4KeysOf = new WeakMap<Buffer, Sm4Keys>();

/** Two keys of one, because a key serves one purpose: 128 bits for SM4, 256 for HMAC-SM3. */
function sm4Keys(key: Buffer): Sm4Keys {
  let keys = sm4KeysOf.get(key);
  if (!keys) {
    const derived = (purpose: string, length: number) =>
      createSecretKey(Buffer.from(hkdfSync('sm3', key, '', `fupin vault ${purpose}`, length)));
    keys = { encryption: derived('SM4-CTR', 16), authentication: derived('HMAC-SM3', 32) };
    sm4KeysOf.set(key, keys);
  }
  return keys;
}

export const SEALERS: Readonly<Record<CipherSuite, Sealer>> = { 'aes-256-gcm': aes256Gcm, sm4 };

const keyObjects = new WeakMap<Buffer, KeyObject>();

/** Node makes a key object of raw bytes at every use, which costs three times what the encryption itself does. */
export function keyObject(bytes: Buffer): KeyObject {
  let key = keyObjects.get(bytes);
  if (!key) keyObjects.set(bytes, (key = createSecretKey(bytes)));
  return key;
}

const randomness = Buffer.alloc(16_384);
let used = randomness.length;

/** A nonce that was never given before; random bytes are drawn for many at once, each is used once. */
function freshBytes(length: number): Buffer {
  if (used + length > randomness.length) {
    randomFillSync(randomness);
    used = 0;
  }
  return randomness.subarray(used, (used += length));
}
