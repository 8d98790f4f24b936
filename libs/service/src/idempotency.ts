import { createHash } from 'node:crypto';
import type { Caller } from './caller.js';
import { Problem } from './problem.js';

/** What the store needs to answer a repeated command as it answered the first: see @fupin/event-sourcing. */
export interface IdempotencyKey {
  readonly key: string;
  readonly fingerprint: Uint8Array;
}

/** 1 to 128 characters that need no quoting; clients are advised to send a UUID. */
const KEY = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/;

/**
 * Reads the header `Idempotency-Key` (bare, or as the quoted string of the IETF draft). The key is made the caller's own,
 * so that two callers who choose the same one do not meet. Undefined when the header is absent.
 * Throws the 400 problem `malformed-request` when it is not usable.
 */
export function readIdempotencyKey(
  header: string | string[] | undefined,
  request: { caller: Caller; method: string; path: string; body: unknown },
): IdempotencyKey | undefined {
  if (header === undefined) return undefined;
  const given = Array.isArray(header) ? '' : header.replace(/^"(.*)"$/, '$1');
  if (!KEY.test(given))
    throw new Problem('malformed-request', {
      field: 'Idempotency-Key',
      detail: 'Idempotency-Key must be 1 to 128 letters, digits, or . _ : ~ -, for example a UUID',
      detailZh: '幂等键须为 1 至 128 位字母、数字或 . _ : ~ -，例如 UUID',
    });
  const owner = createHash('sha256').update(request.caller.subject).digest('hex').slice(0, 16);
  return { key: `${owner}:${given}`, fingerprint: fingerprint(request.method, request.path, request.body) };
}

/**
 * SHA-256 over method, path (without query) and the body with its object keys sorted: two requests that mean the same have
 * the same one. A body that was streamed is not part of it.
 */
export function fingerprint(method: string, path: string, body: unknown): Uint8Array {
  const hash = createHash('sha256').update(`${method.toUpperCase()}\n${path}\n`);
  return hash.update(body === undefined ? '' : canonicalJson(body)).digest();
}

/** JSON with the keys of every object in code-point order and no white space. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
