import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Command, CommandAnswer, commandAnswer, CommandRequest } from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { UuidParam } from '../../uuid-param.js';
import { HouseholdDesk } from '../household-desk.js';
import * as requests from './requests.js';
import '../standing-problems.js';
import { ExitReversalDto, PolicyEndingDto, PolicyRetentionDto, RemovalProposalDto } from './standing.dto.js';

/** What puts right where a household stands in the register, and what it keeps after its exit. */
@ApiTags('household standing')
@ApiCreatedResponse({ type: CommandAnswer })
@ApiProblems('wrong-status', 'before-last-status', 'date-in-future', 'year-closed')
@Controller('v1/households/:id')
export class StandingController {
  constructor(private readonly desk: HouseholdDesk) {}

  @Post('removal-proposals')
  @ApiOperation({
    summary: 'Propose to remove an ineligible household; opens the removal procedure / 提出清退',
  })
  @ApiProblems('procedure-open', 'evidence-missing')
  async removalProposal(
    @Param('id', UuidParam) id: string,
    @Body() body: RemovalProposalDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.removalProposal.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'removalProposal', id, body.occurredOn, build),
    );
  }

  @Post('exit-reversals')
  @ApiOperation({ summary: 'Cancel an exit that never met the standard; no relapse / 错退回退' })
  @ApiProblems('not-the-last-exit', 'procedure-open', 'evidence-missing')
  async exitReversal(
    @Param('id', UuidParam) id: string,
    @Body() body: ExitReversalDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.exitReversal.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'exitReversal', id, body.occurredOn, build),
    );
  }

  @Post('policy-retentions')
  @ApiOperation({ summary: 'An exited household keeps its measures for longer / 脱贫享受政策' })
  @ApiProblems('not-retained-longer')
  async policyRetention(
    @Param('id', UuidParam) id: string,
    @Body() body: PolicyRetentionDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.policyRetention.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'policyDecision', id, body.occurredOn, build),
    );
  }

  @Post('policy-endings')
  @ApiOperation({ summary: 'An exited household has no measures from this day on / 脱贫不享受政策' })
  @ApiProblems('policy-still-retained', 'policy-already-ended')
  async policyEnding(
    @Param('id', UuidParam) id: string,
    @Body() body: PolicyEndingDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.policyEnding.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'policyDecision', id, body.occurredOn, build),
    );
  }
}
