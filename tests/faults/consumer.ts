import { connectKafka, startProjector } from '@fupin/event-sourcing';
import pg from 'pg';
import { pino } from 'pino';
import { counting, SCHEMA, type ChildConfig } from './shared.js';

const config = JSON.parse(process.argv[2] ?? '{}') as ChildConfig;
const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 8 });
pool.on('error', () => undefined);
const logger = pino({ level: process.env['FAULT_LOG'] ?? 'silent', name: 'consumer' });
const projector = startProjector({
  pool,
  schema: SCHEMA,
  kafka: connectKafka({ brokers: config.brokers, logger, requestTimeoutMs: 3000 }),
  groupId: 'faults',
  projections: [counting],
  sessionTimeoutMs: 2000,
  logger,
});
process.on('message', () => process.send?.(projector.status()));
process.on('disconnect', () => process.exit(0));
