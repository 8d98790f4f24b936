import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ApiPage,
  ApiProblems,
  assertWithin,
  Caller,
  CurrentCaller,
  decodeCursor,
  Roles,
  toPage,
  validationProblem,
  type Page,
} from '@fupin/service';
import { validate } from 'uuid';
import { seesNames, type MaskedPerson } from '../../vault/masking.js';
import { PersonVault } from '../../vault/person-vault.js';
import { Villages } from '../../villages.js';
import { exitPathView } from './household.view.js';
import { EXIT_PATHS } from './names.js';
import { nextStep } from '../decider/procedure.js';
import type { HouseholdState } from '../decider/state.js';
import { VillageHouseholds, type VillageHousehold } from '../village-households.js';
import { VillageListQuery } from './village-list.dto.js';
import { VillageHouseholdView } from './views.dto.js';

/** The households of a village, page by page, as they stand in the store: what was just written is there. */
@ApiTags('village lists')
@Controller('v1/villages/:code')
export class VillageListController {
  constructor(
    private readonly households: VillageHouseholds,
    private readonly vault: PersonVault,
    private readonly villages: Villages,
  ) {}

  @Get('households')
  @Roles('villageCadre', 'township', 'county', 'city', 'province', 'auditor', 'service')
  @ApiOperation({
    summary: "The village's households; with the heads' names for its own township / 本村户名册",
  })
  @ApiPage(VillageHouseholdView)
  @ApiProblems('validation')
  async list(
    @Param('code') code: string,
    @Query() query: VillageListQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<VillageHouseholdView>> {
    const village = this.villages.current(code, 'code');
    assertWithin(caller, village, 'code');
    const found = await this.matching(village, query);
    const ids = found.map(({ householdId }) => householdId);
    const heads = seesNames(caller, village) ? await this.vault.maskedHeads(ids) : undefined;
    return toPage(
      found,
      query.limit,
      ({ householdId }) => [householdId],
      (household) => row(household, heads?.get(household.householdId)),
    );
  }

  /** The households of a page and one more, which tells that there is a next page. */
  private async matching(village: string, query: VillageListQuery): Promise<VillageHousehold[]> {
    const { plannedExitYear, exitPath, limit } = query;
    const filtered = plannedExitYear !== undefined || exitPath !== undefined;
    const found: VillageHousehold[] = [];
    const pageSize = filtered ? undefined : limit + 1;
    for await (const household of this.households.of(village, afterOf(query), pageSize)) {
      if (!filtered || isPlanned(household.state, plannedExitYear, exitPath)) found.push(household);
      if (found.length > limit) break;
    }
    return found;
  }
}

/** Whether a household is marked for exit in that year, and by that path; any where nothing is asked. */
function isPlanned(
  state: HouseholdState,
  year: number | undefined,
  path: keyof typeof EXIT_PATHS | undefined,
): boolean {
  if (state.status !== 'stillPoor' || state.plannedExitYear === undefined) return false;
  if (year !== undefined && state.plannedExitYear !== year) return false;
  return path === undefined || (state.plannedExitPaths ?? []).includes(EXIT_PATHS[path]);
}

function afterOf({ cursor }: VillageListQuery): string | undefined {
  const after = decodeCursor(cursor, ['string'])?.[0];
  if (after === undefined || validate(after)) return after as string | undefined;
  const detail = 'The cursor is not one that this list has given';
  throw validationProblem([{ field: 'cursor', code: 'cursor', detail, detailZh: '分页标记无效' }]);
}

function row(
  { householdId, version, state }: VillageHousehold,
  head: MaskedPerson | undefined,
): VillageHouseholdView {
  const known = state.status === 'none' ? undefined : state;
  const progress = known && 'progress' in known ? known.progress : undefined;
  const poor = state.status === 'stillPoor' ? state : undefined;
  return {
    householdId,
    version,
    householdNo: known && 'householdNo' in known ? known.householdNo : undefined,
    ...(head && { headName: head.name, headIdNumber: head.idNumber }),
    persons: known?.file.members.length ?? 0,
    status: state.status,
    procedure: progress?.procedure,
    nextStep: progress && nextStep(progress),
    plannedExitYear: poor?.plannedExitYear,
    plannedExitPaths: poor?.plannedExitPaths?.flatMap(exitPathView),
  };
}
