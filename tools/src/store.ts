/**
 * `npm run store -- verify` recomputes the hash chains of a service's event store and compares them with the copy on Kafka;
 * `npm run store -- events ID` shows a stream as JSON. Works on what DATABASE_URL and KAFKA_BROKERS name, else on the
 * servers of a running `npm start`.
 */
import { fromBinary, toJson, type DescMessage } from '@bufbuild/protobuf';
import { HouseholdEventSchema, TOPICS, YearEventSchema } from '@fupin/contracts';
import { connectKafka, EventStore, verify, type CopiedEvent, type Kafka } from '@fupin/event-sourcing';
import { databaseUrl } from '@fupin/infra';
import { join } from 'node:path';
import pg from 'pg';
import { runningServers } from './running-servers.js';

const HELP = `npm run store -- verify        checks every event: hash chain, gaps, the copy on Kafka; exit code 1 when one does not fit
npm run store -- events ID     the events of one household, or of one closed year, as JSON, one per line
`;

/** The message of each stream type. */
const MESSAGES = new Map<string, DescMessage>([
  ['registry.household', HouseholdEventSchema],
  ['registry.year', YearEventSchema],
]);

const dataDir = join(import.meta.dirname, '..', '..', '.data');

async function* copyOf(kafka: Kafka): AsyncGenerator<CopiedEvent> {
  for (const topic of TOPICS) {
    for await (const { key, value, headers } of kafka.readTopic(topic)) {
      const version = String(headers['ce_id']).split(':')[1];
      yield {
        position: Number(String(headers['fupin_position'])),
        streamId: key,
        version: Number(version),
        payload: value,
      };
    }
  }
}

async function verifyStore(pool: pg.Pool, kafka: Kafka): Promise<void> {
  const report = await verify(pool, { copy: copyOf(kafka) });
  const { first, copy } = report;
  console.log(
    `${report.events} events read, up to position ${report.lastPosition}; ${copy?.compared ?? 0} compared with Kafka, ${copy?.notCopied ?? 0} not there yet`,
  );
  if (first) {
    console.log(
      `DOES NOT FIT: position ${first.position}, event ${first.streamId}:${first.version}: ${first.misfit}`,
    );
    process.exitCode = 1;
  } else console.log('every event fits');
}

async function showEvents(pool: pg.Pool, streamId: string): Promise<void> {
  const store = new EventStore({ pool });
  const events = await store.load(streamId);
  await store.close();
  if (events.length === 0) throw new Error(`no events of ${streamId}`);
  for (const { position, version, streamType, type, payload, hash } of events) {
    const schema = MESSAGES.get(streamType);
    if (!schema) throw new Error(`streams of type ${streamType} are unknown here`);
    const message = toJson(schema, fromBinary(schema, payload));
    console.log(
      JSON.stringify({ position, version, type, message, hash: Buffer.from(hash).toString('hex') }),
    );
  }
}

async function main(): Promise<void> {
  const [command, streamId = ''] = process.argv.slice(2);
  if (command !== 'verify' && command !== 'events') {
    console.log(HELP);
    return;
  }
  const servers = runningServers(dataDir);
  const pool = new pg.Pool({
    connectionString:
      process.env['REGISTRY_DATABASE_URL'] ?? databaseUrl(servers.DATABASE_URL, 'fupin_registry'),
    max: 3,
  });
  const kafka = connectKafka({ brokers: servers.KAFKA_BROKERS });
  try {
    if (command === 'verify') await verifyStore(pool, kafka);
    else await showEvents(pool, streamId);
  } finally {
    await kafka.close();
    await pool.end();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
