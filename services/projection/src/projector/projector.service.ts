import { connectKafka, eventMetrics, skipMessage, startProjector } from '@fupin/event-sourcing';
import type { Kafka, PartitionStatus, Projector, SkipRequest } from '@fupin/event-sourcing';
import { createLogger, MetricsRegistry, migrate, Problem, ReadinessChecks, ServiceConfig } from '@fupin/service';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import pg from 'pg';
import { Reference1700000000001 } from '../../migrations/1-reference.js';
import { ProjectionConfig } from '../config.js';
import { householdProjection, READ_MODEL } from '../read-model.js';
import { prepareSchema } from './schema.js';

/** Keeps the read models following Kafka while the service runs, and shows how far they are. */
@Injectable()
export class ProjectorService implements OnModuleInit, BeforeApplicationShutdown {
  private readonly kafka: Kafka;
  private projector: Projector | undefined;

  constructor(
    private readonly pool: pg.Pool,
    private readonly config: ServiceConfig,
    private readonly settings: ProjectionConfig,
    private readonly metrics: MetricsRegistry,
    private readonly readiness: ReadinessChecks,
  ) {
    this.kafka = connectKafka({ brokers: config.kafkaBrokers, clientId: 'fupin-projection' });
  }

  async onModuleInit(): Promise<void> {
    await migrate({ url: this.config.databaseUrl, migrations: [Reference1700000000001] });
    await prepareSchema(this.pool);
    this.projector = startProjector({
      pool: this.pool,
      schema: READ_MODEL,
      kafka: this.kafka,
      groupId: this.settings.PROJECTION_GROUP,
      projections: [householdProjection],
      metrics: eventMetrics(this.metrics),
      logger: createLogger(this.config),
    });
    this.readiness.add('database', async () => void (await this.pool.query('SELECT 1')));
    this.readiness.add('projector', () => this.check());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.projector?.stop();
    await this.kafka.close();
    await this.pool.end();
  }

  /** Of the partitions that this instance follows; another instance of the group shows its own. */
  partitions(): readonly PartitionStatus[] {
    return this.projector?.status().partitions ?? [];
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
    const partitions = this.partitions();
    const stopped = partitions.filter((p) => p.stopped);
    if (stopped.length > 0)
      throw new Error(stopped.map((p) => `${p.topic}/${p.partition} stopped at offset ${p.stopped?.offset}`).join('; '));
    return { partitions: partitions.length, lag: partitions.reduce((sum, p) => sum + p.lag, 0) };
  }
}
