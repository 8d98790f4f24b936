import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Command, CommandAnswer, commandAnswer, CommandRequest } from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { UuidParam } from '../../uuid-param.js';
import { HouseholdDesk } from '../household-desk.js';
import {
  GuaranteeAssessmentDto,
  IncomeSurveyDto,
  LivingConditionsDto,
  MonitoringVisitDto,
  PovertyCausesDto,
  RelapseReportDto,
} from './facts.dto.js';
import * as requests from './requests.js';

/** What is found out about one household. */
@ApiTags('household facts')
@ApiCreatedResponse({ type: CommandAnswer })
@ApiProblems('date-in-future', 'past-year-needs-history-scope', 'before-file-opened')
@Controller('v1/households/:id')
export class FactsController {
  constructor(private readonly desk: HouseholdDesk) {}

  @Post('poverty-causes')
  @ApiOperation({ summary: 'Record the causes of poverty as now known / 致贫原因' })
  @ApiProblems('too-many-causes', 'cause-twice')
  async povertyCauses(
    @Param('id', UuidParam) id: string,
    @Body() body: PovertyCausesDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.povertyCauses.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'householdFact', id, body.occurredOn, build),
    );
  }

  @Post('income-surveys')
  @ApiOperation({ summary: "Record a year's income survey; A19 and A20 are reckoned / 收入调查" })
  @ApiProblems('survey-year-out-of-range', 'household-size-differs', 'nobody-on-that-day', 'amount-negative')
  async incomeSurvey(
    @Param('id', UuidParam) id: string,
    @Body() body: IncomeSurveyDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.incomeSurvey.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'householdFact', id, body.occurredOn, build),
    );
  }

  @Post('guarantee-assessments')
  @ApiOperation({ summary: 'Assess 两不愁三保障 and safe water, each with evidence / 两不愁三保障评估' })
  @ApiProblems('guarantee-twice', 'evidence-missing')
  async guaranteeAssessment(
    @Param('id', UuidParam) id: string,
    @Body() body: GuaranteeAssessmentDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.guaranteeAssessment.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'guaranteeAssessment', id, body.occurredOn, build),
    );
  }

  @Post('living-conditions')
  @ApiOperation({ summary: 'Record house, power and water / 居住条件' })
  @ApiProblems('house-incomplete', 'built-in-future')
  async livingConditions(
    @Param('id', UuidParam) id: string,
    @Body() body: LivingConditionsDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.livingConditions.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'householdFact', id, body.occurredOn, build),
    );
  }

  @Post('monitoring-visits')
  @ApiOperation({ summary: 'Record a visit to an exited household / 脱贫户跟踪监测' })
  @ApiProblems('wrong-status', 'before-exit')
  async monitoringVisit(
    @Param('id', UuidParam) id: string,
    @Body() body: MonitoringVisitDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.monitoringVisit.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'householdFact', id, body.occurredOn, build),
    );
  }

  @Post('relapse-reports')
  @ApiOperation({
    summary: 'Report that an exited household is poor again; opens the return procedure / 返贫报告',
  })
  @ApiProblems('wrong-status', 'relapse-already-reported', 'authorisation-missing')
  async relapseReport(
    @Param('id', UuidParam) id: string,
    @Body() body: RelapseReportDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.relapseReport.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'relapseReport', id, body.occurredOn, build),
    );
  }
}
