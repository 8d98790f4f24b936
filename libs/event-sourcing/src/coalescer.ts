/** Gathers concurrent callers into flushes. */
export interface Coalescer<T, R> {
  /** Queues an item; resolves with its own result after the flush that carried it. */
  submit(item: T): Promise<R>;
  /** Items that wait or are under way. */
  readonly pending: number;
  /** Refuses new items and resolves when the last flush is done. */
  close(): Promise<void>;
}

export interface CoalescerOptions<T, R> {
  /** Carries out a batch on a lane (0 …); gives a result for each item in order, or rejects for all of them. */
  flush(batch: readonly T[], lane: number): Promise<readonly R[]>;
  /** Items that share a key never share a flush and keep their order. */
  keysOf(item: T): readonly string[];
  /** Events and bytes of an item, for the caps of a flush; an item alone may exceed them. */
  sizeOf(item: T): { events: number; bytes: number };
  /** Whether to try each item alone after this error, because one of them may have caused it for all. */
  separate(error: unknown): boolean;
  /** What `submit` rejects with when the queue is full or closed. */
  refuse(reason: 'full' | 'closed'): Error;
  lanes: number;
  maxEvents: number;
  /** So many waiting events start a flush at once. */
  enoughEvents: number;
  maxBytes: number;
  maxPending: number;
}

interface Waiting<T, R> {
  item: T;
  keys: readonly string[];
  resolve(result: R): void;
  reject(error: unknown): void;
}

/**
 * While a flush is under way callers queue up and go together into the next one; an idle coalescer flushes at once,
 * so nobody waits for a timer.
 */
export function coalescer<T, R>(options: CoalescerOptions<T, R>): Coalescer<T, R> {
  let queue: Waiting<T, R>[] = [];
  const busyKeys = new Set<string>();
  const freeLanes = Array.from({ length: options.lanes }, (_, lane) => options.lanes - 1 - lane);
  let pending = 0;
  let queuedEvents = 0;
  let scheduled = false;
  let closed: PromiseWithResolvers<void> | undefined;

  const schedule = () => {
    if (scheduled || queue.length === 0 || freeLanes.length === 0) return;
    scheduled = true;
    // After the callers that the last flush answered have had their turn to come back.
    setImmediate(() => {
      scheduled = false;
      start();
    });
  };

  const start = () => {
    for (let lane = freeLanes.pop(); lane !== undefined; lane = freeLanes.pop()) {
      const batch = take();
      if (batch.length > 0) {
        void run(batch, lane);
        continue;
      }
      freeLanes.push(lane);
      return;
    }
  };

  /** Takes what fits from the queue's head; whoever shares a key with someone ahead of him stays, in order. */
  const take = (): Waiting<T, R>[] => {
    const batch: Waiting<T, R>[] = [];
    const left: Waiting<T, R>[] = [];
    const blocked = new Set<string>();
    let events = 0;
    let bytes = 0;
    let at = 0;
    for (; at < queue.length; at++) {
      const waiting = queue[at]!;
      const size = options.sizeOf(waiting.item);
      const full =
        batch.length > 0 &&
        (events + size.events > options.maxEvents || bytes + size.bytes > options.maxBytes);
      if (full) break;
      if (waiting.keys.some((key) => busyKeys.has(key) || (blocked.size > 0 && blocked.has(key)))) {
        for (const key of waiting.keys) blocked.add(key);
        left.push(waiting);
        continue;
      }
      for (const key of waiting.keys) busyKeys.add(key);
      batch.push(waiting);
      events += size.events;
      bytes += size.bytes;
    }
    queue = at === queue.length ? left : left.concat(queue.slice(at));
    queuedEvents -= events;
    return batch;
  };

  const run = async (batch: Waiting<T, R>[], lane: number): Promise<void> => {
    try {
      const results = await options.flush(batch.map(({ item }) => item), lane); // prettier-ignore
      batch.forEach((waiting, i) => waiting.resolve(results[i]!));
    } catch (error) {
      if (batch.length > 1 && options.separate(error)) await runAlone(batch, lane);
      else for (const waiting of batch) waiting.reject(error);
    }
    for (const waiting of batch) for (const key of waiting.keys) busyKeys.delete(key);
    pending -= batch.length;
    freeLanes.push(lane);
    if (closed && pending === 0) closed.resolve();
    schedule();
  };

  const runAlone = async (batch: Waiting<T, R>[], lane: number): Promise<void> => {
    for (const waiting of batch) {
      try {
        waiting.resolve((await options.flush([waiting.item], lane))[0]!);
      } catch (error) {
        waiting.reject(error);
      }
    }
  };

  return {
    get pending() {
      return pending;
    },
    submit(item) {
      if (closed) return Promise.reject(options.refuse('closed'));
      if (pending >= options.maxPending) return Promise.reject(options.refuse('full'));
      return new Promise<R>((resolve, reject) => {
        pending++;
        queue.push({ item, keys: options.keysOf(item), resolve, reject });
        queuedEvents += options.sizeOf(item).events;
        // A bulk need not wait for its caller to pause: one flush goes out while he prepares the next.
        if (queuedEvents >= options.enoughEvents && freeLanes.length > 0) start();
        else schedule();
      });
    },
    close() {
      closed ??= Promise.withResolvers<void>();
      if (pending === 0) closed.resolve();
      return closed.promise;
    },
  };
}
