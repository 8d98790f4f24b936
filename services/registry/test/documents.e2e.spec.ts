import { createHash, randomUUID } from 'node:crypto';
import { COUNTY } from './bodies.js';
import { identified, refused, startHarness, type Harness } from './harness.js';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const LOCATION = 'nas://扶贫办/2016/覃守义/住房.jpg';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const paper = (rest: Record<string, unknown> = {}) => ({
  occurredOn: '2016-03-01',
  kind: 'housePhoto',
  sha256: sha256('photo'),
  mediaType: 'image/jpeg',
  sizeBytes: 482113,
  datedOn: '2016-02-28',
  location: LOCATION,
  ...rest,
});

it('files a paper by reference, tells whether it was changed, and shows where it lies to whom may know', async () => {
  const id = await identified(harness);
  const path = `/v1/households/${id}/documents`;
  const headers = { 'idempotency-key': 'paper-1' };
  const filed = await harness.post(path, paper(), { headers });
  expect(filed.status).toBe(201);
  const { documentId } = filed.body as unknown as { documentId: string };
  const again = await harness.post(path, paper(), { headers });
  expect(again.body).toEqual(filed.body);

  const shown = {
    documentId,
    kind: 'housePhoto',
    sha256: sha256('photo'),
    mediaType: 'image/jpeg',
    sizeBytes: 482113,
    datedOn: '2016-02-28',
    filedOn: '2016-03-01',
  };
  expect((await harness.get(path)).body.items).toEqual([shown]);
  const reader = await harness.token('county', COUNTY, 'document:read');
  const audits = () =>
    harness.pool
      .query("SELECT FROM person_audit WHERE action = 'documents'")
      .then(({ rowCount }) => rowCount);
  expect(await audits()).toBe(0);
  expect((await harness.get(path, { token: reader })).body.items).toEqual([{ ...shown, location: LOCATION }]);
  expect(await audits()).toBe(3);

  const verify = (sum: string) => harness.post(`${path}/${documentId}/verifications`, { sha256: sum });
  expect(await verify(sha256('photo'))).toMatchObject({ status: 200, body: { documentId, matches: true } });
  expect(await verify(sha256('another'))).toMatchObject({
    status: 200,
    body: { documentId, matches: false },
  });
  await refused(harness, `${path}/${randomUUID()}/verifications`, { sha256: sha256('photo') });
  await refused(harness, `${path}/${documentId}/verifications`, { sha256: 'abc' });

  // Neither the event nor the table nor the log says where it lies.
  const { rows } = await harness.pool.query<{ dump: string }>(
    `SELECT string_agg(encode(payload, 'escape'), '') || (SELECT string_agg(encode(location, 'escape'), '')
       FROM household_documents) AS dump FROM events WHERE stream_id = $1`,
    [id],
  );
  expect(rows[0]?.dump).not.toContain('nas://');
  expect(harness.logs()).not.toContain('nas://');
});

it('uses the id of a paper once in the whole register', async () => {
  const [first, second] = [await identified(harness), await identified(harness)];
  const documentId = randomUUID();
  expect(await harness.post(`/v1/households/${first}/documents`, paper({ documentId }))).toMatchObject({
    status: 201,
    body: { documentId },
  });
  for (const id of [first, second]) {
    expect(await refused(harness, `/v1/households/${id}/documents`, paper({ documentId }))).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:document-known', field: 'documentId' },
    });
  }
});

it.each([
  ['kind', { kind: 'passport' }],
  ['sha256', { sha256: sha256('photo').slice(1) }],
  ['sha256', { sha256: sha256('photo').toUpperCase() }],
  ['sha256', { sha256: undefined }],
  ['mediaType', { mediaType: 'jpeg' }],
  ['mediaType', { mediaType: 'text/html; charset=utf-8' }],
  ['sizeBytes', { sizeBytes: 0 }],
  ['sizeBytes', { sizeBytes: 1.5 }],
  ['sizeBytes', { sizeBytes: 2 ** 53 }],
  ['datedOn', { datedOn: '2016-02-30' }],
  ['location', { location: ' ' }],
  ['location', { location: 'x'.repeat(501) }],
  ['documentId', { documentId: 'paper' }],
  ['content', { content: 'AAAA' }],
])('refuses a paper with a bad %s: %j', async (field, change) => {
  const id = await identified(harness);
  expect(await refused(harness, `/v1/households/${id}/documents`, paper(change))).toMatchObject({
    status: 400,
    body: { field },
  });
});

it('refuses a paper of tomorrow, of another region and of nobody', async () => {
  const id = await identified(harness);
  const path = `/v1/households/${id}/documents`;
  await refused(harness, path, paper({ datedOn: '2016-03-02' }));
  await refused(harness, path, paper({ occurredOn: '2999-01-01' }));
  const elsewhere = await harness.token('county', '422822', 'document:read history:write');
  await refused(harness, path, paper(), { token: elsewhere });
  expect(await harness.get(path, { token: elsewhere })).toMatchObject({ status: 403 });
  await refused(harness, `/v1/households/${randomUUID()}/documents`, paper());
  expect(await harness.get(`/v1/households/${randomUUID()}/documents`)).toMatchObject({ status: 404 });
});
