import {
  ApiPage,
  ApiProblems,
  Caller,
  CurrentCaller,
  decodeCursor,
  toPage,
  validationProblem,
} from '@fupin/service';
import type { Page } from '@fupin/service';
import { Controller, Get, Param, Query, Req, Res, StreamableFile, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import type { CsvColumn } from '../http/csv.js';
import { csvAnswer, wantsCsv } from '../http/csv.js';
import { today } from '../http/dates.js';
import { ApiPositionHeader, PositionInterceptor } from '../http/position.interceptor.js';
import { regionFor } from '../http/region-access.js';
import { EVENT_COLUMNS, figureEvent } from './figure.answers.js';
import { FigureEventsQuery, FigureShare } from './figure.dto.js';
import type { Question, Share } from './figure.js';
import { FIGURES, isStock } from './figure.js';
import { eventsBehind } from './figure.queries.js';
import type { Placed, PlaceKey } from './places.js';
import { chunked, take } from './places.js';

/** Every figure can be asked for its events. */
@ApiTags('Roll-up 汇总')
@ApiProblems('projection-behind')
@ApiPositionHeader()
@UseInterceptors(PositionInterceptor)
@Controller('v1/regions/:code/figures/:figure/events')
export class FigureController {
  constructor(private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({ summary: 'The events that make up a figure; their shares add up to it / 数据溯源' })
  @ApiParam({ name: 'code', description: '行政区划代码', example: '422823' })
  @ApiParam({ name: 'figure', description: 'As the answers name it / 指标', enum: FIGURES, example: 'exits' })
  @ApiPage(FigureShare)
  async events(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Param('figure') figure: string,
    @Query() query: FigureEventsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<FigureShare> | StreamableFile> {
    const question = questionOf(regionFor(caller, code, 'code').code, figure, query);
    const item = toItem(question);
    if (wantsCsv(request, query.format)) {
      const rows = chunked(mapped(eventsBehind(this.pool, question), item));
      return csvAnswer(reply, `events-${question.region}-${question.figure}`, COLUMNS, rows);
    }
    const after = decodeCursor(query.cursor, ['string', 'string', 'number']) as PlaceKey | undefined;
    const found = await take(eventsBehind(this.pool, question, after), query.limit + 1);
    return toPage(found, query.limit, ({ key }) => key, item);
  }
}

/** What is asked, checked. 400 for an unknown figure, a period of a stock, or `asOf` beside a period. */
function questionOf(region: string, figure: string, query: FigureEventsQuery): Question {
  const name = FIGURES.find((known) => known === figure);
  if (!name)
    throw validationProblem([
      {
        field: 'figure',
        code: 'enum',
        detail: `The figure is one of ${FIGURES.join(', ')}`,
        detailZh: '没有该指标',
      },
    ]);
  const period = query.from !== undefined || query.to !== undefined;
  if (period && (isStock(name) || query.asOf !== undefined))
    throw validationProblem([
      {
        field: query.from !== undefined ? 'from' : 'to',
        code: 'period',
        detail: 'A period is asked of a flow, without asOf; a stock is asked of a day',
        detailZh: '只有流量指标可按时段查询，且不能与 asOf 同用；存量指标按日查询',
      },
    ]);
  const to = query.asOf ?? query.to ?? today();
  return { figure: name, region, from: query.from, to, knownAt: query.knownAt };
}

const toItem =
  ({ knownAt }: Question) =>
  ({ at, item }: Placed<Share>): FigureShare => ({
    ...figureEvent(at, item.version, item.on, knownAt),
    households: item.households,
    persons: item.persons,
  });

async function* mapped<T, R>(items: AsyncIterable<T>, of: (item: T) => R): AsyncGenerator<R> {
  for await (const item of items) yield of(item);
}

const COLUMNS: readonly CsvColumn<FigureShare>[] = [
  ...EVENT_COLUMNS,
  { header: '户数 households', of: (r) => r.households },
  { header: '人数 persons', of: (r) => r.persons },
];
