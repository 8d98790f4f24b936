import { connect } from 'node:net';
import { SignJWT, generateKeyPair } from 'jose';
import { startDevelopmentIssuer } from '../src/development-issuer.js';
import { startHarness, type Answer, type Harness } from './harness.js';
import { seen } from './sample.controller.js';

const VILLAGE = '422823001001';
const household = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  region: VILLAGE,
  name: '向·某某',
  members: [{ idNumber: '42282319800101123X' }],
  ...more,
});

let harness: Harness;
let token: string;
beforeAll(async () => {
  harness = await startHarness();
  token = await harness.issuer.token({
    role: 'county',
    region: '422823',
    sub: 'cadre-1',
    scope: 'history person:read',
  });
});
afterAll(() => harness.stop());

const post = (body: unknown, headers: Record<string, string> = {}, as = token): Promise<Answer> =>
  harness.call('POST', '/v1/households', { token: as, body, headers });
const raw = (content: RequestInit['body'], type = 'application/json'): Promise<Answer> =>
  harness.call('POST', '/v1/households', { token, raw: content, headers: { 'content-type': type } });

function expectProblem(answer: Answer, status: number, slug: string): Record<string, unknown> {
  expect(answer.body).toMatchObject({ type: `urn:fupin:problem:${slug}`, status });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body['titleZh']).toMatch(/[\u4e00-\u9fff]/);
  expect(answer.body['requestId']).toBe(answer.headers.get('x-request-id'));
  return answer.body;
}

