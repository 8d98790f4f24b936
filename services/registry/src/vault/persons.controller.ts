import { Body, Controller, Get, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ApiProblems,
  Caller,
  Command,
  CommandAnswer,
  commandAnswer,
  CommandRequest,
  CurrentCaller,
  RequireScope,
  Roles,
} from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { UuidParam } from '../uuid-param.js';
import {
  PersonCorrectionDto,
  PersonErasureView,
  PersonPlaceView,
  PersonSearchDto,
  PersonView,
} from './person.dto.js';
import { purposeOf } from './person-audits.js';
import { PersonCorrections } from './person-corrections.js';
import { PersonErasures } from './person-erasures.js';
import { PersonVault, type PersonPlace } from './person-vault.js';
import { unknownPerson } from './vault-problems.js';

@ApiTags('persons')
@Controller('v1/persons')
export class PersonsController {
  constructor(
    private readonly vault: PersonVault,
    private readonly corrections: PersonCorrections,
    private readonly erasures: PersonErasures,
  ) {}

  @Post('search')
  @HttpCode(200)
  @RequireScope('person:search')
  @ApiOperation({ summary: 'Find a person by ID number; leaves an audit record / 按证件号查找人员' })
  @ApiProblems('scope-missing', 'not-found')
  async search(
    @Body() body: PersonSearchDto,
    @CurrentCaller() caller: Caller,
    @Headers('fupin-purpose') purpose?: string,
  ): Promise<PersonPlaceView> {
    const place = within(caller, await this.vault.find(body.idNumber));
    await this.vault.audits.write(caller, 'search', place ? [place] : [], purposeOf(purpose));
    if (!place) throw unknownPerson();
    const { personId, householdId, villageCode } = place;
    return { personId, householdId, villageCode };
  }

  @Get(':id')
  @RequireScope('person:read')
  @ApiOperation({ summary: 'Resolve a person id to who it is; leaves an audit record / 查看人员信息' })
  @ApiProblems('scope-missing', 'not-found', 'person-erased')
  async person(
    @Param('id', UuidParam) id: string,
    @CurrentCaller() caller: Caller,
    @Headers('fupin-purpose') purpose?: string,
  ): Promise<PersonView> {
    await this.erasures.placeWithin(caller, id);
    const person = await this.vault.resolve(caller, 'resolve', id, purposeOf(purpose));
    if (!person) throw unknownPerson();
    return person;
  }

  @Post(':id/corrections')
  @ApiOperation({ summary: 'Put right what was wrong about who a person is / 个人信息更正' })
  @ApiCreatedResponse({ type: CommandAnswer })
  @ApiProblems(
    'person-already-registered',
    'not-a-member',
    'nothing-to-correct',
    'address-is-the-heads',
    'person-erased',
    'not-found',
  )
  async correct(
    @Param('id', UuidParam) id: string,
    @Body() body: PersonCorrectionDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('fupin-purpose') purpose?: string,
  ): Promise<CommandAnswer> {
    return commandAnswer(reply, await this.corrections.correct(request, id, body, purposeOf(purpose)));
  }

  @Post(':id/erasures')
  @RequireScope('person:erase')
  @Roles('county', 'city', 'province')
  @ApiOperation({
    summary: 'Erase who a person was, after the retention period of the archive / 保管期满后销毁个人信息',
  })
  @ApiCreatedResponse({ type: PersonErasureView })
  @ApiProblems(
    'person-in-register',
    'retention-period-running',
    'person-erased',
    'scope-missing',
    'not-found',
  )
  async erase(
    @Param('id', UuidParam) id: string,
    @CurrentCaller() caller: Caller,
  ): Promise<PersonErasureView> {
    const erasure = await this.erasures.erase(caller, id);
    return { ...erasure, erasedAt: erasure.erasedAt.toISOString() };
  }
}

/** A person outside the caller's region is not told from one who is not there. */
const within = (caller: Caller, place: PersonPlace | undefined) =>
  place && caller.reaches(place.villageCode) ? place : undefined;
