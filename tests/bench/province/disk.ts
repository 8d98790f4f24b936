import type pg from 'pg';
import { freeBytes, sizeOfFolder } from './measure.js';
import type { System } from './system.js';

/** Disk that the data takes, in bytes. */
export interface DiskUse {
  /** The table of events with its indexes. */
  readonly events: number;
  /** Claims and idempotency keys, vault, directory, outcomes of the imports. */
  readonly restOfRegistry: number;
  /** The log of the topic; NaN where this run's Kafka keeps it elsewhere. */
  readonly kafka: number;
  readonly readModels: number;
}

export async function diskUse({ store, readModels, kafkaFolder }: System): Promise<DiskUse> {
  const [events = 0] = await sizes(store, `select pg_total_relation_size('events')`);
  const [registry = 0] = await sizes(store, 'select pg_database_size(current_database())');
  const [projection = 0] = await sizes(
    readModels,
    `select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'read_model' and c.relkind in ('r', 'm')`,
  );
  const kafka = await sizeOfFolder(kafkaFolder);
  return {
    events,
    restOfRegistry: registry - events,
    kafka: kafka > 0 ? kafka : Number.NaN,
    readModels: projection,
  };
}

async function sizes(pool: pg.Pool, sql: string): Promise<number[]> {
  const { rows } = await pool.query<[string]>({ text: sql, rowMode: 'array' });
  return rows.map(([size]) => Number(size));
}

/** Room beside the data: write-ahead log, an upload waiting for its turn, temporary files. */
const BESIDE = 12 * 2 ** 30;

/** Bytes that a size needs at its peak, after what a smaller one took: the read models twice, for the rebuild. */
export function needed(use: DiskUse, households: number, wanted: number): number {
  const { events, restOfRegistry, kafka, readModels } = use;
  const data = events + restOfRegistry + (Number.isNaN(kafka) ? 0 : kafka) + 2 * readModels;
  return (data * wanted) / households + Math.min(BESIDE, (BESIDE * wanted) / 100_000);
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/**
 * Says what the next size needs and what there is. Throws when it does not fit, with the largest number of households
 * that does.
 */
export async function assertFits(
  folder: string,
  use: DiskUse,
  households: number,
  wanted: number,
  log: (line: string) => void,
): Promise<void> {
  const need = needed(use, households, wanted);
  const free = await freeBytes(folder);
  log(`  ${wanted} households need about ${gigabytes(need)} of disk; ${gigabytes(free)} are free`);
  if (need <= free * 0.95) return;
  const most = Math.floor((wanted * (free * 0.95)) / need / 10_000) * 10_000;
  throw new Error(
    `not enough disk for ${wanted} households: about ${gigabytes(need)} are needed, ${gigabytes(free)} are free; about ${most} households fit (--households ${most})`,
  );
}
