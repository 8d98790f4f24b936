import { randomUUID } from 'node:crypto';
import { requestsWith } from '@fupin/service';
import { COUNTY, VILLAGE } from './bodies.js';
import { identified, startHarness, type Answer, type Harness } from './harness.js';

// What no client should send: it is refused as the client's fault, never with a 500.

let harness: Harness;
let id: string;
let tokens: readonly string[];
beforeAll(async () => {
  harness = await startHarness();
  id = await identified(harness);
  tokens = [await harness.token('county', COUNTY, SCOPES), await harness.token('province', '42', SCOPES)];
});
afterAll(async () => harness?.stop());

const SCOPES =
  'history:write closed-year:write document:read person:read person:search person:erase audit:read vault:rotate';
/** Requests under way at once. */
const AT_ONCE = 8;

const document = async () =>
  (await harness.get('/openapi.json')).body as unknown as Parameters<typeof requestsWith>[0];

/** A path with its parameters filled in. */
const filled = (path: string) =>
  path
    .replace('{eventId}', `${id}:1`)
    .replace('/villages/{code}', `/villages/${VILLAGE}`)
    .replace('{code}', COUNTY)
    .replace('{id}', id)
    .replace(/\{\w+\}/, randomUUID());

/** The answer to the county, or to the province where the county may not. */
async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const [county = '', province = ''] = tokens;
  const answer = await harness.post(filled(path), body, { token: county, headers });
  return answer.status === 403 ? harness.post(filled(path), body, { token: province, headers }) : answer;
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

it('refuses null in every property of every body, and names it', async () => {
  const requests = requestsWith(await document(), null);
  const before = await harness.pool.query('SELECT FROM events');
  const wrong: unknown[] = [];
  await each(requests, async ({ method, path, field, body }) => {
    const { status, body: problem } = await post(path, body);
    const errors = (problem.errors ?? []) as readonly { field: string; code: string }[];
    const named = errors.some((one) => one.field === field && one.code === 'not-null');
    if (status !== 400 || !named) wrong.push({ method, path, field, status, detail: problem.detail });
  });
  expect(wrong).toEqual([]);
  expect(requests.length).toBeGreaterThan(300);
  expect((await harness.pool.query('SELECT FROM events')).rowCount).toBe(before.rowCount);
}, 60_000);

it.each<[string, unknown]>([
  ['a number too large', 1e308],
  ['the character 0', '\u0000'],
  ['a list in a list', [[]]],
  ['the id of the household itself', undefined],
])(
  'has no fault of its own for %s in any property of any body',
  async (_name, value) => {
    const faults: unknown[] = [];
    await each(requestsWith(await document(), value ?? id), async ({ path, field, body }) => {
      // A rotation would go on beside the next requests.
      if (path.startsWith('/v1/vault')) return;
      const { status } = await post(path, body, { 'idempotency-key': randomUUID() });
      if (status >= 500) faults.push({ path, field, status });
    });
    expect(faults).toEqual([]);
  },
  60_000,
);
