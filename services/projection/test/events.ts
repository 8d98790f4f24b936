import { create, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ActorRole, CodeSystem, HOUSEHOLD_TOPIC, HouseholdEventSchema, Origin } from '@fupin/contracts';
import { v7 } from 'uuid';
import type { HouseholdRecord } from '../src/event.js';
import { householdProjection } from '../src/read-model.js';

type EventInit = NonNullable<MessageInitShape<typeof HouseholdEventSchema>['event']>;

/** When and where something happened, for building the events of a test. */
export interface When {
  readonly on: string;
  /** ISO instant; midday of `on` in Shanghai when left out. */
  readonly recordedAt?: string;
  readonly village?: string;
  readonly backdated?: boolean;
}

/** Makes events of households as they would come from the topic; every event goes through its bytes. */
export class EventWriter {
  private position = 0;
  private readonly versions = new Map<string, number>();

  household = (): string => v7();

  record(streamId: string, when: When, event: EventInit): HouseholdRecord {
    const version = (this.versions.get(streamId) ?? 0) + 1;
    this.versions.set(streamId, version);
    const recordedAt = new Date(when.recordedAt ?? `${when.on}T04:00:00Z`);
    const region = when.village ?? VILLAGE;
    const payload = toBinary(
      HouseholdEventSchema,
      create(HouseholdEventSchema, {
        envelope: {
          streamVersion: version,
          recordedAt: timestampFromDate(recordedAt),
          occurredOn: when.on,
          actorRole: ActorRole.COUNTY,
          correlationId: 'test',
          region,
          ruleSetVersion: 'national-2016',
          ruleIds: ['REG-01'],
          origin: Origin.LIVE,
          backdated: when.backdated ?? false,
        },
        event,
      }),
    );
    const { event: decoded, envelope } = householdProjection.decode(payload);
    return {
      streamId,
      version,
      position: ++this.position,
      recordedAt,
      occurredOn: when.on,
      region,
      event: decoded,
      envelope,
      payload,
      topic: HOUSEHOLD_TOPIC.name,
      partition: 0,
    };
  }
}

export const VILLAGE = '422823100201';
export const OTHER_VILLAGE = '422823101204';

export const causes = (main: string, ...others: string[]) => ({
  main: cause(main),
  others: others.map(cause),
});
const cause = (code: string) => ({ system: CodeSystem.REGISTER_CAUSE, code });

export const registered = (persons: number, main = '01', entryKind = 1): EventInit => ({
  case: 'householdRegistered',
  value: {
    householdNo: '4228231002010001',
    entryKind,
    householdKind: 1,
    members: Array.from({ length: persons }, (_, i) => ({
      personId: v7(),
      birthYear: 1960 + i,
      sex: 1 + (i % 2),
    })),
    causes: causes(main),
  },
});
export const exited = (persons: number): EventInit => ({
  case: 'householdExited',
  value: {
    year: 2016,
    perCapitaNetIncomeFen: 420_000n,
    povertyLineFen: 302_600n,
    persons,
    policiesRetainedUntil: '2020-12-31',
  },
});
export const returned = (persons: number, main = '01'): EventInit => ({
  case: 'householdReturned',
  value: { causes: causes(main), persons },
});
export const causesRecorded = (main: string, ...others: string[]): EventInit => ({
  case: 'povertyCausesRecorded',
  value: { causes: causes(main, ...others) },
});
export const surveyed = (year: number, perCapitaFen: bigint, persons = 3): EventInit => ({
  case: 'incomeSurveyed',
  value: {
    year,
    wageFen: perCapitaFen * BigInt(persons),
    netIncomeFen: perCapitaFen * BigInt(persons),
    persons,
    perCapitaNetIncomeFen: perCapitaFen,
  },
});
