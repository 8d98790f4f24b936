import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { ClaimTaken, CommandHandler } from '@fupin/event-sourcing';
import { parsePersonNumber } from '@fupin/domain';
import {
  ApiProblems,
  assertWithin,
  Caller,
  Command,
  CommandAnswer,
  commandAnswer,
  CommandRequest,
  CurrentCaller,
  etag,
  Problem,
  Roles,
  validationProblem,
} from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { Pool } from 'pg';
import { v7 as uuid } from 'uuid';
import { UuidParam } from '../../uuid-param.js';
import { seesNames } from '../../vault/masking.js';
import { rowsOfClaims } from '../../vault/person-rows.js';
import { PersonVault } from '../../vault/person-vault.js';
import { Villages } from '../../villages.js';
import { HouseholdDesk } from '../household-desk.js';
import { HouseholdDirectory } from '../household-directory.js';
import { ApplicationDto, ReapplicationDto } from './application.dto.js';
import { householdStream } from '../household.stream.js';
import { knownElsewhere } from '../known-elsewhere.js';
import { eventViews, householdView } from './household.view.js';
import { EventsView, HouseholdView } from './views.dto.js';
import { assertMay } from '../permissions.js';
import { application, personOf } from './requests.js';

@ApiTags('households')
@Controller('v1/households')
export class HouseholdsController {
  constructor(
    private readonly desk: HouseholdDesk,
    private readonly handler: CommandHandler,
    private readonly directory: HouseholdDirectory,
    private readonly vault: PersonVault,
    private readonly villages: Villages,
    private readonly pool: Pool,
  ) {}

  @Post()
  @ApiOperation({ summary: 'File an application: identified, newly poor or missed / 提交建档立卡申请' })
  @ApiCreatedResponse({ type: CommandAnswer })
  @ApiProblems('person-already-registered', 'before-departure', 'date-in-future', 'authorisation-missing')
  async apply(
    @Body() body: ApplicationDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const village = this.villages.current(body.villageCode);
    assertWithin(request.caller, village, 'villageCode');
    assertMay(request.caller, 'application');
    refuseTwice(body);
    const householdId = uuid();
    const basis = await this.desk.basis(request.caller, village, body.occurredOn);
    const intake = this.vault.takeIn({
      householdId,
      villageCode: village,
      persons: body.members.map(personOf),
      address: body.address,
    });
    // A new stream: whatever If-Match says cannot be about it.
    const asNew = new CommandRequest(request.caller, request.ids, request.idempotency, 0);
    const extras = { take: intake.claims, attachments: intake.attachments };
    const known = await rowsOfClaims(this.pool, intake.claims);
    const elsewhere = await knownElsewhere(this.handler, known, intake.claims);
    const command = application(body, basis, intake.members, elsewhere);
    try {
      const handled = await this.desk.handle(asNew, householdId, village, command, extras);
      void reply.header('location', `/v1/households/${handled.streamId}`);
      return commandAnswer(reply, handled);
    } catch (error) {
      throw error instanceof ClaimTaken ? personTaken(intake.claims.indexOf(error.key)) : error;
    }
  }

  @Post(':id/applications')
  @ApiOperation({ summary: 'Apply again after having been turned down or removed / 未通过或清退后再次申请' })
  @ApiCreatedResponse({ type: CommandAnswer })
  @ApiProblems('wrong-status')
  async applyAgain(
    @Param('id', UuidParam) id: string,
    @Body() body: ReapplicationDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const handled = await this.desk.carryOut(request, 'application', id, body.occurredOn, (basis) =>
      application(body, basis, []),
    );
    return commandAnswer(reply, handled);
  }

  @Get()
  @Readers()
  @ApiOperation({ summary: 'Find a household by its register number / 按户编号查询' })
  @ApiQuery({ name: 'householdNo', required: true, example: '422823101201-00017' })
  @ApiProblems('not-found')
  async byNumber(
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('householdNo') householdNo?: string,
  ): Promise<HouseholdView> {
    if (typeof householdNo !== 'string' || !/^\d{12}-\d{5,9}$/.test(householdNo)) {
      const detail = 'householdNo must be a register number, village code and running number';
      throw validationProblem([
        { field: 'householdNo', code: 'household-no', detail, detailZh: '户编号格式有误' },
      ]);
    }
    const id = await this.directory.byNumber(householdNo);
    if (id === undefined)
      throw new Problem('not-found', { detail: 'There is no such household', detailZh: '没有此户' });
    return this.view(id, caller, reply);
  }

  @Get(':id')
  @Readers()
  @ApiOperation({ summary: 'A household as it stands; masked names for its own township / 查询贫困户' })
  household(
    @Param('id', UuidParam) id: string,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HouseholdView> {
    return this.view(id, caller, reply);
  }

  @Get(':id/events')
  @Readers()
  @ApiOperation({ summary: 'All events with the rules their decisions rested on / 查询全部事件及依据' })
  async events(@Param('id', UuidParam) id: string, @CurrentCaller() caller: Caller): Promise<EventsView> {
    assertWithin(caller, await this.directory.villageOf(id));
    const { events } = await this.handler.read(householdStream, id);
    return { items: eventViews(events) };
  }

  private async view(id: string, caller: Caller, reply: FastifyReply): Promise<HouseholdView> {
    const code = await this.directory.villageOf(id);
    assertWithin(caller, code);
    const { state, version } = await this.handler.read(householdStream, id);
    if (state.status === 'none') throw new Problem('not-found');
    void reply.header('etag', etag(version));
    const persons = seesNames(caller, code) ? await this.vault.masked(id) : undefined;
    return householdView(id, version, state, { code, name: this.villages.nameOf(code) }, persons);
  }
}

/** Everybody who works with single households; data consumers get figures, not files. */
function Readers() {
  return Roles(
    'villageCadre',
    'township',
    'county',
    'city',
    'province',
    'sectorBureau',
    'auditor',
    'service',
  );
}

/** The same person twice in one household, also once by ID number and once by disability card. */
function refuseTwice({ members }: ApplicationDto): void {
  const seen = new Set<string>();
  members.forEach(({ idNumber }, index) => {
    const number = parsePersonNumber(idNumber);
    if (!number.ok) return;
    if (seen.has(number.canonical)) {
      throw validationProblem([
        {
          field: `members[${index}].idNumber`,
          code: 'member-twice',
          detail: 'The same person is named twice',
          detailZh: '家庭成员重复',
        },
      ]);
    }
    seen.add(number.canonical);
  });
}

function personTaken(index: number): Problem {
  return new Problem('person-already-registered', {
    title: 'A person belongs to another household already',
    titleZh: '该人员已登记在其他户中',
    ...(index >= 0 && { field: `members[${index}].idNumber` }),
    detail: 'This person belongs to another household of the register',
    detailZh: '该人员已在其他户登记',
  });
}
