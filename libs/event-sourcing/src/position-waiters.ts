import pg from 'pg';

/** What a command answers in the header `Fupin-Position`: `<topic>:<partition>:<position>`. */
export interface PositionToken {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
}

interface Waiter {
  readonly position: number;
  readonly reached: () => void;
}

/** One partition of one read model, as far as this process knows. */
interface Watched {
  reached: number;
  readonly waiters: Set<Waiter>;
  /** The one loop that asks the database for all who wait. */
  asking: Promise<void> | undefined;
}

/** Kept by pool, because two databases may hold read models under the same schema name. */
const watchedByPool = new WeakMap<pg.Pool, Map<string, Watched>>();

function watch(
  pool: pg.Pool,
  schema: string,
  { topic, partition }: Omit<PositionToken, 'position'>,
): Watched {
  const known = watchedByPool.get(pool) ?? new Map<string, Watched>();
  watchedByPool.set(pool, known);
  const key = `${schema}|${topic}|${partition}`;
  const watched = known.get(key) ?? { reached: 0, waiters: new Set(), asking: undefined };
  known.set(key, watched);
  return watched;
}

/** Tells those in this process who wait for a partition of a read model how far it has come. */
export function notifyPosition(
  pool: pg.Pool,
  schema: string,
  key: { topic: string; partition: number },
  position: number,
): void {
  tell(watch(pool, schema, key), position);
}

function tell(watched: Watched, position: number): void {
  watched.reached = position;
  for (const waiter of watched.waiters) {
    if (waiter.position > position) continue;
    watched.waiters.delete(waiter);
    waiter.reached();
  }
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
  const watched = watch(pool, schema, token);
  if (watched.reached >= token.position) return true;
  let timer: NodeJS.Timeout | undefined;
  let waiter: Waiter | undefined;
  const arrived = new Promise<true>((resolve) => {
    waiter = { position: token.position, reached: () => resolve(true) };
    watched.waiters.add(waiter);
  });
  const elapsed = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)));
  const failed = ask(pool, schema, token, watched);
  try {
    return await Promise.race([arrived, elapsed, failed]);
  } finally {
    clearTimeout(timer);
    if (waiter) watched.waiters.delete(waiter);
  }
}

/**
 * Asks the database for as long as anybody waits: another process may be the one that projects, and what this one was
 * told last may be of a read model that was since restored. Never settles but by failing.
 */
function ask(pool: pg.Pool, schema: string, token: PositionToken, watched: Watched): Promise<never> {
  watched.asking ??= (async () => {
    const sql = `select position from ${pg.escapeIdentifier(schema)}.projector_checkpoints
      where topic = $1 and partition = $2`;
    try {
      for (let pause = 5; watched.waiters.size > 0; pause = Math.min(pause * 1.5, 50)) {
        const { rows } = await pool.query<{ position: string }>(sql, [token.topic, token.partition]);
        tell(watched, Number(rows[0]?.position ?? 0));
        if (watched.waiters.size > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      }
    } finally {
      // At once, so that who comes next starts a new loop and does not rely on one that has ended.
      watched.asking = undefined;
    }
  })();
  return watched.asking.then(() => new Promise<never>(() => undefined));
}
