import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatYuan, yearOf } from '@fupin/domain';
import { CommandHandler } from '@fupin/event-sourcing';
import type { Refusal } from '@fupin/event-sourcing/decider';
import { RULES } from '@fupin/policy';
import { ApiProblems, assertWithin, Caller, CurrentCaller, Problem, Roles } from '@fupin/service';
import { UuidParam } from '../../uuid-param.js';
import { ExitStandardQuery } from './exit-standard.dto.js';
import { exitStandard } from '../decider/exit-standard.js';
import { HouseholdDesk } from '../household-desk.js';
import { HouseholdDirectory } from '../household-directory.js';
import { householdStream } from '../household.stream.js';
import { ExitStandardView, type MissingView } from './views.dto.js';

/** What an exit on a day would be refused for, before anybody takes a step. */
@ApiTags('households')
@Controller('v1/households/:id/exit-standard')
export class ExitStandardController {
  constructor(
    private readonly handler: CommandHandler,
    private readonly directory: HouseholdDirectory,
    private readonly desk: HouseholdDesk,
  ) {}

  @Get()
  @Roles('villageCadre', 'township', 'county', 'city', 'province', 'sectorBureau', 'auditor', 'service')
  @ApiOperation({
    summary:
      'The household beside the exit standard of a day: what is missing, what is only aimed at / 脱贫标准对照',
  })
  @ApiProblems('not-found', 'no-rule-set')
  async test(
    @Param('id', UuidParam) id: string,
    @Query() query: ExitStandardQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<ExitStandardView> {
    const village = await this.directory.villageOf(id);
    assertWithin(caller, village);
    const { state } = await this.handler.read(householdStream, id);
    if (state.status === 'none') throw new Problem('not-found');
    const on = query.on ?? this.desk.today();
    const basis = await this.desk.basis(caller, village, on);
    const found = exitStandard(state.file, basis, yearOf(on));
    return {
      on,
      meets: found.missing.length === 0,
      missing: found.missing.map(missingView),
      aims: found.aims.map(missingView),
      perCapitaNetIncome: found.survey && formatYuan(found.survey.perCapitaNetIncomeFen),
      povertyLine: found.povertyLineFen === undefined ? undefined : formatYuan(found.povertyLineFen),
      dibaoContinues: found.dibaoContinues,
      safeWater: found.safeWater,
      exitDeadline: basis.policy.exitDeadline,
      ruleSetVersion: basis.policy.version,
    };
  }
}

const missingView = ({ code, message, messageZh, field, ruleId }: Refusal): MissingView => ({
  code,
  message,
  messageZh,
  field,
  ruleId,
  quote: ruleId === undefined ? undefined : RULES.get(ruleId)?.quote,
});
