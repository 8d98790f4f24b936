import type pg from 'pg';
import { pino, type Logger } from 'pino';
import type { Kafka, Membership } from './kafka.js';
import { eventMetrics, type EventMetrics } from './metrics.js';
import { BackOff, Pause } from './pause.js';
import type { AnyProjection } from './projected-event.js';
import type { PartitionStatus } from './partition-options.js';
import { PartitionProjector } from './projector-partition.js';

export { waitForPosition, type PositionToken } from './position-waiters.js';
export { projectorSql, skipMessage, type SkipRequest } from './projector-store.js';
export type { PartitionStatus } from './partition-options.js';
export type { AnyProjection, ProjectedEvent, Projection } from './projected-event.js';

export interface ProjectorOptions {
  /** Needs a connection for each partition at work. */
  readonly pool: pg.Pool;
  /** Schema of the read model, with the tables of {@link projectorSql}. */
  readonly schema: string;
  readonly kafka: Kafka;
  /** Consumer group: its members share the partitions. */
  readonly groupId: string;
  /** Several may read one topic; they share its decoding and the transaction. */
  readonly projections: readonly AnyProjection[];
  readonly metrics?: EventMetrics;
  readonly logger?: Logger;
  /** Events in one transaction at most. */
  readonly maxEvents?: number;
  /** Bytes of one fetch of one partition; another one is read ahead. */
  readonly maxBytes?: number;
  /** After how long without a sign of life a member's partitions go to others, ms. */
  readonly sessionTimeoutMs?: number;
  /** For rebuilds: commit without waiting for the disk. */
  readonly fast?: boolean;
}

export interface ProjectorStatus {
  readonly partitions: readonly PartitionStatus[];
  /** False while this instance has no place in the group yet. */
  readonly joined: boolean;
}

export interface Projector {
  /** Ends after the transactions that run. */
  stop(): Promise<void>;
  status(): ProjectorStatus;
}

/**
 * Keeps read models up to date: each event counts once, in order per stream, whatever dies in between. What is already
 * in is told by the store position in the checkpoint, which moves in the transaction of the rows.
 */
export function startProjector(options: ProjectorOptions): Projector {
  const logger = options.logger ?? pino({ level: 'silent' });
  const metrics = options.metrics ?? eventMetrics();
  const byTopic = new Map<string, AnyProjection[]>();
  for (const projection of options.projections) {
    byTopic.set(projection.topic.name, [...(byTopic.get(projection.topic.name) ?? []), projection]);
  }
  const workers = new Map<string, PartitionProjector>();
  const leaving = new Set<Promise<void>>();
  const pause = new Pause();
  let membership: Membership | undefined;
  let joined = false;
  let stopping = false;

  function assign(assignment: ReadonlyMap<string, readonly number[]>): void {
    if (stopping) return;
    joined = true;
    const wanted = new Set<string>();
    for (const [topic, partitions] of assignment) {
      for (const partition of partitions) {
        const key = `${topic}/${partition}`;
        wanted.add(key);
        if (!workers.has(key)) workers.set(key, work(topic, partition));
      }
    }
    for (const [key, worker] of workers) {
      if (wanted.has(key)) continue;
      workers.delete(key);
      const gone = worker.stop().finally(() => leaving.delete(gone));
      leaving.add(gone);
    }
    logger.info({ groupId: options.groupId, partitions: [...wanted] }, 'partitions assigned');
  }

  function work(topic: string, partition: number): PartitionProjector {
    return new PartitionProjector({
      pool: options.pool,
      schema: options.schema,
      topic,
      partition,
      projections: byTopic.get(topic) ?? [],
      reader: options.kafka.reader(topic, partition),
      metrics,
      logger,
      maxEvents: options.maxEvents ?? 5000,
      maxBytes: options.maxBytes ?? 2 * 1024 * 1024,
      fast: options.fast ?? false,
      onProgress: (nextOffset) => membership?.report(topic, partition, nextOffset),
    });
  }

  async function begin(): Promise<void> {
    const topics = options.projections.map(({ topic }) => topic);
    const distinct = [...new Map(topics.map((topic) => [topic.name, topic])).values()];
    const backOff = new BackOff(100, 5000);
    while (!stopping) {
      try {
        // Whoever comes first makes the topics: producers and consumers start in any order.
        await options.kafka.createTopics(distinct);
        break;
      } catch (error) {
        logger.warn({ err: error }, 'Kafka is not there yet, trying again');
        await pause.wait(backOff.ms());
      }
    }
    if (stopping) return;
    membership = options.kafka.join({
      groupId: options.groupId,
      topics: [...byTopic.keys()],
      ...(options.sessionTimeoutMs !== undefined && { sessionTimeoutMs: options.sessionTimeoutMs }),
      onAssigned: assign,
    });
  }

  const begun = begin();
  return {
    status: () => ({ joined, partitions: [...workers.values()].map((worker) => worker.status()) }),
    async stop() {
      stopping = true;
      pause.interrupt();
      await begun;
      await Promise.all([
        membership?.leave(),
        ...[...workers.values()].map((worker) => worker.stop()),
        ...leaving,
      ]);
      workers.clear();
    },
  };
}
