import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { CodeSystem } from '@fupin/contracts';
import { coded } from '../household/rest/names.js';
import { numberHash, open, seal } from './cipher.js';
import { takeIn, type PersonIn } from './intake.js';
import { readVaultKeys, type VaultKeys } from './vault-keys.js';

const key = () => randomBytes(32).toString('base64');
const sm4: VaultKeys = readVaultKeys({
  VAULT_KEYS: `new:${key()},old:${key()}`,
  VAULT_HASH_KEY: key(),
  VAULT_CIPHER_SUITE: 'sm4',
});
const keys: VaultKeys = readVaultKeys({ VAULT_KEYS: `new:${key()},old:${key()}`, VAULT_HASH_KEY: key() });
const bytes = (sealed: string) => Buffer.from(sealed.slice(2), 'hex');

describe('keys of the vault', () => {
  it('encrypts with the first key and still knows the others', () => {
    expect(keys.current).toBe('new');
    expect([...keys.byId.keys()]).toEqual(['new', 'old']);
  });

  it.each([
    [{}, ['VAULT_KEYS is missing', 'VAULT_HASH_KEY']],
    [{ VAULT_KEYS: 'k1:short', VAULT_HASH_KEY: key() }, ['VAULT_KEYS must be']],
    [{ VAULT_KEYS: `k1:${key()},k1:${key()}`, VAULT_HASH_KEY: key() }, ['each id once']],
    [{ VAULT_KEYS: `k1:${key()}`, VAULT_HASH_KEY: 'short' }, ['VAULT_HASH_KEY']],
    [
      { VAULT_KEYS: `k1:${key()}`, VAULT_HASH_KEY: key(), VAULT_CIPHER_SUITE: 'rot13' },
      ['VAULT_CIPHER_SUITE must be aes-256-gcm or sm4'],
    ],
    [
      { VAULT_KEYS: `k1:${key()}`, VAULT_HASH_KEY: key(), VAULT_NUMBER_HASH: 'md5' },
      ['VAULT_NUMBER_HASH must be hmac-sha-256 or hmac-sm3'],
    ],
  ])('refuses to start without usable keys and never repeats them', (env, words) => {
    const message = thrownBy(() => readVaultKeys(env));
    for (const word of words) expect(message).toContain(word);
    expect(message).not.toContain('short');
  });
});

describe('sealed fields', () => {
  it('gives back exactly what was sealed, rare characters included', () => {
    for (const text of ['覃𠀀', '阿依古丽·买买提江', '\uE7C7', 'é̂']) {
      expect(open(keys, 'new', 'row:name', bytes(seal(keys, 'row:name', text)))).toBe(text);
    }
  });

  it('never seals the same text to the same bytes, and hides it', () => {
    const [one, two] = [seal(keys, 'row:name', '覃守义'), seal(keys, 'row:name', '覃守义')];
    expect(one).not.toBe(two);
    expect(bytes(one).includes(Buffer.from('覃守义'))).toBe(false);
  });

  it('does not open in another row or column, with another key, or changed', () => {
    const sealed = bytes(seal(keys, 'row:name', '覃守义'));
    expect(() => open(keys, 'new', 'row:phone', sealed)).toThrow();
    expect(() => open(keys, 'old', 'row:name', sealed)).toThrow();
    expect(() => open(keys, 'lost', 'row:name', sealed)).toThrow('no key lost');
    sealed[sealed.length - 1]! ^= 1;
    expect(() => open(keys, 'new', 'row:name', sealed)).toThrow();
  });
});

