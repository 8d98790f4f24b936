import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { ActorRole, CorrectionReason, PersonField } from '@fupin/contracts';
import { loadPolicy } from '@fupin/policy';
import { registryPolicy } from '@fupin/policy/registry';
import { Caller } from '@fupin/service';
import type { CorrectPerson } from '../household/decider/commands.js';
import { householdStream } from '../household/household.stream.js';
import { csvOf, household, openRegistry } from '../import/import.fixture.js';
import { NOTHING_CLOSED } from '../year/closed-years.js';
import { seal } from './cipher.js';
import { PersonVault } from './person-vault.js';
import { findRotation, remainingRows, rotateBatch, RowSealedOtherwise, startRotation } from './rotation.js';
import { startRotationWorker } from './rotation-worker.js';
import { vaultKey, type VaultKeys } from './vault-keys.js';

const adminUrl = process.env['TEST_DATABASE_URL'] ?? '';
const HOUSEHOLDS = 60;
const caller = new Caller('auditor-1', 'province', '42', new Set(['person:read']));

let registry: Awaited<ReturnType<typeof openRegistry>>;
let before: PersonVault;
let persons: { personId: string; householdId: string; name: string }[];
beforeEach(async () => {
  registry = await openRegistry(adminUrl);
  const file = await csvOf(Array.from({ length: HOUSEHOLDS }, (_, n) => household(n)));
  await registry.import(file);
  before = new PersonVault(registry.pool, registry.keys);
  const { rows } = await registry.pool.query<{ person_id: string }>('SELECT person_id FROM person_vault');
  const opened = await before.resolveMany(
    caller,
    'resolve',
    rows.map((row) => row.person_id),
    '名册核对',
  );
  persons = [...opened.values()];
  const [noteId, documentId] = [randomUUID(), randomUUID()];
  await insert('vault_notes', before.note(noteId, randomUUID(), 'objection', '此户有商品房').row);
  await insert('household_documents', {
    document_id: documentId,
    household_id: randomUUID(),
    key_id: registry.keys.current,
    location: seal(registry.keys, `${documentId}:location`, '//nas/覃国/1.jpg'),
  });
  // As records were written before purposes were sealed.
  await insert('person_audit', {
    subject: 's',
    role: 'county',
    action: 'resolve',
    region: '422823',
    purpose: '旧用途',
  });
});
afterEach(async () => registry.close());

async function insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
  const columns = Object.keys(row);
  await registry.pool.query(
    `INSERT INTO ${table} (${columns.join(', ')})
     SELECT ${columns.join(', ')} FROM json_populate_record(null::${table}, $1)`,
    [JSON.stringify(row)],
  );
}

/** The vault's keys after a new one was put in front; without the old one when `alone`. */
function withNew(current: string, alone = false): VaultKeys {
  const id = current.replace('sm4:', '');
  const added = newKeys.get(id) ?? randomBytes(32);
  newKeys.set(id, added);
  const byId = new Map([[id, id === 'k1' ? vaultKey(registry.keys, 'k1') : added]]);
  if (!alone) byId.set('k1', vaultKey(registry.keys, 'k1'));
  return { ...registry.keys, current, byId };
}
const newKeys = new Map<string, Buffer>();

