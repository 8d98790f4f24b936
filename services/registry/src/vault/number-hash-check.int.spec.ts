import { randomBytes } from 'node:crypto';
import { dropDatabase, freshDatabase } from '@fupin/infra';
import { ConfigError, createPool, migrate } from '@fupin/service';
import type { Pool } from 'pg';
import { MIGRATIONS } from '../../migrations/index.js';
import { Import1700000000002 } from '../../migrations/2-import.js';
import { Registry1700000000001 } from '../../migrations/1-registry.js';
import { checkNumberHash } from './number-hash-check.js';
import { takeIn } from './intake.js';
import type { VaultKeys } from './vault-keys.js';

const adminUrl = process.env['TEST_DATABASE_URL'] ?? '';
const keys: VaultKeys = {
  current: 'k1',
  byId: new Map([['k1', randomBytes(32)]]),
  hashKey: randomBytes(32),
  numberHash: 'hmac-sha-256',
};
const sm3: VaultKeys = { ...keys, current: 'sm4:k1', numberHash: 'hmac-sm3' };

describe('how the persons of a database are hashed', () => {
  let url: string;
  let pool: Pool;
  beforeEach(async () => {
    url = await freshDatabase(adminUrl, 'number_hash');
    pool = createPool(url);
  });
  afterEach(async () => {
    await pool.end();
    await dropDatabase(adminUrl, url);
  });
  const refused = async (other: VaultKeys, ...words: string[]) => {
    const error: unknown = await checkNumberHash(pool, other).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConfigError);
    for (const word of words) expect(String(error)).toContain(word);
    expect(String(error)).not.toContain(other.hashKey.toString('base64'));
  };

  it('is decided by the first start; another algorithm or key does not start', async () => {
    await migrate({ url, migrations: MIGRATIONS });
    await checkNumberHash(pool, sm3);
    await checkNumberHash(pool, sm3);
    await refused(keys, 'set VAULT_NUMBER_HASH=hmac-sm3');
    await refused({ ...sm3, hashKey: randomBytes(32) }, 'VAULT_HASH_KEY is not the key');
    // The cipher suite may change: the hash stays.
    await checkNumberHash(pool, { ...sm3, current: 'k1' });
  });

  it('is HMAC-SHA-256 where persons were registered before it was a choice', async () => {
    await migrate({ url, migrations: [Registry1700000000001, Import1700000000002] });
    const { attachments } = takeIn(keys, {
      householdId: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42',
      villageCode: '422823101201',
      persons: [
        {
          name: '覃守义',
          idNumber: '422823197003070021',
          relation: { $typeName: 'fupin.common.v1.CodedValue', system: 2, code: '01' },
        },
      ],
    });
    const row = attachments.find(({ table }) => table === 'person_vault')?.row;
    await pool.query('INSERT INTO person_vault SELECT * FROM json_populate_record(null::person_vault, $1)', [
      JSON.stringify(row),
    ]);
    await pool.query(
      `INSERT INTO person_audit (subject, role, action, person_id, purpose) VALUES ('s', 'county', 'resolve', $1, '旧')`,
      [row?.['person_id']],
    );
    await migrate({ url, migrations: MIGRATIONS });
    await refused(sm3, 'set VAULT_NUMBER_HASH=hmac-sha-256');
    await checkNumberHash(pool, keys);
    // Older records get the person's village, so that they are shown to its region.
    const { rows } = await pool.query('SELECT region, purpose FROM person_audit');
    expect(rows).toEqual([{ region: '422823101201', purpose: '旧' }]);
  });
});
