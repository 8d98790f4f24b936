import { create, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  ActorRole,
  CodeSystem,
  HOUSEHOLD_TOPIC,
  HouseholdEventSchema,
  Origin,
  YEAR_TOPIC,
  YearEventSchema,
} from '@fupin/contracts';
import type { EventCorrectedSchema } from '@fupin/contracts';
import { v7 } from 'uuid';
import type { HouseholdRecord } from '../src/event.js';
import { householdProjection } from '../src/read-model.js';
import { yearProjection } from '../src/year/year.table.js';

export type EventInit = NonNullable<MessageInitShape<typeof HouseholdEventSchema>['event']>;

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

const member = (birthYear: number) => ({ personId: v7(), birthYear, sex: 1 });
export const memberAdded = (reason = 1): EventInit => ({
  case: 'memberAdded',
  value: { member: member(2016), reason },
});
export const memberLeft = (reason = 1): EventInit => ({
  case: 'memberLeft',
  value: { personId: v7(), reason },
});
export const moved = (fromRegion: string, toRegion: string): EventInit => ({
  case: 'householdMoved',
  value: { fromRegion, toRegion },
});
export const split = (into: string, persons: number): EventInit => ({
  case: 'householdSplit',
  value: { intoHouseholdId: into, personIds: Array.from({ length: persons }, () => v7()) },
});
/** Split off from `from`; `standing` says how that one stood. */
export const splitOff = (
  from: string,
  persons: number,
  standing: { exitedOn?: string; returnedOn?: string; policyEndedOn?: string } = {},
): EventInit => ({
  case: 'householdSplitOff',
  value: {
    fromHouseholdId: from,
    householdNo: '4228231002010002',
    entryKind: 1,
    householdKind: 1,
    members: Array.from({ length: persons }, (_, i) => member(1980 + i)),
    causes: causes('01'),
    standing: { ...standing, status: standing.exitedOn ? 2 : 1, registeredOn: '2014-05-10' },
  },
});
export const merged = (from: string, persons: number): EventInit => ({
  case: 'householdMerged',
  value: { fromHouseholdId: from, members: Array.from({ length: persons }, (_, i) => member(1980 + i)) },
});
export const mergedAway = (into: string): EventInit => ({
  case: 'householdMergedAway',
  value: { intoHouseholdId: into },
});
export const extinguished: EventInit = { case: 'householdExtinguished', value: {} };
export const removed = (persons: number): EventInit => ({
  case: 'ineligibleRemoved',
  value: { reason: 2, persons },
});
export const reversed = (exitEventId: string): EventInit => ({
  case: 'exitReversed',
  value: { exitEventId, reason: 1, persons: 3 },
});
export const policyEnded: EventInit = { case: 'policyEnded', value: {} };
export const policyRetained = (until: string): EventInit => ({ case: 'policyRetained', value: { until } });

type CorrectionFact = NonNullable<MessageInitShape<typeof EventCorrectedSchema>['fact']>;
/** The event of that id had happened on `on` and been this fact. */
export const corrected = (eventId: string, on: string, fact: EventInit): EventInit => ({
  case: 'eventCorrected',
  value: {
    correctedEventId: eventId,
    reason: 1,
    noteId: v7(),
    correctedOccurredOn: on,
    fact: fact as CorrectionFact,
  },
});
/** The event of that id never happened. */
export const annulled = (eventId: string): EventInit => ({
  case: 'eventCorrected',
  value: { correctedEventId: eventId, reason: 1, noteId: v7(), annulled: true },
});
export const findingRaised = (about: string, correction: string, ...missing: string[]): EventInit => ({
  case: 'registerFindingRaised',
  value: { kind: 1, aboutEventId: about, correctionEventId: correction, missing },
});
export const findingClosed = (findingEventId: string, outcome = 2): EventInit => ({
  case: 'registerFindingClosed',
  value: { findingEventId, outcome },
});

type YearRecord = Parameters<typeof yearProjection.apply>[1][number];
/** The closing of a region's year as its topic carries it. */
export function yearClosed(region: string, year: number, knownOn: string, position = 1): YearRecord {
  const recordedAt = new Date(`${knownOn}T08:00:00Z`);
  const payload = toBinary(
    YearEventSchema,
    create(YearEventSchema, {
      envelope: {
        streamVersion: 1,
        recordedAt: timestampFromDate(recordedAt),
        occurredOn: knownOn,
        actorRole: ActorRole.COUNTY,
        correlationId: 'test',
        region,
        ruleIds: ['REG-36'],
      },
      event: { case: 'yearClosed', value: { year, knownOn } },
    }),
  );
  const { event, envelope } = yearProjection.decode(payload);
  return {
    streamId: v7(),
    version: 1,
    position,
    recordedAt,
    occurredOn: knownOn,
    region,
    event,
    envelope,
    payload,
    topic: YEAR_TOPIC.name,
    partition: 0,
  };
}
