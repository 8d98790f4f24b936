import type { PartitionStatus } from '@fupin/event-sourcing';
import { ApiProblems, Caller, CurrentCaller, RequireScope } from '@fupin/service';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import pg from 'pg';
import { READ_MODEL } from '../read-model.js';
import {
  PartitionAnswer,
  ProjectorAnswer,
  RebuildsAnswer,
  RebuildStarted,
  SkipAnswer,
  SkipBody,
} from './projector.dto.js';
import { ProjectorService } from './projector.service.js';
import { latestRebuilds } from './rebuilds.js';

/** Scope of the operators' commands. */
const OPERATE = 'projection:operate';

interface CheckpointRow {
  topic: string;
  partition: number;
  position: string;
  offset: string;
  stopped_offset: string | null;
  stopped_position: string | null;
  stopped_reason: string | null;
  stopped_at: Date | null;
}

/** How far the read models are, and what an operator can do about them. */
@ApiTags('Projector 同步')
@Controller('v1/projector')
export class ProjectorController {
  constructor(
    private readonly pool: pg.Pool,
    private readonly projector: ProjectorService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'How far the read models are / 同步状态' })
  @ApiOkResponse({ type: ProjectorAnswer })
  async status(): Promise<ProjectorAnswer> {
    const { rows } = await this.pool.query<CheckpointRow>(
      `SELECT topic, partition, position, "offset", stopped_offset, stopped_position, stopped_reason, stopped_at
       FROM ${READ_MODEL}.projector_checkpoints ORDER BY topic, partition`,
    );
    const own = this.projector.partitions();
    const partitions = rows.map((row) => toAnswer(row, own));
    return { lag: partitions.reduce((sum, p) => sum + (p.lag ?? 0), 0), partitions };
  }

  @Get('rebuilds')
  @ApiOperation({ summary: 'The latest rebuilds / 重建记录' })
  @ApiOkResponse({ type: RebuildsAnswer })
  async rebuilds(): Promise<RebuildsAnswer> {
    const records = await latestRebuilds(this.pool);
    return {
      items: records.map((record) => {
        const lag = this.projector.rebuildLag(record.id);
        return {
          ...record,
          startedAt: record.startedAt.toISOString(),
          finishedAt: record.finishedAt?.toISOString() ?? null,
          ...(lag === undefined ? {} : { lag }),
        };
      }),
    };
  }

  @Post('rebuilds')
  @HttpCode(202)
  @RequireScope(OPERATE)
  @ApiProblems('rebuild-running')
  @ApiOperation({ summary: 'Build all read models anew from Kafka while the old ones serve / 重建查询数据' })
  @ApiAcceptedResponse({ type: RebuildStarted })
  async rebuild(@CurrentCaller() caller: Caller): Promise<RebuildStarted> {
    return { id: await this.projector.rebuild(`${caller.role} ${caller.subject}`) };
  }

  @Post('skips')
  @HttpCode(202)
  @RequireScope(OPERATE)
  @ApiProblems('not-stopped')
  @ApiOperation({
    summary: 'Leave out the message that stops a partition; the decision is recorded / 跳过消息',
  })
  @ApiAcceptedResponse({ type: SkipAnswer })
  async skip(@CurrentCaller() caller: Caller, @Body() body: SkipBody): Promise<SkipAnswer> {
    await this.projector.skip({ ...body, by: `${caller.role} ${caller.subject}` });
    return { outcome: 'recorded' };
  }
}

function toAnswer(row: CheckpointRow, own: readonly PartitionStatus[]): PartitionAnswer {
  const here = own.find((p) => p.topic === row.topic && p.partition === row.partition);
  return {
    topic: row.topic,
    partition: row.partition,
    position: Number(row.position),
    offset: Number(row.offset),
    ...(here && { lag: here.lag, secondsBehind: Math.round(here.secondsBehind * 10) / 10 }),
    ...(row.stopped_offset !== null && {
      stopped: {
        offset: Number(row.stopped_offset),
        ...(row.stopped_position !== null && { position: Number(row.stopped_position) }),
        reason: row.stopped_reason ?? '',
        since: row.stopped_at?.toISOString() ?? '',
      },
    }),
    ...(here?.retrying !== undefined && { retrying: here.retrying }),
  };
}
