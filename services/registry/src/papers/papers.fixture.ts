// A household whose life fills every section of its file, as stored events; people who do not exist.
import { create } from '@bufbuild/protobuf';
import {
  ActorRole,
  CodeSystem,
  CorrectionReason,
  DocumentFiledSchema,
  DocumentKind,
  EventCorrectedSchema,
  Fuel,
  HousingStructure,
  IncomeSurveyedSchema,
  JoinReason,
  LeaveReason,
  LivingConditionsRecordedSchema,
  MemberAddedSchema,
  MemberLeftSchema,
  MemberSchema,
} from '@fupin/contracts';
import type { NewEvent, StoredEvent } from '@fupin/event-sourcing';
import { code, exit, identification, LINE_2016, live, member, ready } from '../../test/household-story.js';
import type { Event } from '../household/decider/basis.js';
import { householdStream } from '../household/household.stream.js';
import type { Person } from '../vault/person-vault.js';
import { dossierOf, type Dossier } from './dossier.js';

export const HOUSEHOLD = '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e43';
export const VILLAGE = '422823101201';
const PAPER_ID = '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e44';

/** Stored events of one household, at positions from `from` on. */
export function stored(
  events: readonly NewEvent<Event>[],
  id = HOUSEHOLD,
  from = 184_200,
  region = VILLAGE,
): StoredEvent[] {
  const recordedAt = new Date('2016-12-20T03:00:00Z');
  return events.map((event, index) => ({
    ...householdStream.encode(
      event,
      { actorRole: ActorRole.VILLAGE_CADRE, correlationId: 'c', region },
      index + 1,
      recordedAt,
    ),
    position: from + index,
    streamId: id,
    streamType: householdStream.name,
    version: index + 1,
    occurredOn: event.occurredOn,
    recordedAt,
    hash: new Uint8Array(32),
  }));
}

const on = (occurredOn: string, event: Event, ...ruleIds: string[]): NewEvent<Event> => ({
  event,
  occurredOn,
  ruleIds,
});

const joins = (personId: string, relation: string, birthYear: number, occurredOn: string) =>
  on(occurredOn, {
    case: 'memberAdded',
    value: create(MemberAddedSchema, {
      member: create(MemberSchema, {
        ...member(personId, relation),
        birthYear,
        ethnicity: code(CodeSystem.GB_3304, '15'),
        education: code(CodeSystem.REGISTER_EDUCATION, '02'),
        schooling: code(CodeSystem.REGISTER_SCHOOLING, '03'),
        health: code(CodeSystem.REGISTER_HEALTH, '02'),
        medicalInsurance: true,
      }),
      reason: JoinReason.OTHER,
    }),
  });

/** Identified in January 2016, out of poverty in November, one survey put right, one member gone, papers filed. */
export function fullLife(): NewEvent<Event>[] {
  const { events } = live(
    ...identification('2016-01'),
    ...ready('2016-10', LINE_2016 + 100n),
    ...exit('2016-11'),
  );
  const surveyed = events.findIndex(({ event }) => event.case === 'incomeSurveyed');
  const survey = events[surveyed]?.event.value as Extract<Event, { case: 'incomeSurveyed' }>['value'];
  return [
    ...events,
    ...['03', '04', '05', '07', '08', '11', '12', '17', '18'].map((relation, index) =>
      joins(`m${index}`, relation, 1940 + index * 7, `2016-11-${14 + index}`),
    ),
    on('2016-12-01', {
      case: 'memberLeft',
      value: create(MemberLeftSchema, { personId: 'm8', reason: LeaveReason.DEATH }),
    }),
    on('2016-12-02', {
      case: 'livingConditionsRecorded',
      value: create(LivingConditionsRecordedSchema, {
        housingAreaHundredthM2: 10_650,
        structure: HousingStructure.BRICK_CONCRETE,
        builtYear: 2009,
        electricity: true,
        tapWater: true,
        fuels: [Fuel.FIREWOOD, Fuel.GAS, Fuel.ELECTRICITY],
        distanceToMarketM: 3400,
      }),
    }),
    on(
      '2016-12-05',
      {
        case: 'eventCorrected',
        value: create(EventCorrectedSchema, {
          correctedEventId: `${HOUSEHOLD}:${surveyed + 1}`,
          correctedOccurredOn: '2016-10-02',
          reason: CorrectionReason.TYPING_ERROR,
          noteId: PAPER_ID,
          fact: {
            case: 'incomeSurveyed',
            value: create(IncomeSurveyedSchema, {
              ...survey,
              wageFen: survey.wageFen + 30_000n,
              netIncomeFen: survey.netIncomeFen + 30_000n,
              perCapitaNetIncomeFen: survey.perCapitaNetIncomeFen + 10_000n,
            }),
          },
        }),
      },
      'REG-20',
    ),
    on('2016-12-06', {
      case: 'documentFiled',
      value: create(DocumentFiledSchema, {
        documentId: PAPER_ID,
        kind: DocumentKind.HOUSE_PHOTO,
        sha256: new Uint8Array(32).fill(0xab),
        mediaType: 'image/jpeg',
        sizeBytes: 482_113n,
        datedOn: '2016-12-05',
      }),
    }),
  ];
}

export function dossier(events = fullLife()): Dossier {
  const read = dossierOf(HOUSEHOLD, stored(events));
  if (!read) throw new Error('no events');
  return read;
}

const NAMES: Readonly<Record<string, string>> = {
  head: '阿卜杜热合曼·买买提吐尔逊江',
  spouse: '欧阳淑贞',
  child: '覃䶮',
  m0: '覃守义',
  m1: '古丽巴哈尔·阿不都热依木·吐尔逊',
};
export const FULL_NUMBER = '422823197003070021';
export const PHONE = '13971234567';
export const ACCOUNT = '6217002870012345678';

/** The vault's row of a person, with everything in it. */
export const personOf = (personId: string): Person => ({
  personId,
  householdId: HOUSEHOLD,
  villageCode: VILLAGE,
  head: personId === 'head',
  name: NAMES[personId] ?? '向春梅',
  idNumber: FULL_NUMBER,
  phone: PHONE,
  bankAccount: ACCOUNT,
  address: '三组十二号门牌',
});
