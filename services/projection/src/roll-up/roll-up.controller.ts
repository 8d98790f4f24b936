import type { BusinessDate, RegionCode } from '@fupin/domain';
import { yearOf } from '@fupin/domain';
import { loadDivisions } from '@fupin/domain/divisions';
import { ApiProblems, Caller, CurrentCaller } from '@fupin/service';
import { Controller, Get, Param, Query, Req, Res, StreamableFile, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import { csvAnswer, wantsCsv } from '../http/csv.js';
import { asOf, today } from '../http/dates.js';
import { ApiPositionHeader, PositionInterceptor } from '../http/position.interceptor.js';
import { regionFor } from '../http/region-access.js';
import { ruralPopulations } from '../rural-population/rural-population.js';
import { closingsOver } from '../year/year.queries.js';
import type { PublishedYear } from './roll-up.answers.js';
import { causeAnswer, publishedAnswer, rollUpAnswer, yearAnswers } from './roll-up.answers.js';
import { CAUSE_COLUMNS, ROLL_UP_COLUMNS, YEAR_COLUMNS } from './roll-up.csv.js';
import {
  CausesAnswer,
  ChildrenAnswer,
  RollUpAnswer,
  RollUpQuery,
  YearsAnswer,
  YearsQuery,
} from './roll-up.dto.js';
import {
  addFigures,
  changesByYear,
  figuresByCause,
  figuresKnown,
  figuresOf,
  figuresOfChildren,
  NO_FIGURES,
} from './roll-up.queries.js';

/**
 * Figures of a region as of any business date, as known at any recorded date. An internal interface: callers see their own
 * region to the last household, so small cells are not suppressed here; whoever publishes must do that.
 */
@ApiTags('Roll-up 汇总')
@ApiProblems('projection-behind')
@ApiPositionHeader()
@UseInterceptors(PositionInterceptor)
@ApiParam({
  name: 'code',
  description: '2-, 4-, 6-, 9- or 12-digit region code / 行政区划代码',
  example: '422823',
})
@Controller('v1/regions/:code')
export class RollUpController {
  constructor(private readonly pool: pg.Pool) {}

  /** Figures of one region. */
  @Get('roll-up')
  @ApiOperation({ summary: 'Figures of one region / 区域汇总' })
  @ApiOkResponse({ type: RollUpAnswer })
  async rollUp(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() query: RollUpQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RollUpAnswer | StreamableFile> {
    const region = regionFor(caller, code, 'code').code;
    const at = asOf(query);
    const year = yearOf(at.asOf);
    const [figures, [population], [closing]] = await Promise.all([
      figuresOf(this.pool, region, at),
      ruralPopulations(this.pool, [region], year),
      at.knownAt === undefined ? closingsOver(this.pool, region, year) : [],
    ]);
    const answer = rollUpAnswer(region, at, figures, population);
    if (closing) {
      const [then = NO_FIGURES] = await figuresKnown(this.pool, region, [
        { asOf: at.asOf, knownAt: closing.knownOn },
      ]);
      answer.published = publishedAnswer(closing, then, figures);
    }
    if (!wantsCsv(request, query.format)) return answer;
    return csvAnswer(reply, `roll-up-${region}-${at.asOf}`, ROLL_UP_COLUMNS, [[answer]]);
  }

  /** All regions one level below, in one query. */
  @Get('children')
  @ApiOperation({ summary: 'Figures of all children of a region / 下级区域对比' })
  @ApiOkResponse({ type: ChildrenAnswer })
  async children(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() query: RollUpQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChildrenAnswer | StreamableFile> {
    const region = regionFor(caller, code, 'code');
    const at = asOf(query);
    const codes = loadDivisions()
      .childrenOf(region.code)
      .map((child) => child.code);
    const [figures, populations] = await Promise.all([
      figuresOfChildren(this.pool, region.code, at),
      ruralPopulations(this.pool, codes, yearOf(at.asOf)),
    ]);
    const all = [...new Set([...codes, ...figures.keys()])].sort();
    const items = all.map((child) =>
      rollUpAnswer(
        child,
        at,
        figures.get(child) ?? NO_FIGURES,
        populations.find((p) => p.region === child),
      ),
    );
    if (wantsCsv(request, query.format))
      return csvAnswer(reply, `children-${region.code}-${at.asOf}`, ROLL_UP_COLUMNS, [items]);
    return { region: region.code, name: region.name, ...at, items };
  }

  /** Stocks by main cause, most poor persons first. */
  @Get('causes')
  @ApiOperation({ summary: 'Figures of a region by main cause / 按致贫原因' })
  @ApiOkResponse({ type: CausesAnswer })
  async causes(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() query: RollUpQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CausesAnswer | StreamableFile> {
    const region = regionFor(caller, code, 'code');
    const at = asOf(query);
    const figures = await figuresByCause(this.pool, region.code, at);
    const items = [...figures]
      .map(([cause, f]) => causeAnswer(cause, f))
      .filter((item) => item.registered.households > 0)
      .sort((a, b) => b.poor.persons - a.poor.persons || (a.cause < b.cause ? -1 : 1));
    if (wantsCsv(request, query.format))
      return csvAnswer(reply, `causes-${region.code}-${at.asOf}`, CAUSE_COLUMNS, [items]);
    return { region: region.code, name: region.name, ...at, items };
  }

  /** What happened in each year and how things stood at its end. */
  @Get('years')
  @ApiOperation({ summary: 'Year table of a region / 年度表' })
  @ApiOkResponse({ type: YearsAnswer })
  async years(
    @CurrentCaller() caller: Caller,
    @Param('code') code: string,
    @Query() query: YearsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<YearsAnswer | StreamableFile> {
    const region = regionFor(caller, code, 'code');
    const { from, to, knownAt } = query;
    const [changes, populations] = await Promise.all([
      changesByYear(this.pool, region.code, to ?? yearOf(today()), knownAt),
      ruralPopulations(this.pool, [region.code]),
    ]);
    const published = await this.publishedYears(region.code, knownAt);
    const years = yearAnswers(changes, { from, to }, populations, published);
    if (wantsCsv(request, query.format))
      return csvAnswer(reply, `years-${region.code}`, YEAR_COLUMNS, [years]);
    return { region: region.code, name: region.name, ...(knownAt === undefined ? {} : { knownAt }), years };
  }

  /** The closed years as they were published; of a past view those that were closed by then. */
  private async publishedYears(region: RegionCode, knownAt?: BusinessDate): Promise<PublishedYear[]> {
    const closings = (await closingsOver(this.pool, region)).filter(
      ({ knownOn }) => knownAt === undefined || knownOn <= knownAt,
    );
    const figures = await figuresKnown(
      this.pool,
      region,
      closings.flatMap(({ year, knownOn }) => [
        { asOf: `${year - 1}-12-31`, knownAt: knownOn },
        { asOf: `${year}-12-31`, knownAt: knownOn },
      ]),
    );
    return closings.map((closing, i) => {
      const [before = NO_FIGURES, atYearEnd = NO_FIGURES] = figures.slice(2 * i, 2 * i + 2);
      return { closing, during: addFigures(atYearEnd, before, -1), atYearEnd };
    });
  }
}
