import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Command, CommandRequest } from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { Pool } from 'pg';
import { v7 as uuid } from 'uuid';
import { UuidParam } from '../../uuid-param.js';
import { PersonVault } from '../../vault/person-vault.js';
import { Villages } from '../../villages.js';
import { departureExtras, mergeExtras, moveExtras, splitExtras } from '../change-rows.js';
import { answer, decideOne, otherHousehold } from './change-answer.js';
import * as requests from './change-requests.js';
import {
  ChangeAnswer,
  KindChangeDto,
  MemberChangeDto,
  MemberDepartureDto,
  MergeDto,
  MoveDto,
  SplitDto,
} from './changes.dto.js';
import type { MergeHouseholds, MoveHousehold, SplitHousehold } from '../decider/commands.js';
import { HouseholdChanges } from '../household-changes.js';
import { setAsideNumbers } from '../household-directory.js';
import { mergeHouseholds } from '../decider/merge.js';
import { splitHousehold } from '../decider/split.js';
import { NO_HOUSEHOLD } from '../decider/state.js';

/** 动态管理: what changes in a household, and among households. */
@ApiTags('dynamic change')
@ApiCreatedResponse({ type: ChangeAnswer })
@ApiProblems('wrong-status', 'date-in-future', 'past-year-needs-history-scope', 'before-file-opened')
@Controller('v1/households/:id')
export class ChangesController {
  constructor(
    private readonly changes: HouseholdChanges,
    private readonly pool: Pool,
    private readonly vault: PersonVault,
    private readonly villages: Villages,
  ) {}

  @Post('member-departures')
  @ApiOperation({
    summary: 'A member dies, marries away, goes to prison, emigrates or leaves otherwise / 自然减少',
  })
  @ApiProblems(
    'not-a-member',
    'before-joining',
    'death-before-birth',
    'one-head-needed',
    'relations-incomplete',
  )
  async departure(
    @Param('id', UuidParam) id: string,
    @Body() body: MemberDepartureDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeAnswer> {
    const handled = await this.changes.carryOut(
      request,
      'memberChange',
      [{ id }],
      body.occurredOn,
      ([basis]) => {
        const command = requests.memberDeparture(body, basis!);
        return { decide: decideOne(command), extras: () => departureExtras(this.rows, command) };
      },
    );
    return answer(reply, handled);
  }

  @Post('member-changes')
  @ApiOperation({ summary: "A member's circumstances have changed from this day on / 成员情况变更" })
  @ApiProblems('not-a-member', 'nothing-changed', 'before-joining', 'one-head-needed')
  async memberChange(
    @Param('id', UuidParam) id: string,
    @Body() body: MemberChangeDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeAnswer> {
    const handled = await this.changes.carryOut(
      request,
      'memberChange',
      [{ id }],
      body.occurredOn,
      ([basis]) => ({
        decide: decideOne(requests.memberChange(body, basis!)),
      }),
    );
    return answer(reply, handled);
  }

  @Post('kind-changes')
  @ApiOperation({
    summary: 'The household comes under dibao or tekun support, or no longer does / 户属性变更',
  })
  @ApiProblems('nothing-changed')
  async kindChange(
    @Param('id', UuidParam) id: string,
    @Body() body: KindChangeDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeAnswer> {
    const handled = await this.changes.carryOut(
      request,
      'kindChange',
      [{ id }],
      body.occurredOn,
      ([basis]) => ({
        decide: decideOne(requests.kindChange(body, basis!)),
      }),
    );
    return answer(reply, handled);
  }

  @Post('moves')
  @ApiOperation({
    summary: 'The household moves to another village of the province and keeps its number / 省内迁移',
  })
  @ApiProblems('other-province', 'same-village', 'procedure-open', 'before-last-status')
  async move(
    @Param('id', UuidParam) id: string,
    @Body() body: MoveDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeAnswer> {
    const toRegion = this.villages.current(body.villageCode);
    const handled = await this.changes.carryOut(
      request,
      'householdMove',
      [{ id }],
      body.occurredOn,
      ([basis]) => {
        const command: MoveHousehold = { type: 'moveHousehold', ...basis!, toRegion };
        return {
          decide: decideOne(command),
          extras: () => moveExtras(this.rows, id, command, body.address),
          reaches: { village: toRegion, field: 'villageCode' },
        };
      },
    );
    return answer(reply, handled);
  }

  @Post('splits')
  @ApiOperation({
    summary: 'Some members form a household of their own, which stands in the register as this one / 分户',
  })
  @ApiProblems('household-empty', 'member-twice', 'not-a-member', 'one-head-needed', 'procedure-open')
  async split(
    @Param('id', UuidParam) id: string,
    @Body() body: SplitDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeAnswer> {
    const intoHouseholdId = uuid();
    const handled = await this.changes.carryOut(
      request,
      'householdDivision',
      [{ id }],
      body.occurredOn,
      async ([basis]) => {
        const [householdNo = ''] = await setAsideNumbers(this.pool, basis!.village, 1);
        const command: SplitHousehold = {
          type: 'splitHousehold',
          ...basis!,
          householdId: id,
          intoHouseholdId,
          householdNo,
          relations: requests.relationsOf(body.members),
          relationsLeft: requests.relationsOf(body.relations),
        };
        return {
          decide: ([state, fresh]) => splitHousehold(command, state ?? NO_HOUSEHOLD, fresh ?? NO_HOUSEHOLD),
          extras: () => splitExtras(this.rows, command, body.address),
          begins: intoHouseholdId,
        };
      },
    );
    const [, begun] = handled.streams;
    if (begun) void reply.header('location', `/v1/households/${begun.streamId}`);
    return answer(reply, handled);
  }

  @Post('merges')
  @ApiOperation({
    summary: 'All members of another household come in and it ends; both stand alike in the register / 并户',
  })
  @ApiProblems(
    'standing-differs',
    'other-province',
    'relations-incomplete',
    'one-head-needed',
    'procedure-open',
  )
  async merge(
    @Param('id', UuidParam) id: string,
    @Body() body: MergeDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeAnswer> {
    const other = otherHousehold(id, body.fromHouseholdId);
    const handled = await this.changes.carryOut(
      request,
      'householdDivision',
      [{ id }, { id: other, field: 'fromHouseholdId' }],
      body.occurredOn,
      ([basis, there]) => {
        const command: MergeHouseholds = {
          type: 'mergeHouseholds',
          ...basis!,
          householdId: id,
          from: { householdId: other, basis: there! },
          relations: requests.relationsOf(body.members),
        };
        return {
          decide: ([here, absorbed]) =>
            mergeHouseholds(command, here ?? NO_HOUSEHOLD, absorbed ?? NO_HOUSEHOLD),
          extras: (_events, [, absorbed]) => mergeExtras(this.rows, command, absorbed),
        };
      },
    );
    return answer(reply, handled);
  }

  private get rows() {
    return { pool: this.pool, keys: this.vault.keys };
  }
}