describe('tokens', () => {
  it('lets a valid one in and gives its claims to the controller', async () => {
    const answer = await post(household());
    expect(answer.status).toBe(201);
    expect(seen.at(-1)?.caller).toMatchObject({
      subject: 'cadre-1',
      role: 'county',
      region: '422823',
      scopes: new Set(['history', 'person:read']),
    });
  });

  it('refuses none, with the challenge of RFC 6750', async () => {
    const answer = await harness.call('POST', '/v1/households', { body: household() });
    expectProblem(answer, 401, 'token-missing');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('refuses an expired one', async () => {
    const expired = await harness.issuer.token({ role: 'county', region: '422823' }, -60);
    const answer = await post(household(), {}, expired);
    expectProblem(answer, 401, 'token-expired');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  it('refuses one of a foreign issuer', async () => {
    const foreign = await startDevelopmentIssuer();
    const answer = await post(household(), {}, await foreign.token({ role: 'county', region: '422823' }));
    await foreign.stop();
    expectProblem(answer, 401, 'token-not-accepted');
  });

  it('refuses one of a foreign issuer that has our key', async () => {
    const foreign = await startDevelopmentIssuer({ keyFile: harness.keyFile });
    const answer = await post(household(), {}, await foreign.token({ role: 'county', region: '422823' }));
    await foreign.stop();
    expect(expectProblem(answer, 401, 'token-not-accepted')['detail']).toContain("'iss'");
  });

  it('refuses one that names our issuer and key but is signed by another', async () => {
    const header = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString()) as {
      alg: string;
      kid: string;
    };
    const { privateKey } = await generateKeyPair('RS256');
    const forged = await new SignJWT({ role: 'province', region: '42' })
      .setProtectedHeader(header)
      .setIssuer(harness.issuer.issuer)
      .setSubject('x')
      .setExpirationTime('1h')
      .sign(privateKey);
    expectProblem(await post(household(), {}, forged), 401, 'token-not-accepted');
  });

  it('refuses alg none, a shared secret, rubbish, and another scheme', async () => {
    const claims = token.split('.')[1] ?? '';
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    expectProblem(
      await post(household(), {}, `${encode({ alg: 'none' })}.${claims}.`),
      401,
      'token-not-accepted',
    );
    expectProblem(
      await post(household(), {}, `${encode({ alg: 'HS256' })}.${claims}.AAAA`),
      401,
      'token-not-accepted',
    );
    expectProblem(await post(household(), {}, 'rubbish'), 401, 'token-not-accepted');
    const basic = await harness.call('POST', '/v1/households', {
      body: household(),
      headers: { authorization: 'Basic YTpi' },
    });
    expectProblem(basic, 401, 'token-not-accepted');
  });

  it.each([
    ['role', { role: 'emperor', region: '422823' }],
    ['role', { role: 'toString', region: '422823' }],
    ['region', { role: 'county', region: '' }],
    ['region', { role: 'county', region: '42282' }],
  ])('refuses a wrong claim %s', async (claim, claims) => {
    const body = expectProblem(
      await post(household(), {}, await harness.issuer.token(claims)),
      401,
      'token-not-accepted',
    );
    expect(body['detail']).toContain(claim);
  });

  it('checks role and scope', async () => {
    const auditor = await harness.issuer.token({ role: 'auditor', region: '422823' });
    expectProblem(await post(household(), {}, auditor), 403, 'role-not-allowed');
    expectProblem(
      await harness.call('GET', '/v1/households/h1/person', { token: auditor }),
      403,
      'scope-missing',
    );
    expect((await harness.call('GET', '/v1/households/h1/person', { token })).body).toEqual({
      id: 'h1',
      subject: 'cadre-1',
    });
  });

  it('gives tokens at the token endpoint, as form or JSON, on the loopback address only', async () => {
    const { tokenEndpoint } = harness.issuer;
    const form = await fetch(tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({ role: 'county', region: '422823', scope: 'history' }),
    });
    const { access_token } = (await form.json()) as { access_token: string };
    expect((await post(household(), {}, access_token)).status).toBe(201);
    const bad = await fetch(tokenEndpoint, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(bad.status).toBe(400);
    expect(tokenEndpoint).toContain('//127.0.0.1:');
  });
});

describe('regions', () => {
  it('refuses a caller of another county', async () => {
    const other = await harness.issuer.token({ role: 'county', region: '422822' });
    const before = seen.length;
    const body = expectProblem(await post(household(), {}, other), 403, 'region-not-allowed');
    expect(body['field']).toBe('region');
    expect(seen.length).toBe(before);
  });

  it('refuses a village to its neighbour and gives it to its own province', async () => {
    const neighbour = await harness.issuer.token({ role: 'villageCadre', region: '422823001002' });
    expectProblem(await post(household(), {}, neighbour), 403, 'region-not-allowed');
    const province = await harness.issuer.token({ role: 'county', region: '42' });
    expect((await post(household(), {}, province)).status).toBe(201);
  });
});

describe('bodies', () => {
  it('names each unknown or wrong field by its path, and never the value', async () => {
    const members = [
      { idNumber: '4228', age: 3, income: 5 },
      { idNumber: '42282319800101123X', age: -1 },
    ];
    const body = expectProblem(await post(household({ colour: 'red', members })), 400, 'validation');
    const errors = body['errors'] as { field: string; code: string; detail: string; detailZh?: string }[];
    expect(errors.map(({ field, code }) => `${field} ${code}`)).toEqual(
      expect.arrayContaining([
        'colour whitelist-validation',
        'members[0].income whitelist-validation',
        'members[0].idNumber is-length',
        'members[1].age is-positive',
      ]),
    );
    expect(errors.find(({ field }) => field === 'colour')?.detail).toBe("Unknown field 'colour'");
    expect(errors.find(({ field }) => field === 'colour')?.detailZh).toBe('colour：未知字段');
    expect(JSON.stringify(body)).not.toContain('4228');
  });

  it.each([
    ['no members', { members: [] }, 'members'],
    ['members that are no list', { members: { 0: {} } }, 'members'],
    ['a member that is text', { members: ['x'] }, 'members[0]'],
    ['a number in the place of text', { name: 5 }, 'name'],
    ['null', { name: null }, 'name'],
  ])('refuses %s', async (_name, more, field) => {
    const body = expectProblem(await post(household(more)), 400, 'validation');
    expect((body['errors'] as { field: string }[]).map((one) => one.field)).toContain(field);
  });

  it.each([['[]'], ['"text"'], ['5'], ['null'], ['true'], ['{}'], ['']])(
    'refuses the body %s',
    async (content) => {
      expect((await raw(content)).status).toBe(400);
      expectProblem(await raw(content), 400, 'validation');
    },
  );

  it.each([
    ['{"region":'],
    ['{region: 1}'],
    ['NaN'],
    ['{"__proto__":{"admin":true}}'],
    ['{"constructor":{"prototype":{"a":1}}}'],
  ])('refuses malformed JSON %s', async (content) => {
    expectProblem(await raw(content), 400, 'malformed-json');
  });

  it('refuses JSON that is not UTF-8 instead of keeping question marks for a name', async () => {
    const gbk = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xcf, 0xf2]), Buffer.from('"}')]);
    expectProblem(await raw(gbk), 400, 'malformed-json');
  });

  it('refuses JSON nested a hundred thousand levels deep', async () => {
    expectProblem(await raw('['.repeat(100_000) + ']'.repeat(100_000)), 400, 'malformed-json');
  });

  it('refuses 10 MB of JSON', async () => {
    const answer = await post(household({ name: 'x'.repeat(10_000_000) }));
    expectProblem(answer, 413, 'body-too-large');
  });

  it('refuses 10 MB of JSON without a length given', async () => {
    const chunk = Buffer.alloc(100_000, 0x20);
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 100; i++) controller.enqueue(chunk);
        controller.close();
      },
    });
    const response = await fetch(`${harness.service.url}/v1/households`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: stream,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
  });

  it('takes rare characters and the dot of names as they are', async () => {
    expect((await post(household({ name: '阿卜杜拉·𠮷' + '木'.repeat(43) }))).status).toBe(201);
  });

  it('refuses other media types', async () => {
    expectProblem(await raw('a=b', 'application/x-www-form-urlencoded'), 415, 'unsupported-media-type');
    expectProblem(await raw('<a/>', 'application/xml'), 415, 'unsupported-media-type');
    expectProblem(await raw('a,b', 'text/csv'), 415, 'unsupported-media-type');
  });

  it('hands a stream to the route that wants one, of any size, and nothing else', async () => {
    const send = (body: RequestInit['body'], type: string): Promise<Answer> =>
      harness.call('POST', '/v1/households/import', { token, raw: body, headers: { 'content-type': type } });
    expect((await send(Buffer.alloc(5_000_000, 0x61), 'text/csv')).body).toEqual({ bytes: 5_000_000 });
    expectProblem(await send('{}', 'application/json'), 415, 'unsupported-media-type');
    expectProblem(await send('x', 'application/octet-stream'), 415, 'unsupported-media-type');
  });
});

