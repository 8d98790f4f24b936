import { ApiPage, ApiProblems, Caller, CurrentCaller, decodeCursor, Problem, toPage } from '@fupin/service';
import type { Page } from '@fupin/service';
import {
  Controller,
  Get,
  Param,
  ParseIntPipe,
  Query,
  Req,
  Res,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import { EVENT_COLUMNS, figureEvent } from '../figure-events/figure.answers.js';
import type { Placed, PlaceKey } from '../figure-events/places.js';
import { chunked, take } from '../figure-events/places.js';
import type { CsvColumn } from '../http/csv.js';
import { csvAnswer, wantsCsv } from '../http/csv.js';
import { ApiPositionHeader, PositionInterceptor } from '../http/position.interceptor.js';
import { nameOf, regionFor } from '../http/region-access.js';
import { METRIC_LABELS } from '../labels.js';
import type { LateChange } from './changes.js';
import {
  YearChange,
  YearChangesQuery,
  YearClosingItem,
  YearClosingsAnswer,
  YearClosingsQuery,
} from './year.dto.js';
import type { Closing } from './year.queries.js';
import { changesSince, closingsOver } from './year.queries.js';

/** Closed years (年度封库): which, and what has changed since. */
@ApiTags('Year closings 年度封库')
@ApiProblems('projection-behind')
@ApiPositionHeader()
@UseInterceptors(PositionInterceptor)
@ApiParam({ name: 'code', description: '行政区划代码', example: '422823' })
@Controller('v1/regions/:code/year-closings')
export class YearController {
  constructor(private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({ summary: 'The closed years of a region / 已封库年度' })
  @ApiOkResponse({ type: YearClosingsAnswer })
  async closings(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() query: YearClosingsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<YearClosingsAnswer | StreamableFile> {
    const region = regionFor(caller, code, 'code').code;
    const items = (await closingsOver(this.pool, region)).map(toClosing);
    if (wantsCsv(request, query.format))
      return csvAnswer(reply, `year-closings-${region}`, CLOSINGS, [items]);
    return { items };
  }

  @Get(':year')
  @ApiOperation({ summary: 'What changed in a closed year since, event by event / 封库后变更' })
  @ApiParam({ name: 'year', example: 2018 })
  @ApiPage(YearChange)
  async changes(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Param('year', ParseIntPipe) year: number,
    @Query() query: YearChangesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<YearChange> | StreamableFile> {
    const region = regionFor(caller, code, 'code').code;
    const [closing] = await closingsOver(this.pool, region, year);
    if (!closing)
      throw new Problem('not-found', {
        field: 'year',
        detail: `The year ${year} is not closed there`,
        detailZh: `${year} 年度尚未封库`,
      });
    if (wantsCsv(request, query.format))
      return csvAnswer(
        reply,
        `year-closing-${region}-${year}`,
        CHANGES,
        chunked(lines(changesSince(this.pool, closing, region))),
      );
    const after = decodeCursor(query.cursor, ['string', 'string', 'number']) as PlaceKey | undefined;
    const found = await take(changesSince(this.pool, closing, region, after), query.limit + 1);
    return toPage(found, query.limit, ({ key }) => key, toChange);
  }
}

const toClosing = ({ region, recordedAt, ...rest }: Closing): YearClosingItem => ({
  ...rest,
  region,
  name: nameOf(region),
  recordedAt: recordedAt.toISOString(),
});

const toChange = ({ at, item }: Placed<LateChange>): YearChange => ({
  ...figureEvent(at, item.version, item.on),
  changes: item.changes.map((change) => ({ ...change, labelZh: METRIC_LABELS[change.metric].zh })),
});

type Line = Omit<YearChange, 'changes'> & YearChange['changes'][number];

/** One line for each metric that an event changed. */
async function* lines(found: AsyncIterable<Placed<LateChange>>): AsyncGenerator<Line> {
  for await (const placed of found) {
    const { changes, ...event } = toChange(placed);
    for (const change of changes) yield { ...event, ...change };
  }
}

const CLOSINGS: readonly CsvColumn<YearClosingItem>[] = [
  { header: '年份 year', of: (r) => r.year },
  { header: '区划代码 region', of: (r) => r.region },
  { header: '区划名称 name', of: (r) => r.name },
  { header: '封库日 known on', of: (r) => r.knownOn },
  { header: '录入时间 recorded at', of: (r) => r.recordedAt },
  { header: '事件 event', of: (r) => r.eventId },
];
const CHANGES: readonly CsvColumn<Line>[] = [
  ...EVENT_COLUMNS,
  { header: '指标 metric', of: (r) => `${r.labelZh} ${r.metric}` },
  { header: '户数变化 households', of: (r) => r.households },
  { header: '人数变化 persons', of: (r) => r.persons },
];
