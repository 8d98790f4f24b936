import { connectKafka, eventMetrics, skipMessage, startProjector } from '@fupin/event-sourcing';
import type { Kafka, PartitionStatus, Projector, SkipRequest } from '@fupin/event-sourcing';
import { LOGGER, MetricsRegistry, Problem, ReadinessChecks, scrubError, ServiceConfig } from '@fupin/service';
import type { createLogger } from '@fupin/service';
import { Inject, Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import pg from 'pg';
import { ProjectionConfig } from '../config.js';
import { projections, READ_MODEL } from '../read-model.js';
import { recordRebuild, runRebuild } from './rebuilds.js';
import { prepareSchema } from './schema.js';

/** Pause before the tables of another version are looked at again. */
const RETRY_MS = 2_000;

/** Keeps the read models following Kafka while the service runs, and shows how far they are. */
@Injectable()
export class ProjectorService implements OnModuleInit, BeforeApplicationShutdown {
  private readonly kafka: Kafka;
  private projector: Projector | undefined;
  private ending = false;
  /** The rebuild that this instance runs, and how far it is. */
  private rebuilding: { id: number; lag?: number; done: Promise<void> } | undefined;

  constructor(
    private readonly pool: pg.Pool,
    private readonly config: ServiceConfig,
    private readonly settings: ProjectionConfig,
    private readonly metrics: MetricsRegistry,
    private readonly readiness: ReadinessChecks,
    @Inject(LOGGER) private readonly logger: ReturnType<typeof createLogger>,
  ) {
    this.kafka = connectKafka({
      brokers: config.kafkaBrokers,
      clientId: 'fupin-projection',
      logger: this.logger,
    });
  }

  async onModuleInit(): Promise<void> {
    this.readiness.add('database', async () => void (await this.pool.query('SELECT 1')));
    this.readiness.add('projector', () => this.check());
    if ((await prepareSchema(this.pool)) === 'current') return this.start();
    // The tables are an older version's: nothing may be written into them. They are built anew from Kafka first.
    this.logger.warn('the read models are of another version and are being rebuilt');
    void this.renew();
  }

  /** Rebuilds tables of another version, or waits for the instance that does, and starts when they are of this version. */
  private async renew(): Promise<void> {
    while (!this.ending) {
      try {
        await this.rebuild('version');
        await this.rebuilding?.done;
        // Another instance may be at it, or this attempt failed: look for a while, then try again.
        for (let looks = 0; looks < 15 && !this.ending; looks++) {
          if ((await prepareSchema(this.pool)) === 'current') return this.start();
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      } catch (error) {
        this.logger.warn({ err: scrubError(error) }, 'the read models are still of another version');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private start(): void {
    this.projector = startProjector({
      pool: this.pool,
      schema: READ_MODEL,
      kafka: this.kafka,
      groupId: this.settings.PROJECTION_GROUP,
      projections,
      metrics: eventMetrics(this.metrics),
      logger: this.logger,
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ending = true;
    await this.projector?.stop();
    await this.kafka.close();
    await this.pool.end();
  }

  /** Of the partitions that this instance follows; another instance of the group shows its own. */
  partitions(): readonly PartitionStatus[] {
    return this.projector?.status().partitions ?? [];
  }

  /** Starts a rebuild in the background; gives its number. 409 while this instance runs one. */
  async rebuild(requestedBy: string): Promise<number> {
    if (this.rebuilding)
      throw new Problem('rebuild-running', {
        status: 409,
        title: 'A rebuild is running',
        titleZh: '正在重建查询数据',
        detail: `Rebuild ${this.rebuilding.id} has not ended yet`,
        detailZh: `第 ${this.rebuilding.id} 次重建尚未结束`,
      });
    const id = await recordRebuild(this.pool, requestedBy);
    const done = runRebuild(this.pool, this.kafka, id, {
      metrics: eventMetrics(this.metrics),
      onProgress: ({ lag }) => this.rebuilding && (this.rebuilding.lag = lag),
    })
      .catch((error: unknown) => this.logger.error({ err: scrubError(error), rebuild: id }, 'rebuild failed'))
      .finally(() => (this.rebuilding = undefined));
    this.rebuilding = { id, done };
    return id;
  }

  /** Messages that the running rebuild has still to read; undefined when none runs here. */
  rebuildLag(id: number): number | undefined {
    return this.rebuilding?.id === id ? this.rebuilding.lag : undefined;
  }

  /** Records the decision to leave out the message that stops a partition. 409 when it is not one that stops it. */
  async skip(request: SkipRequest): Promise<void> {
    const { rowCount } = await this.pool.query(
      `SELECT FROM ${READ_MODEL}.projector_checkpoints WHERE topic = $1 AND partition = $2 AND stopped_offset = $3`,
      [request.topic, request.partition, request.offset],
    );
    if (rowCount === 0)
      throw new Problem('not-stopped', {
        status: 409,
        title: 'This message stops no partition',
        titleZh: '该消息并未使分区停止',
        field: 'offset',
        detail: 'Only the message that stops its partition can be skipped; see GET /v1/projector',
        detailZh: '只能跳过使分区停止的那条消息',
      });
    await skipMessage(this.pool, READ_MODEL, request);
  }

  private check(): unknown {
    if (!this.projector) throw new Error('the read models are of another version and are being rebuilt');
    const partitions = this.partitions();
    const stopped = partitions.filter((p) => p.stopped);
    if (stopped.length > 0)
      throw new Error(
        stopped.map((p) => `${p.topic}/${p.partition} stopped at offset ${p.stopped?.offset}`).join('; '),
      );
    return { partitions: partitions.length, lag: partitions.reduce((sum, p) => sum + p.lag, 0) };
  }
}
