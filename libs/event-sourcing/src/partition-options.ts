import type pg from 'pg';
import type { Logger } from 'pino';
import type { PartitionReader } from './kafka.js';
import type { EventMetrics } from './metrics.js';
import type { AnyProjection } from './projected-event.js';

export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  /** Highest store position in the read model. */
  readonly position: number;
  /** Offset of the message that carried it, -1 for none. */
  readonly offset: number;
  /** Next offset to look at. */
  readonly next: number;
  /** Messages on Kafka that were not looked at yet. */
  readonly lag: number;
  /** Age of the last applied event while messages wait, else 0. */
  readonly secondsBehind: number;
  /** The message that stopped the partition. */
  readonly stopped?: {
    readonly offset: number;
    readonly position?: number;
    readonly reason: string;
    readonly since: Date;
  };
  /** What is being retried just now: a broker or a database that is away. */
  readonly retrying?: string;
}

export interface PartitionOptions {
  readonly pool: pg.Pool;
  readonly schema: string;
  readonly topic: string;
  readonly partition: number;
  readonly projections: readonly AnyProjection[];
  readonly reader: PartitionReader;
  readonly metrics: EventMetrics;
  readonly logger: Logger;
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** Commits need not survive a crash of the database (a rebuild is run again then). */
  readonly fast: boolean;
  readonly onProgress: (nextOffset: number) => void;
}