describe('addresses', () => {
  it('answers 404, and 405 with Allow for a wrong method', async () => {
    expectProblem(await harness.call('GET', '/v1/nowhere', { token }), 404, 'not-found');
    const answer = await harness.call('DELETE', '/v1/households', { token });
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
  });

  it('answers a malformed address with a problem', async () => {
    const answer = await harness.call('GET', '/v1/households/%E0%A4%A/person', { token });
    expect(answer.body).toMatchObject({ type: 'urn:fupin:problem:malformed-request', status: 400 });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });
});

describe('what is not HTTP', () => {
  it('is answered with a problem', async () => {
    const { port } = new URL(harness.service.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('NONSENSE\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      type: 'urn:fupin:problem:malformed-request',
      status: 400,
    });
  });
});

describe('commands', () => {
  it('answers with ETag and position, and the events', async () => {
    const answer = await post(household());
    expect(answer.headers.get('etag')).toBe('"7"');
    expect(answer.headers.get('fupin-position')).toBe('fupin.registry.household.v1:3:1842');
    expect(answer.body).toEqual({
      id: 's1',
      version: 7,
      position: 'fupin.registry.household.v1:3:1842',
      events: [{ id: 's1:7', type: 'HouseholdExited', occurredOn: '2018-06-30' }],
    });
    expect(answer.headers.get('idempotency-replayed')).toBeNull();
    expect((await post(household({ name: 'again' }))).headers.get('idempotency-replayed')).toBe('true');
  });

  it('reads If-Match, Idempotency-Key and X-Correlation-Id', async () => {
    const headers = { 'if-match': '"3"', 'idempotency-key': 'k-1', 'x-correlation-id': 'bureau-42' };
    const answer = await post(household(), headers);
    const command = seen.at(-1);
    expect(command?.expectedVersion).toBe(3);
    expect(command?.idempotency?.key).toMatch(/^[0-9a-f]{16}:k-1$/);
    expect(command?.envelope(VILLAGE, 'hubei-2018')).toEqual({
      actorRole: 3,
      correlationId: 'bureau-42',
      region: VILLAGE,
      ruleSetVersion: 'hubei-2018',
    });
    expect(answer.headers.get('x-correlation-id')).toBe('bureau-42');
  });

  it('gives the same fingerprint to the same body in another order, and another key to another caller', async () => {
    const headers = { 'idempotency-key': 'k-2' };
    await post({ region: VILLAGE, name: 'a', members: [{ idNumber: '42282319800101123X' }] }, headers);
    await post({ members: [{ idNumber: '42282319800101123X' }], name: 'a', region: VILLAGE }, headers);
    await post(household({ name: 'b' }), headers);
    await post(
      household({ name: 'b' }),
      headers,
      await harness.issuer.token({ role: 'county', region: '42', sub: 'cadre-2' }),
    );
    const [first, second, third, fourth] = seen.slice(-4).map((one) => one.idempotency);
    expect(second).toEqual(first);
    expect(third?.key).toBe(first?.key);
    expect(third?.fingerprint).not.toEqual(first?.fingerprint);
    expect(fourth?.key).not.toBe(third?.key);
  });

  it.each([
    ['if-match', '7'],
    ['if-match', 'W/"7"'],
    ['if-match', '"1", "2"'],
    ['idempotency-key', 'x'.repeat(129)],
    ['idempotency-key', 'a b'],
    ['idempotency-key', ''],
  ])('refuses the header %s: %s', async (name, value) => {
    const body = expectProblem(await post(household(), { [name]: value }), 400, 'malformed-request');
    expect(String(body['field']).toLowerCase()).toBe(name);
  });

  it('answers a refusal with its rule and quote', async () => {
    const body = expectProblem(await post(household({ name: 'refused' })), 409, 'income-below-line');
    expect(body).toMatchObject({
      ruleId: 'REG-01',
      field: 'income',
      detail: 'Income is below the line',
      detailZh: '收入未达标准',
    });
    expect(body['quote']).toMatch(/[\u4e00-\u9fff]/);
  });

  it('answers several reasons with all of them', async () => {
    const body = expectProblem(await post(household({ name: 'refusedTwice' })), 409, 'several-reasons');
    expect(
      (body['errors'] as { code: string; ruleId: string }[]).map(({ code, ruleId }) => `${code} ${ruleId}`),
    ).toEqual(['income-below-line REG-01', 'housing-not-safe REG-19']);
  });

  it('answers a stale version 412, a taken claim 409 without its hash, a reused key 422', async () => {
    expectProblem(await post(household({ name: 'stale' })), 412, 'version-mismatch');
    const claimed = expectProblem(await post(household({ name: 'claimed' })), 409, 'claim-taken');
    expect(JSON.stringify(claimed)).not.toContain('abcdef');
    expectProblem(await post(household({ name: 'reused' })), 422, 'idempotency-key-reused');
  });

  it('answers the unexpected with 500 and nothing of its inside', async () => {
    const body = expectProblem(await post(household({ name: 'boom' })), 500, 'internal-error');
    expect(JSON.stringify(body)).not.toMatch(/column|张三|4228/);
  });
});

