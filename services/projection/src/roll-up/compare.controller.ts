import { yearOf } from '@fupin/domain';
import { ApiProblems, Caller, CurrentCaller } from '@fupin/service';
import { Controller, Get, Query, Req, Res, StreamableFile, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import { csvAnswer, wantsCsv } from '../http/csv.js';
import { asOf } from '../http/dates.js';
import { ApiPositionHeader, PositionInterceptor } from '../http/position.interceptor.js';
import { regionFor } from '../http/region-access.js';
import { ruralPopulations } from '../rural-population/rural-population.js';
import { ratesOf, rollUpAnswer } from './roll-up.answers.js';
import { COMPARISON_COLUMNS } from './roll-up.csv.js';
import { CompareQuery, ComparisonAnswer } from './roll-up.dto.js';
import { figuresOfRegions, NO_FIGURES } from './roll-up.queries.js';

/** Regions beside each other, of whatever level. */
@ApiTags('Roll-up 汇总')
@ApiProblems('projection-behind')
@ApiPositionHeader()
@UseInterceptors(PositionInterceptor)
@Controller('v1/regions/compare')
export class CompareController {
  constructor(private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({ summary: 'Figures and rates of several regions / 区域对比' })
  @ApiOkResponse({ type: ComparisonAnswer })
  async compare(
    @CurrentCaller() caller: Caller,
    @Query() query: CompareQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComparisonAnswer | StreamableFile> {
    const regions = [...new Set(query.regions.map((code) => regionFor(caller, code, 'regions').code))];
    const at = asOf(query);
    const [figures, populations] = await Promise.all([
      figuresOfRegions(this.pool, regions, at),
      ruralPopulations(this.pool, regions, yearOf(at.asOf)),
    ]);
    const items = regions.map((region) => {
      const population = populations.find((p) => p.region === region);
      const answer = rollUpAnswer(region, at, figures.get(region) ?? NO_FIGURES, population);
      return { ...answer, rates: ratesOf(answer) };
    });
    if (wantsCsv(request, query.format))
      return csvAnswer(reply, `comparison-${at.asOf}`, COMPARISON_COLUMNS, [items]);
    return { ...at, items };
  }
}
