import { fromBinary, toJson } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { ActorRole, HouseholdEventSchema, Origin } from '@fupin/contracts';
import type { Pool } from 'pg';
import { EVENT_LABELS } from '../labels.js';
import type { TimelineEvent } from './timeline.dto.js';

/** All events of a household in the order in which they were recorded, decoded from their bytes. */
export async function timelineOf(pool: Pool, householdId: string): Promise<TimelineEvent[]> {
  const { rows } = await pool.query<{ version: number; payload: Buffer }>(
    'SELECT version, payload FROM read_model.timeline WHERE household_id = $1 ORDER BY version',
    [householdId],
  );
  return rows.map(({ version, payload }) => toTimelineEvent(householdId, version, payload));
}

/** One event as people read it; the fact itself keeps the names of the event contract. */
export function toTimelineEvent(householdId: string, version: number, payload: Uint8Array): TimelineEvent {
  const message = fromBinary(HouseholdEventSchema, payload);
  const { envelope, event } = message;
  if (!envelope || event.case === undefined)
    throw new Error(`Event ${householdId}:${version} cannot be read`);
  const json = toJson(HouseholdEventSchema, message) as Record<string, unknown>;
  return {
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
}

const camelCase = (name: string) =>
  name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
