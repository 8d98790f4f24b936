import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { EventStore, fold, type StoredEvent } from '@fupin/event-sourcing';
import {
  ApiPage,
  ApiProblems,
  assertWithin,
  Caller,
  CurrentCaller,
  decodeCursor,
  PageQuery,
  Roles,
  toPage,
  validationProblem,
  type Page,
} from '@fupin/service';
import { validate } from 'uuid';
import { seesNames, type MaskedPerson } from '../vault/masking.js';
import { PersonVault } from '../vault/person-vault.js';
import { Villages } from '../villages.js';
import { householdDecider } from './decider.js';
import { HouseholdDirectory } from './household-directory.js';
import { householdStream } from './household.stream.js';
import { nextStep } from './procedure.js';
import { VillageHouseholdView } from './views.dto.js';

/** The households of a village, page by page, as they stand in the store: what was just written is there. */
@ApiTags('village lists')
@Controller('v1/villages/:code')
export class VillageListController {
  constructor(
    private readonly store: EventStore,
    private readonly directory: HouseholdDirectory,
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
  async households(
    @Param('code') code: string,
    @Query() query: PageQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<VillageHouseholdView>> {
    const village = this.villages.current(code, 'code');
    assertWithin(caller, village, 'code');
    const ids = await this.directory.inVillage(village, afterOf(query), query.limit + 1);
    const streams = await this.store.loadMany(ids);
    const heads = seesNames(caller, village) ? await this.vault.maskedHeads(ids) : undefined;
    return toPage(
      ids,
      query.limit,
      (id) => [id],
      (id) => row(id, streams.get(id) ?? [], heads?.get(id)),
    );
  }
}

function afterOf({ cursor }: PageQuery): string | undefined {
  const after = decodeCursor(cursor, ['string'])?.[0];
  if (after === undefined || validate(after)) return after as string | undefined;
  const detail = 'The cursor is not one that this list has given';
  throw validationProblem([{ field: 'cursor', code: 'cursor', detail, detailZh: '分页标记无效' }]);
}

function row(
  id: string,
  stored: readonly StoredEvent[],
  head: MaskedPerson | undefined,
): VillageHouseholdView {
  const state = fold(
    householdDecider,
    stored.map(({ payload, version, occurredOn }) => {
      const { event } = householdStream.decode(payload);
      return { event, version, occurredOn, id: `${id}:${version}` };
    }),
  );
  const known = state.status === 'none' ? undefined : state;
  const progress = known && 'progress' in known ? known.progress : undefined;
  return {
    householdId: id,
    version: stored.length,
    householdNo: known && 'householdNo' in known ? known.householdNo : undefined,
    ...(head && { headName: head.name, headIdNumber: head.idNumber }),
    persons: known?.file.members.length ?? 0,
    status: state.status,
    procedure: progress?.procedure,
    nextStep: progress && nextStep(progress),
  };
}
