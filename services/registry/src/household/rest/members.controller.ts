import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { parsePersonNumber } from '@fupin/domain';
import {
  ClaimTaken,
  CommandHandler,
  CommandOutdated,
  CommandRefused,
  type HandledAcross,
} from '@fupin/event-sourcing';
import {
  ApiProblems,
  Command,
  CommandRequest,
  Problem,
  validationProblem,
  type Caller,
} from '@fupin/service';
import type { FastifyReply } from 'fastify';
import { Pool } from 'pg';
import { UuidParam } from '../../uuid-param.js';
import { takeInPersons } from '../../vault/intake.js';
import {
  rowsOfClaims,
  rowsOfNumber,
  rowsOfPersons,
  sameRows,
  type PersonRow,
} from '../../vault/person-rows.js';
import { PersonVault } from '../../vault/person-vault.js';
import type { Event } from '../decider/basis.js';
import { returnExtras, transferExtras } from '../change-rows.js';
import { relationOf, relationsOf } from './change-requests.js';
import { answer, decideOne, otherHousehold } from './change-answer.js';
import { ChangeAnswer, MemberJoinDto } from './changes.dto.js';
import type { AddMember, TransferMember } from '../decider/commands.js';
import { HouseholdChanges, type Change } from '../household-changes.js';
import { HouseholdDirectory } from '../household-directory.js';
import { householdStream } from '../household.stream.js';
import { knownElsewhere } from '../known-elsewhere.js';
import { personDied, transferMember } from '../decider/joining.js';
import { hasDied, lastHere } from '../decider/membership.js';
import { JOIN_REASONS } from './names.js';
import type { CodeDto, PersonDto } from './parts.dto.js';
import { personOf } from './requests.js';
import type { Basis } from '../decider/commands.js';
import { NO_HOUSEHOLD } from '../decider/state.js';

/** 自然增加: somebody joins a household. */
@ApiTags('dynamic change')
@ApiCreatedResponse({ type: ChangeAnswer })
@ApiProblems('wrong-status', 'date-in-future', 'past-year-needs-history-scope', 'before-file-opened')
@Controller('v1/households/:id')
export class MembersController {
  constructor(
    private readonly changes: HouseholdChanges,
    private readonly handler: CommandHandler,
    private readonly pool: Pool,
    private readonly vault: PersonVault,
    private readonly directory: HouseholdDirectory,
  ) {}

