import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * Makes the database `name` unless it is there, and gives its URL. `adminUrl` is a URL of any database of the server by
 * a role that may create one.
 */
export async function createDatabase(adminUrl: string, name: string): Promise<string> {
  if (!/^[a-z_][a-z0-9_-]{0,62}$/.test(name))
    throw new RangeError(`not a name for a database: ${JSON.stringify(name)}`);
  await asAdmin(adminUrl, async (client) => {
    try {
      await client.query(`create database ${pg.escapeIdentifier(name)}`);
    } catch (error) {
      // duplicate_database; unique_violation when two create it at the same moment
      const code = (error as { code?: string }).code;
      if (code !== '42P04' && code !== '23505') throw error;
    }
  });
  return databaseUrl(adminUrl, name);
}

/** A new, empty database for one test: `<prefix>_<random>`. Gives its URL. */
export function freshDatabase(adminUrl: string, prefix: string): Promise<string> {
  return createDatabase(adminUrl, `${prefix}_${randomBytes(5).toString('hex')}`);
}

/** Removes the database of `url`, ending the sessions in it. */
export async function dropDatabase(adminUrl: string, url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  await asAdmin(adminUrl, (client) =>
    client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`),
  );
}

/** The URL of another database of the same server. */
export function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

async function asAdmin(adminUrl: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