async function finished(id: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ;) {
    const rotation = await findRotation(registry.pool, id);
    if (rotation?.state === 'completed') return;
    if (rotation?.state === 'failed') throw new Error(rotation.problem);
    if (Date.now() > deadline) throw new Error(JSON.stringify(rotation));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Everything reads with these keys alone. */
async function everythingOpens(keys: VaultKeys): Promise<void> {
  const vault = new PersonVault(registry.pool, keys);
  const opened = await vault.resolveMany(
    caller,
    'resolve',
    persons.map((one) => one.personId),
    undefined,
  );
  expect([...opened.values()].map(({ name }) => name).sort()).toEqual(persons.map(({ name }) => name).sort());
  const audits = await vault.audits.list('42', {}, undefined, 500);
  expect(new Set(audits.map(({ purpose }) => purpose))).toEqual(new Set([undefined, '名册核对', '旧用途']));
  const { rows } = await registry.pool.query<{ plain: string }>(
    'SELECT count(*) AS plain FROM person_audit WHERE purpose IS NOT NULL',
  );
  expect(rows[0]?.plain).toBe('0');
}

describe('rotation of the vault key', () => {
  it.each(['k2', 'sm4:k2', 'sm4:k1'])('to %s: the old key can be taken out afterwards', async (current) => {
    const keys = withNew(current);
    const { id } = await startRotation(registry.pool, keys, 'ops');
    expect(await remainingRows(registry.pool, current)).toMatchObject({
      person_vault: persons.length,
      vault_notes: 1,
      household_documents: 1,
      imports: 1,
    });
    while (await rotateBatch(registry.pool, keys, 17));
    await finished(id);
    expect(await remainingRows(registry.pool, current)).toEqual({});
    await everythingOpens(withNew(current, true));
    if (current !== 'sm4:k1') {
      const [one] = persons;
      await expect(before.resolveMany(caller, 'resolve', [one?.personId ?? ''], undefined)).rejects.toThrow(
        'VAULT_KEYS holds no key k2',
      );
    }
  });

  it('goes on beside readings and corrections, with two instances at it', async () => {
    const keys = withNew('k2');
    const vault = new PersonVault(registry.pool, keys);
    const { id } = await startRotation(registry.pool, keys, 'ops');
    expect((await startRotation(registry.pool, keys, 'ops')).id).toBe(id);
    const workers = [1, 2].map(() => startRotationWorker({ pool: registry.pool, keys, batch: 3, pollMs: 5 }));
    try {
      const corrected = persons.slice(0, 30);
      await Promise.all([
        (async () => {
          for (const { personId, name } of persons) {
            const opened = await vault.resolve(caller, 'resolve', personId, undefined);
            expect([name, '更正']).toContain(opened?.name);
          }
        })(),
        (async () => {
          for (const { personId, householdId } of corrected) await correctName(vault, personId, householdId);
        })(),
      ]);
      await finished(id);
      persons = persons.map((one, index) => (index < corrected.length ? { ...one, name: '更正' } : one));
      await everythingOpens(withNew('k2', true));
      const rotation = await findRotation(registry.pool, id);
      // Nobody did another's work again: a row is sealed anew once, or was by its correction.
      expect(rotation?.resealed).toBeLessThanOrEqual(persons.length * 2 + 4);
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  });

  it('goes on where a killed instance left off', async () => {
    const keys = withNew('k2');
    const { id } = await startRotation(registry.pool, keys, 'ops');
    let seen = 0;
    for (let kills = 0; kills < 1; kills += 1) {
      const worker = spawnWorker(keys);
      try {
        for (const deadline = Date.now() + 30_000; ;) {
          const rotation = await findRotation(registry.pool, id);
          if ((rotation?.resealed ?? 0) > seen || rotation?.state !== 'running') {
            seen = rotation?.resealed ?? 0;
            break;
          }
          if (Date.now() > deadline) throw new Error('the worker does nothing');
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      } finally {
        const gone = new Promise((resolve) => worker.once('exit', resolve));
        worker.kill('SIGKILL');
        await gone;
      }
    }
    expect(seen).toBeGreaterThan(0);
    while (await rotateBatch(registry.pool, keys));
    await finished(id);
    await everythingOpens(withNew('k2', true));
    // What the killed ones had done was not done again.
    const { rows } = await registry.pool.query<{ sealed: string }>(
      `SELECT (SELECT count(*) FROM person_vault) + (SELECT count(*) FROM person_audit
         WHERE sealed_purpose IS NOT NULL) + 3 AS sealed`,
    );
    expect((await findRotation(registry.pool, id))?.resealed).toBe(Number(rows[0]?.sealed));
  }, 60_000);

  it('waits for an import that is under way, and takes what came in under the old key meanwhile', async () => {
    const keys = withNew('k2');
    const importId = await registry.upload(await csvOf([household(900)]));
    const { id } = await startRotation(registry.pool, keys, 'ops');
    while (await rotateBatch(registry.pool, keys));
    expect(await findRotation(registry.pool, id)).toMatchObject({ state: 'running', pass: 2 });
    expect(await remainingRows(registry.pool, 'k2')).toEqual({ imports: 1 });
    // Its instance still has the old key first: the new persons come in under that one.
    await registry.finish(importId);
    await registry.pool.query('UPDATE vault_rotations SET rest_until = now()');
    while (await rotateBatch(registry.pool, keys));
    await finished(id);
    expect(await remainingRows(registry.pool, 'k2')).toEqual({});
  });

  it('fails with the row named, and with nothing of what is in it, when a key is missing', async () => {
    const keys = withNew('k2', true);
    const { id } = await startRotation(registry.pool, keys, 'ops');
    await expect(rotateBatch(registry.pool, keys)).rejects.toThrow(RowSealedOtherwise);
    const rotation = await findRotation(registry.pool, id);
    expect(rotation).toMatchObject({ state: 'failed' });
    expect(rotation?.problem).toContain('VAULT_KEYS holds no key k1');
    // With the key back it can be begun again.
    const anew = await startRotation(registry.pool, withNew('k2'), 'ops');
    expect(anew.id).not.toBe(id);
    while (await rotateBatch(registry.pool, withNew('k2')));
    await finished(anew.id);
  });
});

async function correctName(vault: PersonVault, personId: string, householdId: string): Promise<void> {
  const { version } = await registry.handler.read(householdStream, householdId);
  const extras = await vault.correction(personId, { name: '更正' });
  const policy = registryPolicy(loadPolicy().at('42', '2018-06-30'), 2018);
  const command: CorrectPerson = {
    type: 'correctPerson',
    occurredOn: '2018-06-30',
    today: '2018-06-30',
    origin: 'live',
    policy,
    village: '422823101201',
    closedYears: NOTHING_CLOSED,
    mayChangeClosed: true,
    personId,
    fields: [PersonField.NAME],
    reason: CorrectionReason.TYPING_ERROR,
  };
  const envelope = { actorRole: ActorRole.COUNTY, correlationId: randomUUID(), region: '422823101201' };
  const context = { envelope, expectedVersion: version, extras: () => extras ?? {} };
  await registry.handler.handle(householdStream, householdId, command, context);
}

function spawnWorker(keys: VaultKeys): ChildProcess {
  const list = [...keys.byId].map(([id, key]) => `${id}:${key.toString('base64')}`).join(',');
  return spawn(
    process.execPath,
    [
      '-C',
      '@fupin/source',
      '--import',
      '@swc-node/register/esm-register',
      new URL('./rotation.fixture.ts', import.meta.url).pathname,
    ],
    {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        DATABASE_URL: registry.url,
        VAULT_KEYS: list,
        VAULT_HASH_KEY: keys.hashKey.toString('base64'),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}
