import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ApiPage,
  ApiProblems,
  Caller,
  CurrentCaller,
  decodeCursor,
  RequireScope,
  toPage,
  validationProblem,
  type Page,
} from '@fupin/service';
import { PersonAuditsQuery, PersonAuditView } from './person.dto.js';
import { PersonVault } from './person-vault.js';

/** Who looked at which person. */
@ApiTags('persons')
@Controller('v1/person-audits')
export class PersonAuditsController {
  constructor(private readonly vault: PersonVault) {}

  @Get()
  @RequireScope('audit:read')
  @ApiOperation({ summary: 'Looks at persons of the region, the newest first / 查询留痕记录' })
  @ApiPage(PersonAuditView)
  @ApiProblems('scope-missing', 'validation')
  async list(
    @Query() query: PersonAuditsQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<PersonAuditView>> {
    const rows = await this.vault.audits.list(caller.region, query, beforeOf(query), query.limit + 1);
    return toPage(
      rows,
      query.limit,
      ({ number }) => [number],
      ({ number: _number, at, ...record }) => ({ ...record, at: at.toISOString() }),
    );
  }
}

function beforeOf({ cursor }: PersonAuditsQuery): string | undefined {
  const before = decodeCursor(cursor, ['string'])?.[0];
  if (before === undefined || /^\d{1,18}$/.test(String(before))) return before as string | undefined;
  const detail = 'The cursor is not one that this list has given';
  throw validationProblem([{ field: 'cursor', code: 'cursor', detail, detailZh: '分页标记无效' }]);
}