describe('lists', () => {
  it('page by cursor to the end', async () => {
    const sizes: number[] = [];
    let next: unknown;
    do {
      const { body } = await harness.call(
        'GET',
        `/v1/households?limit=50${typeof next === 'string' ? `&cursor=${next}` : ''}`,
        { token },
      );
      sizes.push((body['items'] as unknown[]).length);
      next = body['next'];
    } while (next !== undefined);
    expect(sizes).toEqual([50, 50, 20]);
  });

  it('refuse a cursor that is none, a limit that is none, and unknown parameters', async () => {
    expectProblem(
      await harness.call('GET', '/v1/households?cursor=abc', { token }),
      400,
      'malformed-request',
    );
    expectProblem(await harness.call('GET', '/v1/households?limit=0', { token }), 400, 'validation');
    expectProblem(await harness.call('GET', '/v1/households?limit=1e9', { token }), 400, 'validation');
    expectProblem(await harness.call('GET', '/v1/households?foo=1', { token }), 400, 'validation');
  });
});

describe('operations', () => {
  it('serves health and metrics without a token', async () => {
    expect((await harness.call('GET', '/health/live')).body).toEqual({ status: 'live' });
    expect((await harness.call('GET', '/health/ready')).status).toBe(200);
    const metrics = String((await harness.call('GET', '/metrics')).body['text']);
    expect(metrics).toContain('process_cpu_seconds_total');
    expect(metrics).toMatch(
      /fupin_http_request_duration_seconds_count\{method="POST",route="\/v1\/households",status="201"\} [1-9]/,
    );
  });

  it('carries the trace on', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { body } = await harness.call('GET', '/v1/households/slow/1', { headers: { traceparent } });
    expect(body['headers']).toEqual({ traceparent, 'x-correlation-id': '0af7651916cd43dd8448eb211c80319c' });
    expect(body['correlationId']).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it('does not take a phone or ID number for a correlation id', async () => {
    for (const given of ['42282319800101123X', '13812345678', 'a b', 'x'.repeat(65)]) {
      const answer = await post(household(), { 'x-correlation-id': given });
      expect(answer.headers.get('x-correlation-id')).toBe(answer.headers.get('x-request-id'));
    }
  });

  it('logs one JSON line per request with its ids, and no body, token, query string or number of a person', async () => {
    await harness.call('GET', '/v1/households?limit=0&name=zhangsan', {
      token,
      headers: { 'x-correlation-id': 'log-1' },
    });
    await harness.call('GET', `/v1/households/42282319800101123X/person`, {
      token,
      headers: { 'x-correlation-id': 'log-2' },
    });
    await harness.call('GET', `/v1/households/${encodeURIComponent('张三')}/person`, {
      token,
      headers: { 'x-correlation-id': 'log-3' },
    });
    await post(household({ name: 'boom' }), { 'x-correlation-id': 'log-4' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const all = harness.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const ended = (id: string) =>
      all.filter((line) => line['correlationId'] === id && line['res'] !== undefined);
    expect(ended('log-1')).toHaveLength(1);
    expect(ended('log-1')[0]).toMatchObject({
      service: 'sample',
      level: 'warn',
      req: { method: 'GET', path: '/v1/households' },
      res: { status: 400 },
    });
    expect(ended('log-2')[0]?.['req']).toMatchObject({ path: '/v1/households/[number]/person' });
    expect(ended('log-3')[0]?.['req']).toMatchObject({ path: '/v1/households/[text]/person' });
    expect(
      all.find((line) => line['correlationId'] === 'log-4' && line['msg'] === 'request failed'),
    ).toMatchObject({ level: 'error' });
    const text = harness.lines.join('\n');
    expect(text).not.toMatch(/42282319800101123X|zhangsan|张三|向·某某|eyJ|Bearer/);
  });
});
