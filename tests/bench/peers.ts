import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

const folder = join(import.meta.dirname, 'peers');

/** Installs the peers on demand: they weigh nothing on `npm ci` for those who never run the benchmark. */
export function installPeers(log: (line: string) => void): void {
  if (existsSync(join(folder, 'node_modules'))) return;
  log('installing the peers (Emmett, message-db) …');
  execFileSync('npm', ['install', '--workspaces=false', '--no-audit', '--no-fund', '--silent'], {
    cwd: folder,
    stdio: 'inherit',
  });
}

/** An event store that appends one event and loads one stream; all that the benchmark asks of a peer. */
export interface PeerStore {
  append(stream: string, expectedVersion: number, events: readonly Uint8Array[]): Promise<void>;
  load(stream: string): Promise<number>;
  close(): Promise<void>;
}

interface EmmettStore {
  appendToStream(
    name: string,
    events: { type: string; data: unknown }[],
    options?: { expectedStreamVersion?: bigint },
  ): Promise<unknown>;
  readStream(name: string): Promise<{ events: unknown[] }>;
  close(): Promise<void>;
  schema?: { migrate(): Promise<unknown> };
}

/** The payload of our events as JSON of about the same size: Emmett and message-db keep JSON. */
const asJson = (payload: Uint8Array): { body: string } => ({
  body: Buffer.from(payload)
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '.'),
});

export async function emmett(url: string): Promise<PeerStore> {
  const require = createRequire(join(folder, 'package.json'));
  const module = (await import(
    pathToFileURL(require.resolve('@event-driven-io/emmett-postgresql')).href
  )) as {
    getPostgreSQLEventStore?: (url: string) => EmmettStore;
    default?: { getPostgreSQLEventStore: (url: string) => EmmettStore };
  };
  const create = module.getPostgreSQLEventStore ?? module.default?.getPostgreSQLEventStore;
  if (!create) throw new Error('emmett-postgresql exports no getPostgreSQLEventStore');
  const store = create(url);
  await store.schema?.migrate();
  return {
    append: async (stream, expectedVersion, events) => {
      await store.appendToStream(
        stream,
        events.map((payload) => ({ type: 'Happened', data: asJson(payload) })),
        { expectedStreamVersion: BigInt(expectedVersion) },
      );
    },
    load: async (stream) => (await store.readStream(stream)).events.length,
    close: () => store.close(),
  };
}

/** message-db is SQL: its files are loaded in the order of its own install.sh, without psql. */
export async function messageDb(url: string): Promise<PeerStore> {
  const sql = join(folder, 'node_modules', '@eventide', 'message-db', 'database');
  const pool = new pg.Pool({ connectionString: url, max: 32 });
  pool.on('connect', (client) => void client.query('set search_path to message_store, public'));
  const install = await pool.connect();
  try {
    const files = [
      'roles/message-store.sql',
      'schema/message-store.sql',
      'extensions/pgcrypto.sql',
      'tables/messages.sql',
      'types/message.sql',
    ];
    // The functions call each other, so the order does not matter to PL/pgSQL but for those in SQL.
    const functions = readdirSync(join(sql, 'functions')).map((file) => `functions/${file}`);
    const indexes = readdirSync(join(sql, 'indexes')).map((file) => `indexes/${file}`);
    await install.query('set search_path to message_store, public; set check_function_bodies = off');
    for (const file of [...files, ...functions, ...indexes]) {
      await install.query(
        readFileSync(join(sql, file), 'utf8')
          .replaceAll(/^\\.*$/gm, '')
          .replaceAll('CONCURRENTLY', ''),
      );
    }
  } finally {
    install.release();
  }
  return {
    append: async (stream, expectedVersion, events) => {
      for (const [offset, payload] of events.entries()) {
        await pool.query({
          name: 'write',
          text: 'select message_store.write_message($1, $2, $3, $4, null, $5)',
          values: [crypto.randomUUID(), stream, 'Happened', asJson(payload), expectedVersion - 1 + offset],
        });
      }
    },
    load: async (stream) => {
      const { rows } = await pool.query({
        name: 'read',
        text: 'select * from message_store.get_stream_messages($1)',
        values: [stream],
      });
      return rows.length;
    },
    close: () => pool.end(),
  };
}
