import pg from 'pg';
import { DataSource, type Logger, type MigrationInterface } from 'typeorm';

export interface PoolOptions {
  /** Connections at most; 10 by default. */
  readonly max?: number;
  /** Shows in pg_stat_activity. */
  readonly name?: string;
  /** Called when an idle connection breaks (a restart of the server); the pool opens another by itself. */
  readonly onError?: (error: Error) => void;
}

/** A connection pool that survives a restart of the server and gives up connecting after five seconds. */
export function createPool(url: string, options: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.name ?? 'fupin',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Without a listener a broken idle connection would end the process.
  pool.on('error', (error) => options.onError?.(error));
  return pool;
}

const nothing = (): void => undefined;
const SILENT: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};

/** Any number will do as long as all instances use the same: 'FUPN' in ASCII. */
const MIGRATION_LOCK = 0x4655504e;

/**
 * Brings the database of `url` up to date: creates it when the server has none of that name, then runs the TypeORM migration
 * classes that have not run, each in a transaction of its own. Instances that start at once wait for each other. Returns the
 * names of the migrations that ran. Throws when the server cannot be reached or a migration fails.
 */
export async function migrate(options: {
  readonly url: string;
  readonly migrations: readonly (new () => MigrationInterface)[];
}): Promise<string[]> {
  await createDatabaseIfAbsent(options.url);
  const guard = new pg.Client({ connectionString: options.url, application_name: 'fupin migrate' });
  await guard.connect();
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const source = await new DataSource({
      type: 'postgres',
      url: options.url,
      migrations: [...options.migrations],
      migrationsTableName: 'migrations',
      // What goes wrong is thrown; TypeORM's own lines would break the JSON log.
      logger: SILENT,
    }).initialize();
    try {
      const ran = await source.runMigrations({ transaction: 'each' });
      return ran.map((one) => one.name);
    } finally {
      await source.destroy();
    }
  } finally {
    // Ending the session gives the lock back.
    await guard.end();
  }
}

async function createDatabaseIfAbsent(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  if (await canConnect(url)) return;
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const admin = new pg.Client({
    connectionString: maintenance.toString(),
    application_name: 'fupin migrate',
  });
  await admin.connect();
  try {
    await admin.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0)
      await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0 ENCODING 'UTF8'`);
  } finally {
    await admin.end();
  }
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === '3D000') return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
