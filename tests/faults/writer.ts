// A process of 16 writers who append to the same streams as those of the other process, with random pauses and now and
// then a transaction that stays open. What the store acknowledges is reported to the parent.
import { createHash, randomInt, randomUUID } from 'node:crypto';
import { EventStore, type AppendOutcome, type AppendRequest } from '@fupin/event-sourcing';
import pg from 'pg';
import { encode, sleep, STREAM_TYPE, type Acknowledged, type ChildConfig } from './shared.js';

const config = JSON.parse(process.argv[2] ?? '{}') as ChildConfig;
const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 8 });
pool.on('error', () => undefined);
const store = new EventStore({ pool });
const versions = new Map<string, number>();
let running = true;

process.on('message', () => (running = false));
process.on('disconnect', () => process.exit(0));

function request(streamId: string, expectedVersion: number): AppendRequest {
  const key = randomUUID();
  const events = Array.from({ length: randomInt(1, 4) }, (_, i) => ({
    type: 'ExitPlanned',
    occurredOn: '2018-06-30',
    recordedAt: new Date(),
    payload: encode(expectedVersion + i + 1, randomInt(1, 10)),
  }));
  return {
    streams: [{ streamId, streamType: STREAM_TYPE, expectedVersion, events }],
    idempotency: { key, fingerprint: createHash('sha256').update(key).digest() },
  };
}

/** Appends until the answer is known: a lost connection leaves it open, the idempotency key makes it safe to repeat. */
async function surely(wanted: AppendRequest): Promise<AppendOutcome> {
  for (;;) {
    try {
      return await store.append(wanted);
    } catch {
      await sleep(randomInt(50, 200));
    }
  }
}

function tell(streamId: string, outcome: AppendOutcome): void {
  if (outcome.outcome === 'versionConflict') versions.set(streamId, outcome.actual);
  const done =
    outcome.outcome === 'appended'
      ? outcome.streams[0]
      : outcome.outcome === 'replayed'
        ? outcome
        : undefined;
  if (done === undefined) return;
  const { firstVersion, lastVersion } = done;
  versions.set(streamId, Math.max(versions.get(streamId) ?? 0, lastVersion));
  process.send?.({ stream: streamId, firstVersion, lastVersion } satisfies Acknowledged);
}

async function write(): Promise<void> {
  while (running) {
    const streamId = config.streams[randomInt(config.streams.length)] ?? '';
    const wanted = request(streamId, versions.get(streamId) ?? 0);
    if (randomInt(200) === 0) {
      // A transaction that has its positions and stays open. Whether it was committed when the database died under it
      // is for the test's comparison with the table to find out.
      const outcome = await store
        .exclusively(async (locked) => {
          const result = await locked.append(wanted);
          await sleep(randomInt(20, 200));
          return result;
        })
        .catch(() => undefined);
      if (outcome !== undefined) tell(streamId, outcome);
    } else {
      tell(streamId, await surely(wanted));
    }
    await sleep(randomInt(0, 40));
  }
}

await Promise.all(Array.from({ length: 16 }, write));
await store.close();
await pool.end();
process.send?.('done', () => process.exit(0));
