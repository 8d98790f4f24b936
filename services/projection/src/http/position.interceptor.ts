import { waitForPosition } from '@fupin/event-sourcing';
import { defineProblems, parsePosition, POSITION_HEADER, Problem } from '@fupin/service';
import { applyDecorators, Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import pg from 'pg';
import type { Observable } from 'rxjs';
import { ProjectionConfig } from '../config.js';
import { projections, READ_MODEL } from '../read-model.js';

defineProblems({
  'projection-behind': {
    status: 503,
    title: 'The read model does not show that change yet',
    titleZh: '查询数据尚未同步到该变更',
  },
});

export const ApiPositionHeader = () =>
  applyDecorators(
    ApiHeader({
      name: POSITION_HEADER,
      required: false,
      description:
        "Position of a command's answer: the query waits briefly until it shows that change, else 503",
      example: 'fupin.registry.household.v1:3:1842',
    }),
  );

/** Read your own writes: a query that carries a position waits until the read model has it, or says how far behind it is. */
@Injectable()
export class PositionInterceptor implements NestInterceptor {
  constructor(
    private readonly pool: pg.Pool,
    private readonly config: ProjectionConfig,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const header = context.switchToHttp().getRequest<FastifyRequest>().headers[POSITION_HEADER.toLowerCase()];
    if (typeof header === 'string') await this.reach(header);
    return next.handle();
  }

  private async reach(header: string): Promise<void> {
    const token = parsePosition(header);
    const topic = projections.map((projection) => projection.topic).find(({ name }) => name === token.topic);
    if (!topic || token.partition >= topic.partitions)
      throw new Problem('malformed-request', {
        field: POSITION_HEADER,
        detail: `Nothing here follows partition ${token.partition} of ${token.topic}`,
        detailZh: '位置标记所指的主题或分区不存在',
      });
    if (await waitForPosition(this.pool, READ_MODEL, token, this.config.POSITION_WAIT_MS)) return;
    const { rows } = await this.pool.query<{ position: string }>(
      `SELECT position FROM ${READ_MODEL}.projector_checkpoints WHERE topic = $1 AND partition = $2`,
      [token.topic, token.partition],
    );
    throw new Problem('projection-behind', {
      field: POSITION_HEADER,
      detail: `Position ${token.position} was asked for, the read model is at ${rows[0]?.position ?? 0}`,
      detailZh: `所需位置为 ${token.position}，目前为 ${rows[0]?.position ?? 0}，请稍后重试`,
      headers: { 'retry-after': '1' },
    });
  }
}
