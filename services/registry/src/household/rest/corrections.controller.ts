import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { BusinessDate } from '@fupin/domain';
import { ClaimTaken, CommandHandler, type Attachment, type HandledAcross } from '@fupin/event-sourcing';
import {
  ApiProblems,
  assertWithin,
  Command,
  CommandAnswer,
  commandAnswer,
  CommandRequest,
  Problem,
  validationProblem,
} from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { Pool } from 'pg';
import { v7 as uuid } from 'uuid';
import { PolicyOfTheHouse } from '../../policy-of-the-house.js';
import { UuidParam } from '../../uuid-param.js';
import { PersonVault } from '../../vault/person-vault.js';
import { answer, decideOne } from './change-answer.js';
import { ChangeAnswer } from './changes.dto.js';
import { CORRECTION_EXAMPLES, CorrectionDto, EVENT_ID, FindingClosingDto } from './correction.dto.js';
import { rightFactOf } from './correction-request.js';
import { partnerOf } from '../decider/annulment.js';
import type { Basis, CorrectEvent } from '../decider/commands.js';
import type { Event } from '../decider/event.js';
import { factsOf } from '../decider/evolve.js';
import { correctTransfer, personOf } from '../decider/transfer-correction.js';
import { NO_HOUSEHOLD, type HouseholdState } from '../decider/state.js';
import { memberCorrectionExtras } from '../correction-rows.js';
import { HouseholdChanges, type Change } from '../household-changes.js';
import { HouseholdDesk } from '../household-desk.js';
import { untilSettled } from '../until-settled.js';
import { lifeElsewhere } from '../life-elsewhere.js';
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
    private readonly changes: HouseholdChanges,
    private readonly pool: Pool,
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
    'not-annullable',
    'person-has-later-entries',
    'joined-elsewhere',
    'person-already-registered',
    'several-reasons',
  )
  @ApiCreatedResponse({ type: ChangeAnswer })
  async correct(
    @Param('id', UuidParam) id: string,
    @Body() body: CorrectionDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeAnswer> {
    return answer(reply, await untilSettled(() => this.putRight(id, body, request)));
  }

  private async putRight(
    id: string,
    body: CorrectionDto,
    request: CommandRequest,
  ): Promise<HandledAcross<Event>> {
    const village = await this.directory.villageOf(id);
    assertWithin(request.caller, village);
    const { state } = await this.handler.read(householdStream, id);
    const wrong = eventOf(state, body.eventId);
    assertMay(request.caller, taskOf(wrong?.event));
    // Before the first rule set there is no fact to date: said here, for the decider only looks up.
    const { rightOccurredOn } = body;
    if (rightOccurredOn !== undefined) this.policies.registryAt(village, rightOccurredOn);
    const noteId = uuid();
    const note = this.vault.note(noteId, id, 'correction', body.note);
    const command = (basis: Basis): CorrectEvent => {
      const right = rightFactOf(body, basis, wrong?.event);
      return {
        type: 'correctEvent',
        ...basis,
        eventId: body.eventId,
        reason: CORRECTION_REASONS[body.reason],
        noteId,
        ...(rightOccurredOn !== undefined && { rightOccurredOn }),
        ...(right && { right }),
        ...(body.annulled && { annulled: true }),
        policyOn: (region, date) => this.policies.registryAt(region, date),
      };
    };
    const person = wrong && personOf(wrong.event);
    if (wrong && person !== undefined)
      return this.putMemberRight(id, body, request, { wrong, person, command, note });
    const basis = await this.desk.basis(request.caller, village, body.occurredOn);
    const handled = await this.desk.handle(request, id, village, command(basis), { attachments: [note] });
    return { streams: [handled], replayed: handled.replayed };
  }

  /** Who joined or left: claims and rows follow, and the other half of a transfer is put right with this one. */
  private async putMemberRight(
    id: string,
    body: CorrectionDto,
    request: CommandRequest,
    { wrong, person, command, note }: MemberCorrection,
  ): Promise<HandledAcross<Event>> {
    const partner = partnerOf(wrong.event);
    const both = body.annulled === true || wrong.struck || (body.rightOccurredOn ?? wrong.on) !== wrong.on;
    const other = both ? partner : undefined;
    const households = [{ id }, ...(other === undefined ? [] : [{ id: other, field: 'eventId' }])];
    const rows = { pool: this.pool, keys: this.vault.keys };
    const plan = async (bases: readonly Basis[]): Promise<Change> => {
      const [basis, there] = bases;
      const elsewhere =
        both && partner === undefined
          ? await lifeElsewhere({ handler: this.handler, pool: this.pool }, person, id)
          : undefined;
      const correction = { ...command(basis!), ...(elsewhere && { elsewhere }) };
      const touched = households.map((household, i) => ({
        id: household.id,
        village: bases[i]?.village ?? '',
      }));
      return {
        decide: ([here = NO_HOUSEHOLD, left = NO_HOUSEHOLD]) =>
          other !== undefined && there
            ? correctTransfer(correction, { householdId: other, basis: there }, here, left)
            : decideOne(correction)([here]),
        extras: async (events, states) => {
          const extras = await memberCorrectionExtras(rows, person, touched, events, states);
          return { ...extras, attachments: [note, ...(extras.attachments ?? [])] };
        },
      };
    };
    try {
      return await this.changes.carryOut(request, taskOf(wrong.event), households, body.occurredOn, plan);
    } catch (error) {
      throw error instanceof ClaimTaken ? heldElsewhere() : error;
    }
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

/** The event that a correction names. */
interface NamedEvent {
  readonly event: Event;
  readonly on: BusinessDate;
  /** It has been struck out. */
  readonly struck: boolean;
}

/** A correction about somebody who joined or left. */
interface MemberCorrection {
  readonly wrong: NamedEvent;
  readonly person: string;
  readonly command: (basis: Basis) => CorrectEvent;
  readonly note: Attachment;
}

/** An event of a household as it counts, or as it did before it was struck out. */
function eventOf(state: HouseholdState, eventId: string): NamedEvent | undefined {
  if (state.status === 'none') return undefined;
  const { log, annulled } = state.file;
  const counted = factsOf(log).find(({ id }) => id === eventId);
  const fact = counted ?? annulled.find(({ id }) => id === eventId);
  return fact && { event: fact.event, on: fact.occurredOn, struck: !counted };
}

const heldElsewhere = () =>
  new Problem('person-already-registered', {
    title: 'A person belongs to another household already',
    titleZh: '该人员已登记在其他户中',
    field: 'eventId',
    detail: 'This person belongs to another household of the register by now',
    detailZh: '该人员现已登记在其他户中，不得同时登记在两户',
  });

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
