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
import { FINDING_LABELS, OUTCOME_LABELS } from '../labels.js';
import { cursorRows } from '../sql/cursor.js';
import { FindingItem, FindingsQuery } from './finding.dto.js';
import type { FindingKey, FindingRow } from './finding.queries.js';
import { findingsQuery } from './finding.queries.js';

/** What corrections have shown and somebody has to decide: nothing is undone silently. */
@ApiTags('Findings 疑点')
@ApiProblems('projection-behind')
@ApiPositionHeader()
@UseInterceptors(PositionInterceptor)
@Controller('v1/findings')
export class FindingController {
  constructor(private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({ summary: 'Findings of a region, the open ones by default / 疑点清单' })
  @ApiPage(FindingItem)
  async list(
    @CurrentCaller() caller: Caller,
    @Query() query: FindingsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<FindingItem> | StreamableFile> {
    const filter = { ...query, region: regionFor(caller, query.region ?? caller.region).code };
    if (wantsCsv(request, query.format)) {
      const { text, values } = findingsQuery(filter);
      const rows = cursorRows<FindingRow>(this.pool, text, values);
      return csvAnswer(reply, `findings-${filter.region}`, COLUMNS, rows);
    }
    const after = decodeCursor(query.cursor, ['string', 'string', 'number']) as FindingKey | undefined;
    const { text, values } = findingsQuery(filter, after, query.limit + 1);
    const { rows } = await this.pool.query<FindingRow>(text, values);
    return toPage(rows, query.limit, (r) => [r.raised_on, r.household_id, r.version], toItem);
  }
}

function toItem(row: FindingRow): FindingItem {
  return {
    eventId: `${row.household_id}:${row.version}`,
    householdId: row.household_id,
    householdNo: row.household_no,
    village: row.village,
    villageName: nameOf(row.village),
    kind: row.kind,
    kindZh: FINDING_LABELS[row.kind].zh,
    aboutEventId: row.about_event_id,
    correctionEventId: row.correction_event_id,
    missing: row.missing,
    raisedOn: row.raised_on,
    recordedAt: row.recorded_at.toISOString(),
    ...(row.closed_by !== null && { closedBy: `${row.household_id}:${row.closed_by}` }),
    ...(row.closed_on !== null && { closedOn: row.closed_on }),
    ...(row.outcome !== null && { outcome: row.outcome, outcomeZh: OUTCOME_LABELS[row.outcome].zh }),
  };
}

const COLUMNS: readonly CsvColumn<FindingRow>[] = [
  { header: '户编号 household no', of: (r) => r.household_no },
  { header: '农户 household id', of: (r) => r.household_id },
  { header: '村代码 village', of: (r) => r.village },
  { header: '村 village name', of: (r) => pathNameOf(r.village) },
  { header: '类别 kind', of: (r) => `${FINDING_LABELS[r.kind].zh} ${FINDING_LABELS[r.kind].en}` },
  { header: '缺少 missing', of: (r) => r.missing.join(' ') },
  { header: '提出日期 raised on', of: (r) => r.raised_on },
  { header: '存疑事件 about', of: (r) => r.about_event_id },
  { header: '更正 correction', of: (r) => r.correction_event_id },
  { header: '办结日期 closed on', of: (r) => r.closed_on },
  {
    header: '结果 outcome',
    of: (r) =>
      r.outcome === null ? undefined : `${OUTCOME_LABELS[r.outcome].zh} ${OUTCOME_LABELS[r.outcome].en}`,
  },
];
