import fc from 'fast-check';
import { Caller, assertWithin, type Role, ROLES } from './caller.js';
import { etag, readIfMatch } from './etag.js';
import { canonicalJson, fingerprint, readIdempotencyKey } from './idempotency.js';
import { decodeCursor, encodeCursor, toPage } from './page.js';
import { formatPosition, parsePosition } from './position-token.js';
import { readRequestIds } from './request-ids.js';

const caller = (region: string, role: Role = 'county'): Caller =>
  new Caller('someone', role, region, new Set());
const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  );
};

describe('ETag and If-Match', () => {
  it('give back the version that was given', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), (version) => expect(readIfMatch(etag(version))).toBe(version)),
    );
    expect(readIfMatch(undefined)).toBeUndefined();
    expect(readIfMatch('*')).toBeUndefined();
  });
});

describe('position token', () => {
  it('gives back what was put in', () => {
    const token = { topic: 'fupin.registry.household.v1', partition: 3, position: 1842 };
    expect(parsePosition(formatPosition(token))).toEqual(token);
  });
  it.each([['x'], ['a:b:c'], ['a:1:-2'], ['a:1:2:3'], ['A:1:1e9'], ['']])('refuses %s', (text) => {
    expect(() => parsePosition(text)).toThrow(/token/);
  });
});

describe('fingerprint', () => {
  it('does not depend on the order of keys, but on everything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    const of = (method: string, path: string, body: unknown): string =>
      Buffer.from(fingerprint(method, path, body)).toString('hex');
    const all = [
      of('POST', '/a', { x: [1, 2] }),
      of('POST', '/a', { x: [2, 1] }),
      of('POST', '/b', { x: [1, 2] }),
      of('PUT', '/a', { x: [1, 2] }),
      of('POST', '/a', undefined),
    ];
    expect(new Set(all).size).toBe(5);
  });
  it('reads a key bare or quoted, and makes it the caller’s own', () => {
    const request = { caller: caller('42'), method: 'POST', path: '/a', body: {} };
    expect(readIdempotencyKey('"k"', request)).toEqual(readIdempotencyKey('k', request));
    expect(readIdempotencyKey(undefined, request)).toBeUndefined();
    const other = { ...request, caller: new Caller('other', 'county', '42', new Set()) };
    expect(readIdempotencyKey('k', other)?.key).not.toBe(readIdempotencyKey('k', request)?.key);
  });
});

describe('cursor', () => {
  it('gives back its key and refuses one of another list', () => {
    expect(decodeCursor(encodeCursor(['2018-06-30', 42, null]), ['string', 'number', 'string?'])).toEqual([
      '2018-06-30',
      42,
      null,
    ]);
    expect(decodeCursor(undefined, ['string'])).toBeUndefined();
    for (const bad of [
      encodeCursor([42]),
      encodeCursor(['a', 'b']),
      encodeCursor([null]),
      '%',
      'bnVsbA',
      'e30',
    ])
      expect(() => decodeCursor(bad, ['string'])).toThrow(/cursor/);
  });
  it('pages through any list without loss or repetition', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 12 }), (count, limit) => {
        const got: number[] = [];
        let pages = 0;
        let next: string | undefined;
        do {
          const from = Number(decodeCursor(next, ['number'])?.[0] ?? 0);
          const rows = Array.from({ length: count }, (_, at) => at + 1)
            .filter((n) => n > from)
            .slice(0, limit + 1);
          const page = toPage(
            rows,
            limit,
            (n) => [n],
            (n) => n,
          );
          got.push(...page.items);
          next = page.next;
          pages++;
        } while (next !== undefined);
        expect(pages).toBe(Math.max(1, Math.ceil(count / limit)));
        expect(got).toEqual(Array.from({ length: count }, (_, at) => at + 1));
      }),
    );
  });
});

describe('regions', () => {
  it('hold what has their code as prefix, and nothing else', () => {
    for (const inside of ['422823', '422823001', '422823001001'])
      expect(() => assertWithin(caller('422823'), inside)).not.toThrow();
    for (const outside of ['42', '4228', '422822', '422822001001', '', 'x', '42282300'])
      expect(() => assertWithin(caller('422823'), outside)).toThrow(/422823/);
    expect(() => assertWithin(caller(''), '422823')).toThrow();
  });
  it('know every role', () => {
    expect(new Set(Object.values(ROLES)).size).toBe(9);
  });
});

describe('request ids', () => {
  const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  it('take the correlation id of the caller, else the trace, else the request', () => {
    expect(readRequestIds({ 'x-correlation-id': 'bureau-7', traceparent: TRACE })).toMatchObject({
      correlationId: 'bureau-7',
      traceparent: TRACE,
    });
    expect(readRequestIds({ traceparent: TRACE }).correlationId).toBe('0af7651916cd43dd8448eb211c80319c');
    const plain = readRequestIds({ traceparent: '00-00000000000000000000000000000000-b7ad6b7169203331-01' });
    expect(plain.correlationId).toBe(plain.requestId);
    expect(plain.traceparent).toBeUndefined();
  });
});
