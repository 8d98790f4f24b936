export { createDatabase, databaseUrl, dropDatabase, freshDatabase } from './databases.js';
export { KafkaUnavailable } from './kafka-jars.js';
export { startKafka, type KafkaOptions, type KafkaServer } from './kafka.js';
export { freePort, PortInUse } from './ports.js';
export { startPostgres, type PostgresOptions, type PostgresServer } from './postgres.js';
export type { RunningServer } from './server.js';
export { startServers, type Servers, type ServerSource, type ServersOptions } from './servers.js';
