import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CommandHandler } from '@fupin/event-sourcing';
import {
  ApiProblems,
  assertWithin,
  Command,
  CommandAnswer,
  commandAnswer,
  CommandRequest,
  validationProblem,
} from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { v7 as uuid } from 'uuid';
import { PolicyOfTheHouse } from '../../policy-of-the-house.js';
import { UuidParam } from '../../uuid-param.js';
import { PersonVault } from '../../vault/person-vault.js';
import { CORRECTION_EXAMPLES, CorrectionDto, EVENT_ID, FindingClosingDto } from './correction.dto.js';
import { rightFactOf } from './correction-request.js';
import type { Event } from '../decider/event.js';
import { factsOf } from '../decider/evolve.js';
import { HouseholdDesk, untilSettled, type HandledHousehold } from '../household-desk.js';
import { HouseholdDirectory } from '../household-directory.js';
import { householdStream } from '../household.stream.js';
import { CORRECTION_REASONS } from './names.js';
import { assertMay, type Task } from '../permissions.js';
import type { Correctable } from '../decider/right-facts.js';

/** What a mistake in the register is put right with, and what follows from that. */
@ApiTags('corrections')
@ApiCreatedResponse({ type: CommandAnswer })
@ApiProblems('date-in-future', 'year-closed', 'role-not-allowed', 'region-not-allowed')
@Controller('v1/households/:id')
export class CorrectionsController {
  constructor(
    private readonly desk: HouseholdDesk,
    private readonly handler: CommandHandler,
    private readonly directory: HouseholdDirectory,
    private readonly policies: PolicyOfTheHouse,
    private readonly vault: PersonVault,
  ) {}

  @Post('corrections')
  @ApiBody({ type: CorrectionDto, examples: CORRECTION_EXAMPLES })
  @ApiOperation({ summary: 'Put a mistaken event right; it names the event and says why / 更正' })
  @ApiProblems(
    'correction-of-correction',
    'event-unknown',
    'not-correctable',
    'correction-kind-differs',
    'nothing-corrected',
    'before-last-status',
    'persons-differ',
    'several-reasons',
  )
  async correct(
    @Param('id', UuidParam) id: string,
    @Body() body: CorrectionDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return commandAnswer(reply, await untilSettled(() => this.putRight(id, body, request)));
  }

  private async putRight(
    id: string,
    body: CorrectionDto,
    request: CommandRequest,
  ): Promise<HandledHousehold> {
    const village = await this.directory.villageOf(id);
    assertWithin(request.caller, village);
    const { state } = await this.handler.read(householdStream, id);
    const log = state.status === 'none' ? undefined : state.file.log;
    const wrong = factsOf(log).find((fact) => fact.id === body.eventId)?.event;
    assertMay(request.caller, taskOf(wrong));
    const basis = await this.desk.basis(request.caller, village, body.occurredOn);
    // Before the first rule set there is no fact to date: said here, for the decider only looks up.
    const { rightOccurredOn } = body;
    if (rightOccurredOn !== undefined) this.policies.registryAt(village, rightOccurredOn);
    const right = rightFactOf(body, basis, wrong);
    const noteId = uuid();
    return this.desk.handle(
      request,
      id,
      village,
      {
        type: 'correctEvent',
        ...basis,
        eventId: body.eventId,
        reason: CORRECTION_REASONS[body.reason],
        noteId,
        ...(rightOccurredOn !== undefined && { rightOccurredOn }),
        ...(right && { right }),
        policyOn: (region, date) => this.policies.registryAt(region, date),
      },
      { attachments: [this.vault.note(noteId, id, 'correction', body.note)] },
    );
  }

  @Post('register-findings/:eventId/closings')
  @ApiOperation({ summary: 'Close a finding: looked into, and the exit stands / 疑点办结' })
  @ApiProblems('finding-not-open', 'before-finding')
  async closeFinding(
    @Param('id', UuidParam) id: string,
    @Param('eventId') findingEventId: string,
    @Body() body: FindingClosingDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    if (!EVENT_ID.test(findingEventId)) {
      const detail = 'eventId must be the id of an event: the household and its version';
      throw validationProblem([{ field: 'eventId', code: 'event-id', detail, detailZh: '事件编号格式有误' }]);
    }
    const noteId = uuid();
    const handled = await this.desk.carryOut(
      request,
      'findingClosing',
      id,
      body.occurredOn,
      (basis) => ({ type: 'closeFinding', ...basis, findingEventId, noteId }),
      { attachments: [this.vault.note(noteId, id, 'finding', body.note)] },
    );
    return commandAnswer(reply, handled);
  }
}

/** Who may put an event right: who records such a fact, and for a result the office that answers for it. */
const TASKS: Readonly<Record<Correctable, Task>> = {
  householdRegistered: 'resultCorrection',
  povertyCausesRecorded: 'householdFact',
  incomeSurveyed: 'householdFact',
  guaranteesAssessed: 'guaranteeAssessment',
  livingConditionsRecorded: 'householdFact',
  householdExited: 'resultCorrection',
  monitoringVisitRecorded: 'householdFact',
  householdReturned: 'resultCorrection',
  memberAdded: 'memberChange',
  memberLeft: 'memberChange',
  memberChanged: 'memberChange',
  householdKindChanged: 'kindChange',
  householdMoved: 'householdMove',
  householdExtinguished: 'memberChange',
};

/** What cannot be corrected is refused by the decider, to whoever may record facts. */
const taskOf = (wrong: Event | undefined): Task =>
  wrong && wrong.case in TASKS ? TASKS[wrong.case as Correctable] : 'householdFact';
