import { create } from '@bufbuild/protobuf';
import {
  AcknowledgementSignedSchema,
  AnnouncementPublishedSchema,
  CodeSystem,
  Condition,
  DemocraticReviewHeldSchema,
  EntryKind,
  ExitPlannedSchema,
  Guarantee,
  GuaranteesAssessedSchema,
  HouseholdExitedSchema,
  HouseholdKind,
  HouseholdRegisteredSchema,
  IncomeSurveyedSchema,
  MonitoringVisitRecordedSchema,
  NoticeLevel,
  Procedure,
  PublicNoticePostedSchema,
  Sex,
  VerificationCompletedSchema,
  type HouseholdEvent,
} from '@fupin/contracts';
import type { EventOf, NewEvent } from '@fupin/event-sourcing';
import { randomUUID } from 'node:crypto';

type Event = EventOf<HouseholdEvent>;
const on = (occurredOn: string, event: Event): NewEvent<Event> => ({ event, occurredOn });
const evidence = { datedOn: '2016-11-01', documentId: '0190d3a8-7c1e-7aa0-b1c5-3f9b2f1d4e5a' };

/** Events of a life: what a registered household goes through until some time after its exit; most are surveys. */
export function lifeOf(number: number): { streamId: string; region: string; events: NewEvent<Event>[] } {
  const exitYear = 2014 + (number % 7);
  const cause = { system: CodeSystem.REGISTER_CAUSE, code: String(1 + (number % 11)).padStart(2, '0') };
  const events: NewEvent<Event>[] = [
    on('2013-12-20', {
      case: 'householdRegistered',
      value: create(HouseholdRegisteredSchema, {
        householdNo: `422823101${200 + (number % 50)}-${String(number).padStart(5, '0')}`,
        entryKind: EntryKind.IDENTIFIED,
        householdKind: HouseholdKind.ORDINARY,
        members: [1, 2, 3].map((member) => ({
          personId: randomUUID(),
          birthYear: 1960 + member,
          sex: Sex.FEMALE,
          relation: { system: CodeSystem.REGISTER_RELATION, code: member === 1 ? '01' : '99' },
        })),
        causes: { main: cause },
      }),
    }),
  ];
  for (let year = 2014; year <= 2020; year += 1) {
    events.push(
      on(`${year}-10-15`, {
        case: 'incomeSurveyed',
        value: create(IncomeSurveyedSchema, {
          year,
          wageFen: 800_000n,
          netIncomeFen: 1_200_000n,
          persons: 3,
          perCapitaNetIncomeFen: 400_000n,
          evidence,
        }),
      }),
    );
    if (year === exitYear) {
      const procedure = Procedure.EXIT;
      events.push(
        on(`${year}-10-20`, { case: 'exitPlanned', value: create(ExitPlannedSchema, { year }) }),
        on(`${year}-10-25`, {
          case: 'guaranteesAssessed',
          value: create(GuaranteesAssessedSchema, {
            findings: [Guarantee.FOOD, Guarantee.CLOTHING, Guarantee.SAFE_HOUSING].map((guarantee) => ({
              guarantee,
              holds: true,
              evidence,
            })),
          }),
        }),
        on(`${year}-11-01`, {
          case: 'democraticReviewHeld',
          value: create(DemocraticReviewHeldSchema, {
            procedure,
            participants: 40,
            votesFor: 38,
            votesAgainst: 1,
            approved: true,
          }),
        }),
        on(`${year}-11-05`, {
          case: 'verificationCompleted',
          value: create(VerificationCompletedSchema, { procedure, confirmed: true, evidence }),
        }),
        on(`${year}-11-08`, {
          case: 'acknowledgementSigned',
          value: create(AcknowledgementSignedSchema, { documentId: evidence.documentId }),
        }),
        on(`${year}-11-10`, {
          case: 'publicNoticePosted',
          value: create(PublicNoticePostedSchema, { procedure, level: NoticeLevel.VILLAGE, days: 7 }),
        }),
        on(`${year}-11-20`, {
          case: 'announcementPublished',
          value: create(AnnouncementPublishedSchema, { procedure }),
        }),
        on(`${year}-11-20`, {
          case: 'householdExited',
          value: create(HouseholdExitedSchema, {
            year,
            perCapitaNetIncomeFen: 400_000n,
            povertyLineFen: 299_500n,
            persons: 3,
            policiesRetainedUntil: '2020-12-31',
          }),
        }),
      );
    }
    if (year > exitYear)
      events.push(
        on(`${year}-06-01`, {
          case: 'monitoringVisitRecorded',
          value: create(MonitoringVisitRecordedSchema, {
            production: Condition.STABLE,
            living: Condition.STABLE,
          }),
        }),
      );
  }
  return {
    streamId: randomUUID(),
    region: `422823101${200 + (number % 50)}`,
    events: events.sort((a, b) => (a.occurredOn < b.occurredOn ? -1 : a.occurredOn > b.occurredOn ? 1 : 0)),
  };
}
