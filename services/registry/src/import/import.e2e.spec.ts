import { FORM_COLUMNS } from '@fupin/domain/register-form';
import { startHarness, type Harness } from '../../test/harness.js';
import { bytesInMemory } from './readers/byte-source.js';
import { openXlsx } from './readers/xlsx.js';
import { FORMATS } from './readers/open.js';
import type { ImportOutcomeView, ImportView } from './import.dto.js';
import { csvOf, household, idNumber, villages } from './import.fixture.js';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const SOURCE = encodeURIComponent('巴东县2014年登记表');
interface Uploaded {
  status: number;
  headers: Headers;
  body: ImportView;
}
async function upload(
  bytes: Uint8Array,
  options: { query?: string; type?: string; token?: string; key?: string } = {},
): Promise<Uploaded> {
  const token = options.token ?? (await harness.token('county', '422823', 'history:write'));
  const response = await fetch(
    `${harness.registry.url}/v1/imports?${options.query ?? `history=true&source=${SOURCE}`}`,
    {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': options.type ?? 'text/csv; charset=utf-8',
        ...(options.key !== undefined && { 'idempotency-key': options.key }),
      },
      body: new Blob([new Uint8Array(bytes)]).stream(),
      duplex: 'half',
    },
  );
  return { status: response.status, headers: response.headers, body: (await response.json()) as ImportView };
}
async function finished(id: string) {
  for (;;) {
    const body = (await harness.get(`/v1/imports/${id}`)).body as unknown as ImportView;
    if (body.state !== 'waiting' && body.state !== 'running') return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const pageOf = async <T>(path: string) =>
  (await harness.get(path)).body as unknown as { items: T[]; next?: string };
const text = async (path: string) => {
  const token = await harness.token('county', '422823', 'history:write');
  return fetch(`${harness.registry.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
};

/** A topic that has just been made has no leader for a moment. */
async function onKafka(streamId: string, count: number, attempts = 20): ReturnType<Harness['messages']> {
  try {
    return await harness.messages(new Set([streamId]), count);
  } catch (error) {
    if (attempts === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 250));
    return onKafka(streamId, count, attempts - 1);
  }
}

it('takes a file in, shows its progress, names its errors, and the register has its households', async () => {
  const bad = household(3, { wage: '1e300' });
  const started = await upload(await csvOf([household(1), household(2), bad]));
  expect(started.status).toBe(202);
  expect(started.headers.get('location')).toBe(`/v1/imports/${started.body.id}`);
  const done = await finished(started.body.id);
  expect(done).toMatchObject({
    state: 'completed',
    source: '巴东县2014年登记表',
    history: true,
    region: '422823',
    rowsRead: 11,
    persons: 7,
    errors: 1,
    households: { accepted: 2, unchanged: 0, refused: 1 },
  });
  expect(done.bytesRead).toBe(done.bytes);
  const errors = await harness.get(`/v1/imports/${started.body.id}/errors`);
  expect(errors.body).toEqual({
    items: [
      {
        line: 9,
        householdNo: 'F3',
        field: 'wage',
        column: '工资性收入',
        code: 'amount-invalid',
        message: '工资性收入 (wage) is not an amount of yuan',
        messageZh: '“工资性收入”不是有效金额',
      },
    ],
  });
  expect(await (await text(`/v1/imports/${started.body.id}/errors?format=csv`)).text()).toContain(
    '"9","F3","工资性收入"',
  );
  const first = await pageOf<ImportOutcomeView>(`/v1/imports/${started.body.id}/households?limit=1`);
  expect(first.items).toMatchObject([{ line: 2, formNo: 'F1', outcome: 'accepted' }]);
  const next = await pageOf<ImportOutcomeView>(
    `/v1/imports/${started.body.id}/households?limit=1&cursor=${first.next}`,
  );
  expect(next.items).toMatchObject([{ line: 6, formNo: 'F2' }]);
  const registered = await harness.get(`/v1/households/${first.items[0]?.householdId}`);
  expect(registered.body).toMatchObject({ status: 'stillPoor', registeredOn: '2014-06-30', persons: 4 });
  expect((await pageOf<ImportView>('/v1/imports')).items.map((item) => item.id)).toContain(started.body.id);
});

it('no name, number, phone or account reaches Kafka or the log', async () => {
  const { body } = await upload(await csvOf([household(7001)]));
  await finished(body.id);
  const page = await pageOf<ImportOutcomeView>(`/v1/imports/${body.id}/households`);
  const messages = await onKafka(page.items[0]?.householdId ?? '', 3);
  const seen =
    Buffer.concat(messages.map((message) => message.value ?? Buffer.alloc(0))).toString('latin1') +
    harness.logs();
  for (const personal of [idNumber(7001 * 4), '13800000000', '6224120000000000'])
    expect(seen).not.toContain(personal);
  expect(seen).not.toContain(Buffer.from('覃国').toString('latin1'));
  expect(harness.logs()).not.toContain('覃国');
});

it('the template is a file that the import accepts', async () => {
  const response = await text('/v1/imports/template?format=xlsx');
  expect(response.headers.get('content-disposition')).toContain('attachment');
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect((await openXlsx(bytesInMemory(bytes))).header).toEqual(FORM_COLUMNS.map((c) => c.zh));
  const started = await upload(bytes, { type: FORMATS.xlsx });
  expect(await finished(started.body.id)).toMatchObject({
    state: 'completed',
    households: { refused: 0 },
    persons: 2,
  });
  expect(await (await text('/v1/imports/template?format=csv')).text()).toContain('户编号,行政村代码');
  expect(await (await text('/v1/imports/template?format=md')).text()).toContain(
    '| 证件号码 * | `idNumber` |',
  );
});

it('the same key and file are answered with the same import; another file under it is not', async () => {
  const file = await csvOf([household(8001)]);
  const first = await upload(file, { key: 'import-key-1' });
  const again = await upload(file, { key: 'import-key-1' });
  expect(again.status).toBe(202);
  expect(again.body.id).toBe(first.body.id);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await upload(await csvOf([household(8002)]), { key: 'import-key-1' })).status).toBe(422);
  await finished(first.body.id);
});

describe('refuses at once, and changes nothing,', () => {
  const good = () => csvOf([household(9001)]);
  const cases: [string, () => Promise<Uploaded>, number, string][] = [
    ['a file without a column', async () => upload(Buffer.from('户编号,姓名\n')), 422, 'header-wrong'],
    ['a file that is no XLSX', async () => upload(await good(), { type: FORMATS.xlsx }), 422, 'xlsx-broken'],
    ['an empty file', async () => upload(Buffer.from('\n')), 422, 'file-empty'],
    [
      'an upload without the history mark',
      async () => upload(await good(), { query: `source=${SOURCE}` }),
      400,
      'validation',
    ],
    [
      '30 February',
      async () => upload(await good(), { query: `history=true&source=x&registeredOn=2014-02-30` }),
      400,
      'validation',
    ],
    [
      'another county',
      async () => upload(await good(), { query: `history=true&source=x&region=420821` }),
      403,
      'region-not-allowed',
    ],
    [
      'a caller without the scope',
      async () => upload(await good(), { token: await harness.token('county', '422823') }),
      403,
      'scope-missing',
    ],
    [
      'a village cadre',
      async () =>
        upload(await good(), {
          token: await harness.token('villageCadre', villages[0] ?? '', 'history:write'),
        }),
      403,
      'role-not-allowed',
    ],
    [
      'JSON',
      async () => upload(Buffer.from('{}'), { type: 'application/json' }),
      415,
      'unsupported-media-type',
    ],
  ];
  it.each(cases)('%s', async (_what, send, status, slug) => {
    const answer = await send();
    expect([answer.status, (answer.body as unknown as { type: string }).type]).toEqual([
      status,
      `urn:fupin:problem:${slug}`,
    ]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const { rows } = await harness.pool.query<{ n: string }>(
      `select count(*) n from import_pieces p join imports i on i.id = p.import_id where i.state = 'receiving'`,
    );
    expect(rows[0]?.n).toBe('0');
  });

  it('and shows an import to nobody of another county', async () => {
    const { body } = await upload(await csvOf([household(9101)]));
    const other = await harness.get(`/v1/imports/${body.id}`, {
      token: await harness.token('county', '420821', 'history:write'),
    });
    expect(other.status).toBe(403);
    expect((await harness.get('/v1/imports/0198c6a2-6a5e-7cc0-a1a4-1f0f43d3a111')).status).toBe(404);
    await finished(body.id);
    const ended = await fetch(`${harness.registry.url}/v1/imports/${body.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${await harness.token('county', '422823', 'history:write')}` },
    });
    expect(ended.status).toBe(409);
  });
});

it('REG-05 registers nobody for a day before they left another household', async () => {
  const first = household(9200);
  const { body } = await upload(await csvOf([first]));
  await finished(body.id);
  const { items } = await pageOf<ImportOutcomeView>(`/v1/imports/${body.id}/households`);
  const left = items[0]?.householdId ?? '';
  const { body: view } = await harness.get(`/v1/households/${left}`);
  const departure = { occurredOn: '2015-03-01', personId: view.members[2]?.personId, reason: 'other' };
  expect((await harness.post(`/v1/households/${left}/member-departures`, departure)).status).toBe(201);
  // Alone in a form of their own, of the day before and of the day itself.
  const alone = (registeredOn: string) => ({
    ...household(9201, { registeredOn, incomeYear: '2014' }),
    members: first.members.slice(2, 3).map((member) => ({ ...member, relation: '本人或户主' })),
  });
  const early = await upload(await csvOf([alone('2015-02-28')]));
  expect(await finished(early.body.id)).toMatchObject({ households: { accepted: 0, refused: 1 } });
  const { body: errors } = await harness.get(`/v1/imports/${early.body.id}/errors`);
  expect(errors.items).toMatchObject([{ line: 2, field: 'registeredOn', code: 'before-departure' }]);
  const right = await upload(await csvOf([alone('2015-03-01')]));
  expect(await finished(right.body.id)).toMatchObject({ households: { accepted: 1, refused: 0 } });
});
