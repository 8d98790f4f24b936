import { connectKafka, startRelay } from '@fupin/event-sourcing';
import pg from 'pg';
import { pino } from 'pino';
import { STREAM_TYPE, TOPIC, type ChildConfig } from './shared.js';

const config = JSON.parse(process.argv[2] ?? '{}') as ChildConfig;
const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 2 });
pool.on('error', () => undefined);
const logger = pino({ level: process.env['FAULT_LOG'] ?? 'silent', name: 'relay' });
startRelay({
  pool,
  kafka: connectKafka({ brokers: config.brokers, logger, requestTimeoutMs: 3000 }),
  streamTopics: new Map([[STREAM_TYPE, TOPIC]]),
  source: '/fupin/faults',
  silentLeaderSeconds: 2,
  batchSize: 200,
  logger,
});
process.on('disconnect', () => process.exit(0));