  @Post('members')
  @ApiOperation({
    summary: 'A person joins by birth, marriage, return or otherwise, also from another household / 自然增加',
  })
  @ApiProblems(
    'person-already-registered',
    'birth-before-parents',
    'birth-date-differs',
    'person-died',
    'before-departure',
    'standing-differs',
    'other-province',
    'one-head-needed',
  )
  async join(
    @Param('id', UuidParam) id: string,
    @Body() body: MemberJoinDto,
    @Command() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeAnswer> {
    const { fromHouseholdId } = body;
    const { person, personId, relation } = whoJoins(body);
    if (fromHouseholdId !== undefined && personId !== undefined && relation) {
      return answer(
        reply,
        await this.transfer(request, id, { ...body, fromHouseholdId, personId, relation }),
      );
    }
    try {
      const handled = await this.changes.carryOut(
        request,
        'memberChange',
        [{ id }],
        body.occurredOn,
        async ([basis]) =>
          person
            ? this.newcomer(id, body, person, basis!)
            : this.returner(id, body, personId, relation, basis!),
      );
      return answer(reply, handled);
    } catch (error) {
      throw error instanceof ClaimTaken ? await this.taken(error, person, request.caller) : error;
    }
  }

  /** A new person; one who was a member here before is found by the number and keeps the old id. */
  private async newcomer(id: string, body: MemberJoinDto, person: PersonDto, basis: Basis): Promise<Change> {
    const known = await rowsOfNumber(this.pool, this.vault.keys, person.idNumber);
    const former = await this.formerHere(id, known);
    if (former) return this.returning(id, body, former, known, person.relation, basis);
    const intake = takeInPersons(this.vault.keys, {
      householdId: id,
      villageCode: basis.village,
      persons: [personOf(person)],
    });
    const number = parsePersonNumber(person.idNumber);
    const [member] = intake.members;
    if (!member || !number.ok) throw new RangeError('not a person number');
    const command: AddMember = {
      type: 'addMember',
      ...basis,
      reason: JOIN_REASONS[body.reason],
      person: { member, birthDate: number.birthDate },
      elsewhere: await knownElsewhere(this.handler, known, intake.claims),
      parentPersonIds: body.parentPersonIds ?? [],
    };
    return {
      decide: decideOne(command),
      extras: async () => {
        // Read after the stream: whoever brings this number into the household from here on is a conflict of versions.
        const now = await rowsOfNumber(this.pool, this.vault.keys, person.idNumber);
        if (!sameRows(known, now)) throw new CommandOutdated();
        return { take: intake.claims, attachments: intake.attachments };
      },
    };
  }

  /** The row of a person who is or was a member here, the one who left last, wherever they have been since. */
  private async formerHere(id: string, known: readonly PersonRow[]): Promise<PersonRow | undefined> {
    if (known.length === 0) return undefined;
    const { state } = await this.handler.read(householdStream, id);
    if (state.status === 'none') return undefined;
    const last = lastHere(
      state.file,
      known.map(({ personId }) => personId),
    );
    return known.find(({ personId }) => personId === last);
  }

  private async returner(
    id: string,
    body: MemberJoinDto,
    personId = '',
    relation: CodeDto | undefined,
    basis: Basis,
  ): Promise<Change> {
    const row = (await rowsOfPersons(this.pool, [personId])).get(personId);
    // Nobody answers for who it is any more: such a person is registered anew.
    if (!row || !relation) throw new Problem('not-found', { ...NO_PERSON, field: 'personId' });
    const known = await rowsOfClaims(this.pool, [row.claim]);
    return this.returning(id, body, row, known, relation, basis);
  }

  private async returning(
    id: string,
    body: MemberJoinDto,
    row: PersonRow,
    known: readonly PersonRow[],
    relation: CodeDto,
    basis: Basis,
  ): Promise<Change> {
    const command: AddMember = {
      type: 'addMember',
      ...basis,
      reason: JOIN_REASONS[body.reason],
      person: { personId: row.personId, relation: relationOf(relation) },
      elsewhere: await knownElsewhere(this.handler, known, [row.claim], id),
      parentPersonIds: body.parentPersonIds ?? [],
    };
    return {
      decide: decideOne(command),
      extras: async () => {
        if (!sameRows(known, await rowsOfClaims(this.pool, [row.claim]))) throw new CommandOutdated();
        return returnExtras({ pool: this.pool, keys: this.vault.keys }, row, id, basis.village);
      },
    };
  }

  private transfer(
    request: CommandRequest,
    id: string,
    body: MemberJoinDto & { fromHouseholdId: string; personId: string; relation: CodeDto },
  ): Promise<HandledAcross<Event>> {
    const other = otherHousehold(id, body.fromHouseholdId);
    const households = [{ id }, { id: other, field: 'fromHouseholdId' }];
    return this.changes.carryOut(request, 'memberChange', households, body.occurredOn, ([basis, there]) => {
      const command: TransferMember = {
        type: 'transferMember',
        ...basis!,
        householdId: id,
        personId: body.personId,
        reason: JOIN_REASONS[body.reason],
        relation: relationOf(body.relation),
        from: { householdId: other, basis: there! },
        relationsLeft: relationsOf(body.relationsLeft),
      };
      return {
        decide: ([here = NO_HOUSEHOLD, left = NO_HOUSEHOLD]) => transferMember(command, here, left),
        extras: ([, left = []]) =>
          transferExtras(
            { pool: this.pool, keys: this.vault.keys },
            command,
            left.some(({ event }) => event.case === 'householdExtinguished'),
          ),
      };
    });
  }

  /**
   * The person belongs to another household, or has died as a member of it. A death is told only where the caller answers
   * for that household: whoever has a number learns nothing more about its person.
   */
  private async taken({ owner }: ClaimTaken, person: PersonDto | undefined, caller: Caller): Promise<Error> {
    const { state } = await this.handler.read(householdStream, owner);
    const rows = person ? await rowsOfNumber(this.pool, this.vault.keys, person.idNumber) : [];
    const died = state.status !== 'none' && rows.some(({ personId }) => hasDied(state.file, personId));
    const village = (await this.directory.villagesOf([owner])).get(owner);
    if (died && village !== undefined && caller.reaches(village))
      return new CommandRefused([{ ...personDied(), field: 'person.idNumber' }]);
    return new Problem('person-already-registered', {
      title: 'A person belongs to another household already',
      titleZh: '该人员已登记在其他户中',
      field: person ? 'person.idNumber' : 'personId',
      detail: 'This person belongs to another household of the register; name it as fromHouseholdId',
      detailZh: '该人员已在其他户登记，须填写转出户',
    });
  }
}

const NO_PERSON = { detail: 'There is no such person in your region', detailZh: '本辖区没有此人' };

/** Either a person by who they are, or one that the register knows with the relation here. Throws the 400 problem. */
function whoJoins(body: MemberJoinDto): Pick<MemberJoinDto, 'person' | 'personId' | 'relation'> {
  const { person, personId, relation, fromHouseholdId } = body;
  if (person && personId === undefined && !relation && fromHouseholdId === undefined) return { person };
  if (!person && personId !== undefined && relation) return { personId, relation };
  throw validationProblem([
    {
      field: person ? 'personId' : 'person',
      code: 'person-or-person-id',
      detail: 'Give either person, or personId with relation (and fromHouseholdId)',
      detailZh: '须填写人员信息，或已在册人员编号及与户主关系（及转出户），二者择一',
    },
  ]);
}
