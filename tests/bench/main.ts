/**
 * `npm run bench`: measures the store, the relay and the projection beside their limits and peers, on one server, in one
 * run. The ratio counts, not the absolute figure. `-- --help` lists the options.
 */
import { freshDatabase, startServers } from '@fupin/infra';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchAppend } from './append.js';
import { benchBatch } from './batch.js';
import { benchLoad } from './load.js';
import { table, type Row } from './measure.js';
import { installPeers } from './peers.js';
import { benchProjection } from './projection.js';
import { benchProvince, PROVINCE_HELP } from './province/main.js';
import { benchRelay } from './relay.js';

/** What every group of the benchmark is given. */
export interface BenchContext {
  /** Makes an empty database on the server under test and gives its URL. */
  readonly freshDatabase: (prefix: string) => Promise<string>;
  readonly brokers: string;
  readonly rounds: number;
  /** Length of one timed stretch. */
  readonly seconds: number;
  readonly log: (line: string) => void;
}

const GROUPS: Readonly<Record<string, (context: BenchContext) => Promise<Row[]>>> = {
  append: benchAppend,
  batch: benchBatch,
  load: benchLoad,
  relay: benchRelay,
  projection: benchProjection,
};

const HELP = `npm run bench [-- options]

  --only GROUP    one of ${Object.keys(GROUPS).join(', ')}; may be repeated (all by default)
  --rounds N      rounds of each contestant, the median counts (default 3)
  --seconds N     length of one timed stretch (default 3)
  --out FILE      also write the table as Markdown to FILE
${PROVINCE_HELP}`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    out: { type: 'string' },
    scale: { type: 'string' },
    households: { type: 'string' },
    years: { type: 'string', default: '7' },
    'only-largest': { type: 'boolean', default: false },
    folder: { type: 'string' },
    plot: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.scale !== undefined || values.households !== undefined) {
    await benchProvince({
      scale: values.scale ?? String(values.households),
      households: values.households === undefined ? undefined : Number(values.households),
      years: Number(values.years),
      onlyLargest: values['only-largest'],
      folder: values.folder,
      out: values.out,
      plot: values.plot,
    });
    return;
  }
  const names = values.only ?? Object.keys(GROUPS);
  const unknown = names.find((name) => !(name in GROUPS));
  if (unknown !== undefined)
    throw new Error(`no group ${unknown}; there are ${Object.keys(GROUPS).join(', ')}`);
  const log = (line: string): void => console.log(line);
  installPeers(log);
  // The benchmark's server writes to disk for real: fsync and synchronous_commit stay on.
  const servers = await startServers({ postgres: true, kafka: true, durable: true });
  try {
    const context: BenchContext = {
      freshDatabase: (prefix) => freshDatabase(servers.postgres.adminUrl, prefix),
      brokers: servers.kafka.brokers,
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      log,
    };
    const rows: Row[] = [];
    for (const name of names) {
      log(`${name} …`);
      rows.push(...((await GROUPS[name]?.(context)) ?? []));
    }
    const cpu = cpus()[0]?.model.trim() ?? 'unknown CPU';
    const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpu}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, PostgreSQL ${servers.postgres.source}, Kafka ${servers.kafka.source}; ${values.rounds} rounds of ${values.seconds} s`;
    const text = `${machine}\n\n${table(rows)}\n`;
    console.log(`\n${text}`);
    if (values.out !== undefined) {
      mkdirSync(join(values.out, '..'), { recursive: true });
      writeFileSync(values.out, text);
    }
  } finally {
    await servers.stop();
  }
}

await main();
