import { randomBytes } from 'node:crypto';
import type { VaultKeys } from '../../vault/vault-keys.js';
import { openPiece, pieceKey, sealPiece } from './spool.js';

const keys: VaultKeys = {
  current: 'k1',
  byId: new Map([['k1', randomBytes(32)]]),
  hashKey: randomBytes(32),
  numberHash: 'hmac-sha-256',
};

describe.each(['k1', 'sm4:k1'])('pieces of a file under %s', (keyId) => {
  const key = pieceKey(keys, keyId, 'import-1');
  const bytes = Buffer.from('户编号,姓名\r\n1,覃守义\r\n');

  it('open as what they were', () => {
    const sealed = sealPiece(key, 7, bytes);
    expect(sealed.includes(Buffer.from('覃守义'))).toBe(false);
    expect(openPiece(key, 7, sealed)).toEqual(bytes);
    expect(sealPiece(key, 7, bytes)).not.toEqual(sealed);
  });

  it('do not open as another piece, another import’s, or changed', () => {
    const sealed = sealPiece(key, 7, bytes);
    expect(() => openPiece(key, 8, sealed)).toThrow();
    expect(() => openPiece(pieceKey(keys, keyId, 'import-2'), 7, sealed)).toThrow();
    sealed[sealed.length - 1]! ^= 1;
    expect(() => openPiece(key, 7, sealed)).toThrow();
  });
});
