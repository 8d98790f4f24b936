import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiExtraModels, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ApiProblems, Command, CommandAnswer, commandAnswer, CommandRequest } from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { Pool } from 'pg';
import { v7 as uuid } from 'uuid';
import { UuidParam } from '../../uuid-param.js';
import { PersonVault } from '../../vault/person-vault.js';
import { numberClaim, setAsideNumbers } from '../household-directory.js';
import { HouseholdDesk } from '../household-desk.js';
import {
  AcknowledgementDto,
  AnnouncementDto,
  DataComparisonDto,
  DemocraticReviewDto,
  ExitPlanDto,
  ObjectionDto,
  PublicNoticeDto,
  ResolutionDto,
  ReviewDto,
  VerificationDto,
} from './steps.dto.js';
import { announcementTask, noticeTask } from '../permissions.js';
import * as requests from './requests.js';
import '../standing-problems.js';
import { ObjectionRaisedView } from './views.dto.js';

/** The steps of identification, exit, return and removal, one household at a time. */
@ApiTags('procedure steps')
@ApiExtraModels(CommandAnswer, ObjectionRaisedView)
@ApiCreatedResponse({ type: CommandAnswer })
@ApiProblems('step-out-of-order', 'procedure-not-open', 'before-last-status', 'date-in-future')
@Controller('v1/households/:id')
export class StepsController {
  constructor(
    private readonly desk: HouseholdDesk,
    private readonly vault: PersonVault,
    private readonly pool: Pool,
  ) {}

  @Post('democratic-reviews')
  @ApiOperation({ summary: 'Record a democratic review / 民主评议' })
  @ApiProblems('votes-do-not-add-up', 'quorum-missed')
  async democraticReview(
    @Param('id', UuidParam) id: string,
    @Body() body: DemocraticReviewDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.democraticReview.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'democraticReview', id, body.occurredOn, build),
    );
  }

  @Post('verifications')
  @ApiOperation({ summary: 'Record the verification by village committees and resident team / 核实' })
  async verification(
    @Param('id', UuidParam) id: string,
    @Body() body: VerificationDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.verification.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'verification', id, body.occurredOn, build),
    );
  }

  @Post('data-comparisons')
  @ApiOperation({ summary: "Record the comparison with the sectors' data / 数据比对" })
  async dataComparison(
    @Param('id', UuidParam) id: string,
    @Body() body: DataComparisonDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.dataComparison.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'dataComparison', id, body.occurredOn, build),
    );
  }

  @Post('public-notices')
  @ApiOperation({ summary: 'Post a public notice in village or township / 公示' })
  @ApiProblems(
    'notice-too-short',
    'income-not-above-line',
    'guarantee-missing',
    'setting-missing',
    'several-reasons',
  )
  async publicNotice(
    @Param('id', UuidParam) id: string,
    @Body() body: PublicNoticeDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.publicNotice.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, noticeTask(body.level), id, body.occurredOn, build),
    );
  }

  @Post('objections')
  @ApiCreatedResponse({
    schema: {
      allOf: [{ $ref: getSchemaPath(CommandAnswer) }, { $ref: getSchemaPath(ObjectionRaisedView) }],
    },
  })
  @ApiOperation({ summary: 'Raise an objection to a notice; its text goes to the vault / 提出异议' })
  @ApiProblems('no-notice-posted')
  async objection(
    @Param('id', UuidParam) id: string,
    @Body() body: ObjectionDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer & ObjectionRaisedView> {
    const objectionId = uuid();
    const { procedure } = body;
    const handled = await this.desk.carryOut(
      request,
      'objection',
      id,
      body.occurredOn,
      (basis) => ({ type: 'raiseObjection', ...basis, procedure, objectionId }),
      { attachments: [this.vault.note(objectionId, id, 'objection', body.text)] },
    );
    const raised = handled.events.find(({ event }) => event.case === 'objectionRaised')?.event;
    // A repeated request is answered with the id of the first time.
    return {
      ...commandAnswer(reply, handled),
      objectionId: raised?.case === 'objectionRaised' ? raised.value.objectionId : objectionId,
    };
  }

  @Post('objections/:objectionId/resolutions')
  @ApiOperation({ summary: 'Resolve an objection; an upheld one ends the procedure / 处理异议' })
  @ApiProblems('objection-not-open')
  async resolution(
    @Param('id', UuidParam) id: string,
    @Param('objectionId', UuidParam) objectionId: string,
    @Body() body: ResolutionDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { procedure, upheld } = body;
    const handled = await this.desk.carryOut(
      request,
      'resolution',
      id,
      body.occurredOn,
      (basis) => ({ type: 'resolveObjection', ...basis, procedure, objectionId, upheld }),
      body.text === undefined ? {} : { attachments: [this.vault.note(uuid(), id, 'resolution', body.text)] },
    );
    return commandAnswer(reply, handled);
  }

  @Post('township-reviews')
  @ApiOperation({ summary: "Record the township's review / 乡镇审核" })
  async townshipReview(
    @Param('id', UuidParam) id: string,
    @Body() body: ReviewDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.townshipReview.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'townshipReview', id, body.occurredOn, build),
    );
  }

  @Post('county-reviews')
  @ApiOperation({ summary: "Record the county's re-review / 县级复审" })
  async countyReview(
    @Param('id', UuidParam) id: string,
    @Body() body: ReviewDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.countyReview.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'countyReview', id, body.occurredOn, build),
    );
  }

  @Post('announcements')
  @ApiOperation({ summary: 'Announce the result: registered, exited, returned or removed / 公告' })
  @ApiProblems(
    'notice-still-running',
    'objection-open',
    'income-not-above-line',
    'guarantee-missing',
    'setting-missing',
    'several-reasons',
  )
  async announcement(
    @Param('id', UuidParam) id: string,
    @Body() body: AnnouncementDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const task = announcementTask(body.procedure);
    const extras = { take: [] as string[] };
    const handled = await this.desk.carryOut(
      request,
      task,
      id,
      body.occurredOn,
      async (basis, village) => {
        if (body.procedure !== 'identification') return requests.announcement(body, basis);
        const [householdNo = ''] = await setAsideNumbers(this.pool, village, 1);
        extras.take.push(numberClaim(householdNo));
        return requests.announcement(body, basis, householdNo);
      },
      extras,
    );
    return commandAnswer(reply, handled);
  }

  @Post('exit-plans')
  @ApiOperation({ summary: "Mark the household for exit in a year's plan / 拟退出" })
  @ApiProblems('plan-year-out-of-range', 'already-planned', 'wrong-status')
  async exitPlan(
    @Param('id', UuidParam) id: string,
    @Body() body: ExitPlanDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.exitPlan.bind(undefined, body);
    return commandAnswer(reply, await this.desk.carryOut(request, 'exitPlan', id, body.occurredOn, build));
  }

  @Post('acknowledgements')
  @ApiOperation({ summary: "Record the household's signed acknowledgement of its exit / 农户认可" })
  async acknowledgement(
    @Param('id', UuidParam) id: string,
    @Body() body: AcknowledgementDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const build = requests.acknowledgement.bind(undefined, body);
    return commandAnswer(
      reply,
      await this.desk.carryOut(request, 'acknowledgement', id, body.occurredOn, build),
    );
  }
}
