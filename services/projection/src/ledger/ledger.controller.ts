import { ApiPage, ApiProblems, Caller, CurrentCaller, decodeCursor, toPage } from '@fupin/service';
import type { Page } from '@fupin/service';
import { Controller, Get, Query, Req, Res, StreamableFile, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import type { CsvColumn } from '../http/csv.js';
import { csvAnswer, wantsCsv } from '../http/csv.js';
import { ApiPositionHeader, PositionInterceptor } from '../http/position.interceptor.js';
import { nameOf, pathNameOf, regionFor } from '../http/region-access.js';
import { causeLabel, FLOW_LABELS } from '../labels.js';
import { cursorRows } from '../sql/cursor.js';
import { LedgerItem, LedgerQuery } from './ledger.dto.js';
import type { LedgerKey, LedgerRow } from './ledger.queries.js';
import { ledgerQuery } from './ledger.queries.js';

/** Everything that changes a count, each with its event: the events behind every flow of the roll-up. */
@ApiTags('Ledger 进出台账')
@ApiProblems('projection-behind')
@ApiPositionHeader()
@UseInterceptors(PositionInterceptor)
@Controller('v1/ledger')
export class LedgerController {
  constructor(private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({ summary: 'Entries, exits, returns and all other changes of the register / 进出台账' })
  @ApiPage(LedgerItem)
  async list(
    @CurrentCaller() caller: Caller,
    @Query() query: LedgerQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<LedgerItem> | StreamableFile> {
    const filter = { ...query, region: regionFor(caller, query.region ?? caller.region).code };
    if (wantsCsv(request, query.format)) {
      const { text, values } = ledgerQuery(filter);
      return csvAnswer(
        reply,
        `ledger-${filter.region}`,
        COLUMNS,
        cursorRows<LedgerRow>(this.pool, text, values),
      );
    }
    const after = decodeCursor(query.cursor, ['string', 'string', 'number', 'string']) as
      LedgerKey | undefined;
    const { text, values } = ledgerQuery(filter, after, query.limit + 1);
    const { rows } = await this.pool.query<LedgerRow>(text, values);
    return toPage(rows, query.limit, (r) => [r.occurred_on, r.household_id, r.version, r.kind], toItem);
  }
}

function toItem(row: LedgerRow): LedgerItem {
  return {
    eventId: `${row.household_id}:${row.version}`,
    householdId: row.household_id,
    kind: row.kind,
    kindZh: FLOW_LABELS[row.kind].zh,
    occurredOn: row.occurred_on,
    recordedAt: row.recorded_at.toISOString(),
    village: row.village,
    villageName: nameOf(row.village),
    households: row.households,
    persons: row.persons,
    ...(row.changed_by === row.version ? {} : { changedBy: `${row.household_id}:${row.changed_by}` }),
    cause: row.cause,
    causeZh: causeLabel(row.cause).zh,
  };
}

const COLUMNS: readonly CsvColumn<LedgerRow>[] = [
  { header: '日期 date', of: (r) => r.occurred_on },
  { header: '类别 kind', of: (r) => `${FLOW_LABELS[r.kind].zh} ${FLOW_LABELS[r.kind].en}` },
  { header: '村代码 village', of: (r) => r.village },
  { header: '村 village name', of: (r) => pathNameOf(r.village) },
  { header: '户数 households', of: (r) => r.households },
  { header: '人数 persons', of: (r) => r.persons },
  { header: '主要致贫原因 main cause', of: (r) => `${causeLabel(r.cause).zh} ${causeLabel(r.cause).en}` },
  { header: '录入时间 recorded at', of: (r) => r.recorded_at.toISOString() },
  { header: '事件 event', of: (r) => `${r.household_id}:${r.version}` },
  {
    header: '更改事件 changed by',
    of: (r) => (r.changed_by === r.version ? undefined : `${r.household_id}:${r.changed_by}`),
  },
];