describe('cipher suites', () => {
  it('are named by the key id, and the number hash follows unless it is set', () => {
    expect([keys.current, keys.numberHash]).toEqual(['new', 'hmac-sha-256']);
    expect([sm4.current, sm4.numberHash]).toEqual(['sm4:new', 'hmac-sm3']);
    const mixed = readVaultKeys({
      VAULT_KEYS: `k1:${key()}`,
      VAULT_HASH_KEY: key(),
      VAULT_CIPHER_SUITE: 'sm4',
      VAULT_NUMBER_HASH: 'hmac-sha-256',
    });
    expect([mixed.current, mixed.numberHash]).toEqual(['sm4:k1', 'hmac-sha-256']);
  });

  it('SM4 gives back exactly what was sealed, and hides it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const sealed = bytes(seal(sm4, 'row:name', text));
        expect(open(sm4, 'sm4:new', 'row:name', sealed)).toBe(text);
        expect(sealed).toHaveLength(16 + 32 + Buffer.byteLength(text));
        expect(seal(sm4, 'row:name', text)).not.toBe(`\\x${sealed.toString('hex')}`);
      }),
    );
  });

  it('SM4 does not open in another row or column, with another key or suite, cut, or changed at any byte', () => {
    const sealed = bytes(seal(sm4, 'row:name', '覃守义'));
    expect(() => open(sm4, 'sm4:new', 'row:phone', sealed)).toThrow();
    expect(() => open(sm4, 'sm4:new', 'row:nam', sealed)).toThrow();
    expect(() => open(sm4, 'sm4:old', 'row:name', sealed)).toThrow();
    expect(() => open(sm4, 'new', 'row:name', sealed)).toThrow();
    expect(() => open(sm4, 'sm4:lost', 'row:name', sealed)).toThrow('no key lost');
    for (const length of [0, 15, 47, sealed.length - 1]) {
      expect(() => open(sm4, 'sm4:new', 'row:name', sealed.subarray(0, length))).toThrow();
    }
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => open(sm4, 'sm4:new', 'row:name', changed)).toThrow();
    }
    expect(open(sm4, 'sm4:new', 'row:name', sealed)).toBe('覃守义');
  });

  it('AES-GCM does not open with a tag that was cut, nor cut anywhere else', () => {
    const sealed = bytes(seal(keys, 'row:name', '覃守义'));
    for (const length of [0, 11, 12, 16, 27, sealed.length - 1]) {
      expect(() => open(keys, 'new', 'row:name', sealed.subarray(0, length))).toThrow();
    }
    // Of an empty text nothing but nonce and tag is sealed: 4 bytes of the tag alone would do for Node.
    const empty = bytes(seal(keys, 'row:name', ''));
    expect(open(keys, 'new', 'row:name', empty)).toBe('');
    for (let length = 12; length < empty.length; length += 1) {
      expect(() => open(keys, 'new', 'row:name', empty.subarray(0, length))).toThrow();
    }
  });

  it('the GB/T 32907 example: SM4 of Node is SM4', () => {
    const sm4Key = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
    const cipher = createCipheriv('sm4-ecb', sm4Key, null).setAutoPadding(false);
    expect(cipher.update(sm4Key).toString('hex')).toBe('681edf34d206965e86b3e94f536e4246');
  });

  it('hashes a number otherwise with SM3, and alike each time', () => {
    const number = '422823197003070021';
    const sha = { ...sm4, numberHash: 'hmac-sha-256' as const };
    expect(numberHash(sm4, number)).toMatch(/^[0-9a-f]{64}$/);
    expect(numberHash(sm4, number)).toBe(numberHash({ ...sm4 }, number));
    expect(numberHash(sm4, number)).not.toBe(numberHash(sha, number));
  });
});

describe('taking persons in', () => {
  const person = (idNumber: string, relation: string): PersonIn => ({
    name: '覃守义',
    idNumber,
    phone: '13971234567',
    relation: coded('registerRelation', relation),
  });
  const household = (...persons: PersonIn[]) =>
    takeIn(keys, { householdId: 'h', villageCode: '422823101201', persons, address: '三组' });

  it('gives members without anything that names them, and one claim each', () => {
    const { members, claims } = household(
      person('422823197003070021', '01'),
      person('42282319680214001X', '02'),
    );
    expect(members).toMatchObject([
      { birthYear: 1970, sex: 2, relation: { system: CodeSystem.REGISTER_RELATION, code: '01' } },
      { birthYear: 1968, sex: 1 },
    ]);
    expect(JSON.stringify(members)).not.toMatch(/覃|4228|1397/);
    expect(claims).toEqual([
      `person:${numberHash(keys, '422823197003070021')}`,
      `person:${numberHash(keys, '42282319680214001X')}`,
    ]);
  });

  it('knows a disability card for its owner, and keeps the whole card number', () => {
    const card = household(person('42282319700307002143', '01'));
    expect(card.claims).toEqual(household(person('422823197003070021', '01')).claims);
    const row = card.attachments.find(({ table }) => table === 'person_vault')?.row as Record<string, string>;
    const place = `${row['person_id']}:id_number`;
    expect(open(keys, 'new', place, bytes(row['id_number']!))).toBe('42282319700307002143');
  });

  it('keeps the address with the head, and the village in the directory', () => {
    const { attachments } = household(person('422823197003070021', '01'), person('42282319680214001X', '02'));
    expect(attachments[0]).toEqual({
      table: 'household_directory',
      row: { household_id: 'h', village: '422823101201' },
    });
    expect(attachments.slice(1).map(({ row }) => row['address'] !== null)).toEqual([true, false]);
  });
});

function thrownBy(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return String(error);
  }
  return 'nothing thrown';
}
