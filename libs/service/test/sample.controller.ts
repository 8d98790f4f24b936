import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { Body, Controller, Get, Module, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AcceptsStream,
  ApiPage,
  ApiProblems,
  Caller,
  Command,
  CommandAnswer,
  CommandRequest,
  CurrentCaller,
  PageQuery,
  Public,
  RequireScope,
  Roles,
  assertWithin,
  commandAnswer,
  currentIds,
  decodeCursor,
  inSpan,
  toPage,
  traceHeaders,
  type Page,
} from '@fupin/service';
import { ClaimTaken, CommandRefused, IdempotencyKeyReused, VersionMismatch } from '@fupin/event-sourcing';
import { HouseholdDto, MemberDto } from './sample.dto.js';

export const seen: CommandRequest[] = [];

@ApiTags('households')
@ApiProblems('too-many-requests')
@Controller('v1/households')
export class SampleController {
  @Post()
  @Roles('villageCadre', 'county')
  @ApiOperation({ summary: 'Register a household / 登记农户' })
  @ApiCreatedResponse({ type: CommandAnswer })
  @ApiProblems('income-below-line', 'claim-taken')
  async register(
    @Body() body: HouseholdDto,
    @Command() command: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    assertWithin(command.caller, body.region, 'region');
    seen.push(command);
    const fault = faults[body.name];
    if (fault) throw fault();
    return inSpan('register', {}, async () =>
      commandAnswer(reply, {
        streamId: 's1',
        version: 7,
        position: 1842,
        partition: 3,
        topic: 'fupin.registry.household.v1',
        replayed: body.name === 'again',
        events: [{ id: 's1:7', version: 7, occurredOn: '2018-06-30', event: { case: 'householdExited' } }],
      }),
    );
  }

  @Get()
  @ApiOperation({ summary: 'List / 列表' })
  @ApiPage(MemberDto)
  list(@Query() query: PageQuery): Page<number> {
    const from = decodeCursor(query.cursor, ['number'])?.[0] ?? 0;
    const rows = Array.from({ length: query.limit + 1 }, (_, at) => Number(from) + at + 1).filter(
      (n) => n <= 120,
    );
    return toPage(
      rows,
      query.limit,
      (n) => [n],
      (n) => n,
    );
  }

  @Post('import')
  @AcceptsStream('text/csv', 'application/x-ndjson')
  @ApiOperation({ summary: 'Import / 导入' })
  async import(@Body() file: Readable): Promise<{ bytes: number }> {
    let bytes = 0;
    for await (const chunk of file) bytes += (chunk as Buffer).length;
    return { bytes };
  }

  @Get(':id/person')
  @RequireScope('person:read')
  @ApiOperation({ summary: 'Person / 人员' })
  person(@Param('id') id: string, @CurrentCaller() caller: Caller): { id: string; subject: string } {
    return { id, subject: caller.subject };
  }

  @Public()
  @Get('slow/:ms')
  @ApiOperation({ summary: 'Slow / 慢' })
  async slow(
    @Param('ms') ms: string,
  ): Promise<{ waited: number; headers: Record<string, string>; correlationId?: string }> {
    await wait(Number(ms));
    const correlationId = currentIds()?.correlationId;
    return { waited: Number(ms), headers: traceHeaders(), ...(correlationId ? { correlationId } : {}) };
  }
}

const faults: Record<string, () => Error> = {
  refused: () =>
    new CommandRefused([
      {
        code: 'income-below-line',
        message: 'Income is below the line',
        messageZh: '收入未达标准',
        ruleId: 'REG-01',
        field: 'income',
      },
    ]),
  refusedTwice: () =>
    new CommandRefused([
      { code: 'income-below-line', message: 'Income is below the line', ruleId: 'REG-01' },
      { code: 'housing-not-safe', message: 'Housing is not safe', ruleId: 'REG-19' },
    ]),
  stale: () => new VersionMismatch(3, 5),
  claimed: () => new ClaimTaken('person:abcdef', 's2'),
  reused: () => new IdempotencyKeyReused(),
  boom: () => Object.assign(new Error('column "x" of 42282319800101123X'), { detail: 'Key (name)=(张三)' }),
};

@Module({ controllers: [SampleController] })
export class SampleModule {}
