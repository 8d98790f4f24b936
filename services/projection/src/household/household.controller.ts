import { formatYuan } from '@fupin/domain';
import {
  ApiPage,
  ApiProblems,
  assertWithin,
  Caller,
  CurrentCaller,
  decodeCursor,
  Problem,
  toPage,
} from '@fupin/service';
import type { Page } from '@fupin/service';
import {
  Controller,
  Get,
  Param,
  ParseUUIDPipe,
  Query,
  Req,
  Res,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import type { CsvColumn } from '../http/csv.js';
import { csvAnswer, wantsCsv } from '../http/csv.js';
import { ApiPositionHeader, PositionInterceptor } from '../http/position.interceptor.js';
import { nameOf, pathNameOf, regionFor } from '../http/region-access.js';
import { causeLabel, GUARANTEE_LABELS, STATUS_LABELS } from '../labels.js';
import { NO_CAUSE } from '../roll-up/history.js';
import { cursorRows } from '../sql/cursor.js';
import { timelineOf } from '../timeline/timeline.queries.js';
import { TIMELINE_COLUMNS } from '../timeline/timeline.csv.js';
import { TimelineAnswer, TimelineQuery } from '../timeline/timeline.dto.js';
import { HouseholdAnswer, HouseholdsQuery } from './household.dto.js';
import type { Household } from './household.js';
import { GUARANTEES } from './household.js';
import type { HouseholdKey } from './household.queries.js';
import { householdById, householdsQuery } from './household.queries.js';
import type { HouseholdRow } from './household.table.js';
import { toHousehold } from './household.table.js';

/** Households as they stand now, and all that happened to one. No names: those are the registry's, under its own scope. */
@ApiTags('Households 农户')
@ApiProblems('projection-behind')
@ApiPositionHeader()
@UseInterceptors(PositionInterceptor)
@Controller('v1/households')
export class HouseholdController {
  constructor(private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({ summary: 'Households of a region by status and cause / 农户列表' })
  @ApiPage(HouseholdAnswer)
  async list(
    @CurrentCaller() caller: Caller,
    @Query() query: HouseholdsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<HouseholdAnswer> | StreamableFile> {
    const filter = { ...query, region: regionFor(caller, query.region ?? caller.region).code };
    if (wantsCsv(request, query.format)) {
      const { text, values } = householdsQuery(filter);
      const rows = cursorRows<HouseholdRow>(this.pool, text, values);
      return csvAnswer(reply, `households-${filter.region}`, COLUMNS, rows);
    }
    const after = decodeCursor(query.cursor, ['string', 'string']) as HouseholdKey | undefined;
    const { text, values } = householdsQuery(filter, after, query.limit + 1);
    const { rows } = await this.pool.query<HouseholdRow>(text, values);
    return toPage(
      rows,
      query.limit,
      (row) => [row.village, row.id],
      (row) => toAnswer(toHousehold(row)),
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'One household as it stands now / 农户现状' })
  @ApiOkResponse({ type: HouseholdAnswer })
  async one(
    @CurrentCaller() caller: Caller,
    @Param('id', ParseUUIDPipe) id: string,
  ): Promise<HouseholdAnswer> {
    return toAnswer(await this.find(caller, id));
  }

  @Get(':id/timeline')
  @ApiOperation({ summary: 'Everything that happened to a household / 农户时间线' })
  @ApiOkResponse({ type: TimelineAnswer })
  async timeline(
    @CurrentCaller() caller: Caller,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: TimelineQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TimelineAnswer | StreamableFile> {
    const household = await this.find(caller, id);
    const events = await timelineOf(this.pool, household.id);
    if (wantsCsv(request, query.format))
      return csvAnswer(reply, `timeline-${id}`, TIMELINE_COLUMNS, [events]);
    return { householdId: household.id, events };
  }

  private async find(caller: Caller, id: string): Promise<Household> {
    const household = await householdById(this.pool, id);
    if (!household)
      throw new Problem('not-found', {
        field: 'id',
        detail: 'There is no such household',
        detailZh: '没有该农户',
      });
    assertWithin(caller, household.village, 'id');
    return household;
  }
}

function toAnswer(household: Household): HouseholdAnswer {
  const {
    mainCause,
    otherCauses,
    income,
    guarantees,
    backdated,
    position: _,
    lastEventOn: __,
    standing: ___,
    ...rest
  } = household;
  return {
    ...rest,
    villageName: pathNameOf(household.village),
    statusZh: STATUS_LABELS[household.status].zh,
    mainCause: mainCause === null ? null : { code: mainCause, ...causeLabel(mainCause) },
    otherCauses: otherCauses.map((code) => ({ code, ...causeLabel(code) })),
    income: income && {
      year: income.year,
      netIncome: formatYuan(BigInt(income.netFen)),
      perCapitaNetIncome: formatYuan(BigInt(income.perCapitaFen)),
      surveyedOn: income.on,
    },
    guarantees: GUARANTEES.flatMap((guarantee) => {
      const state = guarantees[guarantee];
      return state
        ? [{ guarantee, zh: GUARANTEE_LABELS[guarantee].zh, holds: state.holds, assessedOn: state.on }]
        : [];
    }),
    backdatedSteps: backdated,
  };
}

const COLUMNS: readonly CsvColumn<HouseholdRow>[] = [
  { header: '户编号 household no', of: (r) => r.household_no },
  { header: '农户 household id', of: (r) => r.id },
  { header: '村代码 village', of: (r) => r.village },
  { header: '村 village name', of: (r) => nameOf(r.village) },
  {
    header: '状态 status',
    of: (r) =>
      `${STATUS_LABELS[r.status as Household['status']].zh} ${STATUS_LABELS[r.status as Household['status']].en}`,
  },
  { header: '自 since', of: (r) => r.detail.statusSince },
  { header: '人数 persons', of: (r) => r.persons },
  { header: '主要致贫原因 main cause', of: (r) => causeLabel(r.main_cause ?? NO_CAUSE).zh },
  { header: '建档日期 registered on', of: (r) => r.detail.registeredOn },
  { header: '脱贫日期 exited on', of: (r) => r.detail.exitedOn },
  { header: '返贫日期 returned on', of: (r) => r.detail.returnedOn },
  { header: '不享受政策自 policies ended on', of: (r) => r.detail.policyEndedOn },
  { header: '未办结疑点 open findings', of: (r) => r.detail.openFindings },
  { header: '收入年度 income year', of: (r) => r.detail.income?.year },
  {
    header: '人均纯收入（元） per-capita net income (yuan)',
    of: (r) => r.detail.income && formatYuan(BigInt(r.detail.income.perCapitaFen)),
  },
];
