import { application, COUNTY, idNumber, person } from './bodies.js';
import { startHarness, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => {
  process.env['VAULT_CIPHER_SUITE'] = 'sm4';
  harness = await startHarness();
});
afterAll(async () => {
  delete process.env['VAULT_CIPHER_SUITE'];
  await harness?.stop();
});

it('a register whose vault uses SM4 and SM3 takes persons in, finds and reads them, and keeps each in one household', async () => {
  const number = idNumber();
  const members = [person('01', { name: '覃𠀀', idNumber: number })];
  const { status, body } = await harness.post('/v1/households', application('2016-01-05', { members }));
  expect(status).toBe(201);
  const token = await harness.token('county', COUNTY, 'person:search person:read');
  const found = await harness.post('/v1/persons/search', { idNumber: number }, { token });
  expect(found).toMatchObject({ status: 200, body: { householdId: body.id } });
  const { body: read } = await harness.get(`/v1/persons/${found.body.personId}`, { token });
  expect(read).toMatchObject({ name: '覃𠀀', idNumber: number });
  expect(await harness.post('/v1/households', application('2016-01-05', { members }))).toMatchObject({
    status: 409,
    body: { type: 'urn:fupin:problem:person-already-registered' },
  });
  const { rows } = await harness.pool.query(
    'SELECT DISTINCT v.key_id, h.algorithm FROM person_vault v, vault_number_hash h',
  );
  expect(rows).toEqual([{ key_id: 'sm4:k1', algorithm: 'hmac-sm3' }]);
});
