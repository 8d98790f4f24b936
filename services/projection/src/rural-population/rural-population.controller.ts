import { Caller, CurrentCaller, Roles, validationProblem } from '@fupin/service';
import {
  Body,
  Controller,
  Get,
  Param,
  ParseIntPipe,
  Put,
  Query,
  Req,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import type { CsvColumn } from '../http/csv.js';
import { csvAnswer, wantsCsv } from '../http/csv.js';
import { regionFor } from '../http/region-access.js';
import {
  RuralPopulationAnswer,
  RuralPopulationBody,
  RuralPopulationsAnswer,
  RuralPopulationsQuery,
} from './rural-population.dto.js';
import type { RuralPopulation } from './rural-population.js';
import { ruralPopulations, saveRuralPopulation } from './rural-population.js';

/** Rural population by region and year: the denominator of the poverty incidence, from a source that is named. */
@ApiTags('Reference 基础数据')
@ApiParam({ name: 'region', description: 'Region code / 行政区划代码', example: '422823' })
@Controller('v1/rural-populations/:region')
export class RuralPopulationController {
  constructor(private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({ summary: 'Rural population of a region by year / 农村人口' })
  @ApiOkResponse({ type: RuralPopulationsAnswer })
  async list(
    @CurrentCaller() caller: Caller,
    @Param('region') code: string,
    @Query() query: RuralPopulationsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuralPopulationsAnswer | StreamableFile> {
    const region = regionFor(caller, code);
    const items = await ruralPopulations(this.pool, [region.code]);
    if (wantsCsv(request, query.format))
      return csvAnswer(reply, `rural-populations-${region.code}`, COLUMNS, [items]);
    return { region: region.code, name: region.name, items: [...items] };
  }

  @Put(':year')
  @Roles('county', 'city', 'province')
  @ApiParam({ name: 'year', example: 2016 })
  @ApiOperation({ summary: 'Enter the rural population of a year / 录入农村人口' })
  @ApiOkResponse({ type: RuralPopulationAnswer })
  async put(
    @CurrentCaller() caller: Caller,
    @Param('region') code: string,
    @Param('year', ParseIntPipe) year: number,
    @Body() body: RuralPopulationBody,
  ): Promise<RuralPopulationAnswer> {
    if (year < 1949 || year > 2999)
      throw validationProblem([
        {
          field: 'year',
          code: 'range',
          detail: 'The year lies between 1949 and 2999',
          detailZh: '年份须在 1949 至 2999 之间',
        },
      ]);
    const population = {
      region: regionFor(caller, code).code,
      year,
      persons: body.persons,
      source: body.source,
    };
    await saveRuralPopulation(this.pool, population);
    return population;
  }
}

const COLUMNS: readonly CsvColumn<RuralPopulation>[] = [
  { header: '区划代码 region', of: (r) => r.region },
  { header: '年份 year', of: (r) => r.year },
  { header: '农村人口 rural population', of: (r) => r.persons },
  { header: '数据来源 source', of: (r) => r.source },
];
