import { randomUUID } from 'node:crypto';
import { nullRequests } from '@fupin/service';
import { COUNTY, VILLAGE } from './bodies.js';
import { identified, startHarness, type Harness } from './harness.js';

// What no client should send: it is refused as the client's fault, never with a 500.

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const SCOPES =
  'history:write closed-year:write document:read person:read person:search person:erase audit:read vault:rotate';
const document = async () =>
  (await harness.get('/openapi.json')).body as unknown as Parameters<typeof nullRequests>[0];

/** A path with its parameters filled in. */
const filled = (path: string, id: string) =>
  path
    .replace('{eventId}', `${id}:1`)
    .replace(/\/villages\/\{code\}/, `/villages/${VILLAGE}`)
    .replace('{code}', COUNTY)
    .replace('{id}', id)
    .replace(/\{\w+\}/, randomUUID());

it('refuses null in every property of every body, and names it', async () => {
  const requests = nullRequests(await document());
  const tokens = await Promise.all(
    ['county', 'province'].map((role) => harness.token(role, role === 'county' ? COUNTY : '42', `${SCOPES}`)),
  );
  const id = await identified(harness);
  const before = await harness.pool.query('SELECT FROM events');
  const wrong: unknown[] = [];
  let named = 0;
  for (const { method, path, field, body } of requests) {
    let answer = await harness.post(filled(path, id), body, { token: tokens[0] ?? '' });
    if (answer.status === 403) {
      answer = await harness.post(filled(path, id), body, { token: tokens[1] ?? '' });
    }
    const errors = answer.body.errors as unknown as { field: string; code: string }[] | undefined;
    if (answer.status === 400 && errors?.some((one) => one.field === field && one.code === 'not-null'))
      named++;
    else wrong.push({ method, path, field, status: answer.status, detail: answer.body.detail });
  }
  expect(wrong).toEqual([]);
  expect(named).toBeGreaterThan(300);
  expect((await harness.pool.query('SELECT FROM events')).rowCount).toBe(before.rowCount);
}, 120_000);
