import pg from 'pg';

/** What a command answers in the header `Fupin-Position`: `<topic>:<partition>:<position>`. */
export interface PositionToken {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
}

const waiting = new Map<string, Set<() => void>>();
const keyOf = (schema: string, { topic, partition }: { topic: string; partition: number }) =>
  `${schema}|${topic}|${partition}`;

/** Wakes those in this process who wait for a partition of a read model. */
export function notifyPosition(schema: string, key: { topic: string; partition: number }): void {
  const waiters = waiting.get(keyOf(schema, key));
  if (waiters === undefined) return;
  for (const wake of [...waiters]) wake();
}

/**
 * Waits until the read model in `schema` holds the event that a token names. Returns false when it does not within
 * `timeoutMs`; the caller then answers with what there is and says how far behind it is.
 */
export async function waitForPosition(
  pool: pg.Pool,
  schema: string,
  token: PositionToken,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  const sql = `select position >= $3 as reached from ${pg.escapeIdentifier(schema)}.projector_checkpoints
    where topic = $1 and partition = $2`;
  // Another process may be the one that projects, so a wake-up is only a reason to look sooner.
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 50)) {
    const woken = listen(keyOf(schema, token));
    try {
      const { rows } = await pool.query<{ reached: boolean }>(sql, [
        token.topic,
        token.partition,
        token.position,
      ]);
      if (rows[0]?.reached === true) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await woken.orAfter(Math.min(pause, left));
    } finally {
      woken.forget();
    }
  }
}

function listen(key: string): { orAfter(ms: number): Promise<void>; forget(): void } {
  let wake = (): void => undefined;
  const happened = new Promise<void>((resolve) => (wake = resolve));
  const waiters = waiting.get(key) ?? new Set();
  waiting.set(key, waiters.add(wake));
  return {
    async orAfter(ms) {
      let timer: NodeJS.Timeout | undefined;
      const elapsed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
      await Promise.race([happened, elapsed]);
      clearTimeout(timer);
    },
    forget() {
      waiters.delete(wake);
      if (waiters.size === 0 && waiting.get(key) === waiters) waiting.delete(key);
    },
  };
}
