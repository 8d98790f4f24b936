import { Body, Controller, Get, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Caller, CurrentCaller, Problem, RequireScope } from '@fupin/service';
import { UuidParam } from '../uuid-param.js';
import { PersonSearchDto, PersonPlaceView, PersonView } from './person.dto.js';
import { purposeOf } from './person-audits.js';
import { PersonVault, type PersonPlace } from './person-vault.js';

@ApiTags('persons')
@Controller('v1/persons')
export class PersonsController {
  constructor(private readonly vault: PersonVault) {}

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
  @ApiProblems('scope-missing', 'not-found')
  async person(
    @Param('id', UuidParam) id: string,
    @CurrentCaller() caller: Caller,
    @Headers('fupin-purpose') purpose?: string,
  ): Promise<PersonView> {
    const place = within(caller, await this.vault.findById(id));
    if (!place) throw unknownPerson();
    const person = await this.vault.resolve(caller, 'resolve', id, purposeOf(purpose));
    if (!person) throw unknownPerson();
    return person;
  }
}

/** A person outside the caller's region is not told from one who is not there. */
const within = (caller: Caller, place: PersonPlace | undefined) =>
  place && caller.reaches(place.villageCode) ? place : undefined;

const unknownPerson = () =>
  new Problem('not-found', { detail: 'There is no such person in your region', detailZh: '本辖区没有此人' });
