import { Injectable } from '@nestjs/common';
import { Sex } from '@fupin/contracts';
import { parsePersonNumber } from '@fupin/domain';
import {
  AttachmentMissed,
  ClaimTaken,
  CommandHandler,
  CommandOutdated,
  VersionMismatch,
} from '@fupin/event-sourcing';
import { CommandRequest, Problem } from '@fupin/service';
import type { Basis, CorrectPerson } from '../household/decider/commands.js';
import { hasDied, memberOf } from '../household/decider/membership.js';
import type { HouseholdState } from '../household/decider/state.js';
import { HouseholdDesk, type HandledHousehold } from '../household/household-desk.js';
import { householdStream } from '../household/household.stream.js';
import { CORRECTION_REASONS, PERSON_FIELDS, type PersonFieldName } from '../household/rest/names.js';
import { assertMay } from '../household/permissions.js';
import { untilSettled } from '../household/until-settled.js';
import type { PersonCorrectionDto } from './person.dto.js';
import { PersonErasures } from './person-erasures.js';
import { NumberOfAnotherMember, PersonVault, type PersonChange } from './person-vault.js';
import { erasedPerson } from './vault-problems.js';

/** How often a correction is begun anew when the household changes under it. */
const ATTEMPTS = 5;
const FIELDS = Object.keys(PERSON_FIELDS) as PersonFieldName[];

/** 个人信息更正: the event on the household's stream and the vault's row in one append. */
@Injectable()
export class PersonCorrections {
  constructor(
    private readonly vault: PersonVault,
    private readonly erasures: PersonErasures,
    private readonly handler: CommandHandler,
    private readonly desk: HouseholdDesk,
  ) {}

  /** Throws the problems of region, role and decider, and `person-already-registered` when the number is another's. */
  async correct(
    request: CommandRequest,
    personId: string,
    body: PersonCorrectionDto,
    purpose: string | undefined,
  ): Promise<HandledHousehold> {
    const passing = (error: unknown) =>
      error instanceof CommandOutdated ||
      (error instanceof VersionMismatch && request.expectedVersion === undefined);
    try {
      return await untilSettled(() => this.attempt(request, personId, body, purpose), passing, ATTEMPTS);
    } catch (error) {
      if (error instanceof ClaimTaken || error instanceof NumberOfAnotherMember) throw numberTaken();
      throw error instanceof AttachmentMissed ? erasedPerson() : error;
    }
  }

  /**
   * The row is written whole, so it must not change between being read and the append: the version of the stream, which
   * every change of the row goes through, is read first and expected then.
   */
  private async attempt(
    request: CommandRequest,
    personId: string,
    body: PersonCorrectionDto,
    purpose: string | undefined,
  ): Promise<HandledHousehold> {
    const { caller, ids, idempotency } = request;
    const place = await this.erasures.placeWithin(caller, personId);
    assertMay(caller, 'personCorrection');
    const { householdId, villageCode } = place;
    const { version, state } = await this.handler.read(householdStream, householdId);
    const change = changeOf(body);
    const corrected = await this.vault.correction(personId, change);
    if (!corrected) throw erasedPerson();
    // Written with the change, so that nobody's identity changes without a trace.
    const records = this.vault.audits.rows(caller, 'correct', [place], purpose);
    const extras = {
      // Who left freely holds no place in the register: the right number takes none, and may be a member's elsewhere.
      ...(holdsPlace(state, personId) && corrected),
      attachments: [...(corrected.attachments ?? []), ...records],
    };
    const basis = await this.desk.basis(caller, villageCode, body.occurredOn);
    const command = commandOf(personId, body, change, basis);
    const expected = request.expectedVersion ?? version;
    const sure = new CommandRequest(caller, ids, idempotency, expected);
    return this.desk.handle(sure, householdId, villageCode, command, extras);
  }
}

/** Members hold their claim, and so do the dead. */
const holdsPlace = (state: HouseholdState, personId: string): boolean =>
  state.status !== 'none' && (memberOf(state.file, personId) !== undefined || hasDied(state.file, personId));

function commandOf(
  personId: string,
  body: PersonCorrectionDto,
  change: PersonChange,
  basis: Basis,
): CorrectPerson {
  const number = body.idNumber === undefined ? undefined : parsePersonNumber(body.idNumber);
  return {
    type: 'correctPerson',
    ...basis,
    personId,
    fields: FIELDS.filter((field) => change[field] !== undefined).map((field) => PERSON_FIELDS[field]),
    reason: CORRECTION_REASONS[body.reason],
    ...(number?.ok && {
      number: { birthDate: number.birthDate, sex: number.sex === 'male' ? Sex.MALE : Sex.FEMALE },
    }),
  };
}

function changeOf(body: PersonCorrectionDto): PersonChange {
  return Object.fromEntries(
    FIELDS.flatMap((field) => (body[field] === undefined ? [] : [[field, body[field]]])),
  );
}

const numberTaken = () =>
  new Problem('person-already-registered', {
    title: 'A person belongs to another household already',
    titleZh: '该人员已登记在其他户中',
    field: 'idNumber',
    detail: 'Another person of the register has this number',
    detailZh: '该证件号码已由其他在册人员使用',
  });
