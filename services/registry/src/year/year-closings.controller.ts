import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { isRegionCode, levelOf, liesWithin, parentOf, type RegionCode } from '@fupin/domain';
import { loadDivisions } from '@fupin/domain/divisions';
import { CommandHandler } from '@fupin/event-sourcing';
import {
  ApiPage,
  ApiProblems,
  assertWithin,
  Caller,
  Command,
  CommandAnswer,
  commandAnswer,
  CommandRequest,
  CurrentCaller,
  decodeCursor,
  PageQuery,
  Roles,
  toPage,
  validationProblem,
  type Page,
} from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { HouseholdDesk } from '../household/household-desk.js';
import { closedOn } from './closed-years.js';
import { closingRow, YearClosings } from './year-closings.js';
import { YearClosingDto, YearClosingView } from './year.dto.js';
import { yearStream, yearStreamId } from './year.stream.js';

/** The closing of a region's year: its figures stand as published. */
@ApiTags('year closings')
@Controller('v1/regions/:code/year-closings')
export class YearClosingsController {
  private readonly divisions = loadDivisions();

  constructor(
    private readonly handler: CommandHandler,
    private readonly closings: YearClosings,
    private readonly desk: HouseholdDesk,
  ) {}

  @Post()
  @Roles('county', 'city', 'province')
  @ApiOperation({ summary: "Close a year of a region's register / 年度封库" })
  @ApiCreatedResponse({ type: CommandAnswer })
  @ApiProblems('year-already-closed', 'year-not-over', 'date-in-future', 'region-not-allowed', 'validation')
  async close(
    @Param('code') code: string,
    @Body() body: YearClosingDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const region = this.region(code);
    const level = levelOf(region);
    if (level === 'township' || level === 'village')
      throw regionProblem(
        'region-too-small',
        'A year is closed for a county or a wider region',
        '封库以县级及以上地区为单位',
      );
    assertWithin(request.caller, region, 'code');
    const { year } = body;
    const today = this.desk.today();
    const { occurredOn = today } = body;
    this.closings.forget();
    const wider = parentOf(region);
    const closedAbove = wider && closedOn(await this.closings.closedYears(today), wider, year);
    const handled = await this.handler.handle(
      yearStream,
      yearStreamId(region, year),
      { type: 'closeYear', year, occurredOn, today, closedAbove },
      {
        ...request.context(region),
        extras: () => ({ attachments: [closingRow(region, year, { knownOn: today, closedOn: occurredOn })] }),
      },
    );
    this.closings.forget();
    return commandAnswer(reply, handled);
  }

  @Get()
  @ApiOperation({ summary: 'Closed years that hold for a region, the latest first / 已封库年度' })
  @ApiPage(YearClosingView)
  @ApiProblems('region-not-allowed', 'validation')
  async list(
    @Param('code') code: string,
    @Query() query: PageQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<YearClosingView>> {
    const region = this.region(code);
    // A closing of a wider region binds those within: they may see it.
    if (!liesWithin(caller.region, region)) assertWithin(caller, region, 'code');
    const after = decodeCursor(query.cursor, ['number', 'string']);
    const rows = await this.closings.of(
      region,
      after && { year: Number(after[0]), region: String(after[1]) },
      query.limit + 1,
    );
    return toPage(
      rows,
      query.limit,
      (row) => [row.year, row.region],
      ({ region: closed, year, closedOn: on, knownOn }) => ({
        region: closed,
        regionName: this.divisions.pathName(closed),
        year,
        closedOn: on,
        knownOn,
      }),
    );
  }

  /** The code in use today. Throws the 400 problem for what is no region. */
  private region(code: string): RegionCode {
    const current = isRegionCode(code) ? this.divisions.currentCode(code) : undefined;
    if (current !== undefined) return current;
    throw regionProblem('region-unknown', 'There is no region of this code', '地区代码不存在');
  }
}

const regionProblem = (code: string, detail: string, detailZh: string) =>
  validationProblem([{ field: 'code', code, detail, detailZh }]);
