import { fromBinary, toJson } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { ActorRole, CorrectionReason, HouseholdEventSchema, Origin } from '@fupin/contracts';
import type { EventCorrected } from '@fupin/contracts';
import type { Pool } from 'pg';
import type { RegisterEvent } from '../event.js';
import { EVENT_LABELS } from '../labels.js';
import type { TimelineEvent } from './timeline.dto.js';

/** All events of a household in the order in which they were recorded, decoded from their bytes. */
export async function timelineOf(pool: Pool, householdId: string): Promise<TimelineEvent[]> {
  const { rows } = await pool.query<{ version: number; payload: Buffer }>(
    'SELECT version, payload FROM read_model.timeline WHERE household_id = $1 ORDER BY version',
    [householdId],
  );
  const events = rows.map(({ version, payload }) => readEvent(householdId, version, payload));
  const byId = new Map(events.map(({ item }) => [item.id, item]));
  for (const { item, event } of events) {
    if (event.case === 'eventCorrected') linkCorrection(byId, item, event.value);
    if (event.case === 'exitReversed') {
      const exit = byId.get(event.value.exitEventId);
      if (exit) exit.voidedBy = item.id;
    }
  }
  return events.map(({ item }) => item);
}

/** Shows a correction beside the event it puts right, both as they were recorded. */
function linkCorrection(
  byId: ReadonlyMap<string, TimelineEvent>,
  item: TimelineEvent,
  value: EventCorrected,
): void {
  item.corrects = value.correctedEventId;
  const mistaken = byId.get(value.correctedEventId);
  if (!mistaken) return;
  const earlier = (mistaken.corrections ?? []).map((correction) => ({ ...correction, counts: false }));
  mistaken.corrections = [
    ...earlier,
    {
      eventId: item.id,
      recordedAt: item.recordedAt,
      reason: camelCase(CorrectionReason[value.reason]),
      occurredOn: value.correctedOccurredOn,
      annulled: value.annulled,
      data: (item.data as Record<string, unknown>)[value.fact.case ?? ''],
      counts: true,
    },
  ];
}

/** One event as people read it; the fact itself keeps the names of the event contract. */
function readEvent(
  householdId: string,
  version: number,
  payload: Uint8Array,
): { item: TimelineEvent; event: RegisterEvent } {
  const message = fromBinary(HouseholdEventSchema, payload);
  const { envelope, event } = message;
  if (!envelope || event.case === undefined)
    throw new Error(`Event ${householdId}:${version} cannot be read`);
  const json = toJson(HouseholdEventSchema, message) as Record<string, unknown>;
  const item: TimelineEvent = {
    id: `${householdId}:${version}`,
    version,
    type: event.case.charAt(0).toUpperCase() + event.case.slice(1),
    typeZh: EVENT_LABELS[event.case].zh,
    typeEn: EVENT_LABELS[event.case].en,
    occurredOn: envelope.occurredOn,
    recordedAt: envelope.recordedAt ? timestampDate(envelope.recordedAt).toISOString() : '',
    region: envelope.region,
    actorRole: camelCase(ActorRole[envelope.actorRole]),
    ruleIds: envelope.ruleIds,
    ruleSetVersion: envelope.ruleSetVersion,
    fromHistory: envelope.origin === Origin.HISTORY,
    backdated: envelope.backdated,
    data: json[event.case],
  };
  return { item, event };
}

const camelCase = (name: string) =>
  name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
