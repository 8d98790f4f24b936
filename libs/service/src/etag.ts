import { Problem } from './problem.js';

/** The ETag of a stream at this version: `"7"`. */
export const etag = (version: number): string => `"${version}"`;

/**
 * The version that `If-Match` asks for; undefined when the header is absent or `*`. Throws the 400 problem
 * `malformed-request` when it is neither `*` nor one strong ETag as this service gives them.
 */
export function readIfMatch(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const version = typeof header === 'string' ? /^"(0|[1-9]\d{0,8})"$/.exec(header.trim())?.[1] : undefined;
  if (version === undefined)
    throw new Problem('malformed-request', {
      field: 'If-Match',
      detail: 'If-Match must be the ETag of the last answer, for example "7" with its quotes',
      detailZh: 'If-Match 须为上次返回的 ETag（含引号），例如 "7"',
    });
  return Number(version);
}
