/**
 * What must never reach a log line: ID numbers (15, 18 or 20 digits), phones (11 digits from 1), bearer tokens. It is a
 * second line of defence; the first is that nobody logs a body or a name. Region codes (≤ 12 digits, not beginning with
 * 1 followed by 3–9 in eleven digits) and UUIDs stay readable.
 */
export function scrub(text: string): string {
  return text
    .replace(/(?<![0-9A-Za-z-])\d{15,20}[0-9Xx]?(?![0-9A-Za-z-])/g, '[number]')
    .replace(/(?<![0-9A-Za-z-])(?:\+?86)?1[3-9]\d{9}(?![0-9A-Za-z-])/g, '[number]')
    .replace(/eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[token]')
    .replace(/(postgres(?:ql)?:\/\/[^:/@\s]*):[^@\s]*@/g, '$1:[secret]@');
}

/** The path of a URL as it may be logged: no query string, and no segment with encoded letters (a name could be one). */
export function scrubPath(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  return scrub(
    path
      .split('/')
      .map((segment) => (/%[89A-Fa-f]/.test(segment) || /[^\x20-\x7e]/.test(segment) ? '[text]' : segment))
      .join('/'),
  );
}

/** The part of an error that may be logged. PostgreSQL's `detail`, `where` and quoted values are left behind. */
export function scrubError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error, message: scrub(String(error)) };
  const code = (error as { code?: unknown }).code;
  const data = typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code);
  const clean = (text: string): string => scrub(data ? text.replace(/"[^"]*"/g, '"…"') : text);
  const cause = error.cause instanceof Error ? scrubError(error.cause) : undefined;
  return {
    type: error.name,
    message: clean(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: clean(error.stack ?? ''),
    ...(cause ? { cause } : {}),
  };
}
