import { createHash } from 'node:crypto';

/** Talks to one service as any client would: JSON, a bearer token, an idempotency key for each command. */
export interface Client {
  get<T>(path: string): Promise<T>;
  /** `key` makes a repeated request harmless: the sample can be interrupted and played again. */
  post<T>(path: string, body: unknown, key: string): Promise<T>;
  put(path: string, body: unknown): Promise<void>;
  /** Sends a file as it is. */
  upload<T>(path: string, contentType: string, file: Blob, key: string): Promise<T>;
}

/** A client of the service at `base`. Throws with method, path and the problem document for any answer that is not 2xx. */
export function client(base: string, token: string): Client {
  const send = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string | Blob,
  ): Promise<unknown> => {
    const answer = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 2000)}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const json = { 'content-type': 'application/json' };
  return {
    get: async <T>(path: string) => (await send('GET', path, {})) as T,
    post: async <T>(path: string, body: unknown, key: string) =>
      (await send('POST', path, { ...json, 'idempotency-key': key }, JSON.stringify(body))) as T,
    put: async (path, body) => void (await send('PUT', path, json, JSON.stringify(body))),
    upload: async <T>(path: string, contentType: string, file: Blob, key: string) =>
      (await send('POST', path, { 'content-type': contentType, 'idempotency-key': key }, file)) as T,
  };
}

/** An id (UUID) that is always the same for the same words: the papers of the sample have to be the same on a repetition. */
export function documentId(...words: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(words.join(' ')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Runs `work` for all items, at most `limit` at a time, and stops at the first failure. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  await Promise.all(
    Array.from({ length: Math.min(limit, items.length) }, async () => {
      while (next < items.length && !failed) {
        const item = items[next];
        next += 1;
        try {
          if (item !== undefined) await work(item);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    }),
  );
}
