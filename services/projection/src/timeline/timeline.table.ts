import type { ClientBase } from 'pg';
import type { HouseholdRecord, PastEvent } from '../event.js';
import { pastEvent } from '../event.js';
import { BinaryCopy } from '../sql/binary-copy.js';

/**
 * One row per event: the bytes of the event as they came (everything else is in them and is decoded when a household is
 * looked at), so that the bulk of all writing is one COPY.
 */
export const timelineSql = `
CREATE TABLE timeline (
  household_id uuid NOT NULL,
  version integer NOT NULL,
  payload bytea NOT NULL,
  PRIMARY KEY (household_id, version)
);
ALTER TABLE timeline ALTER COLUMN payload SET STORAGE MAIN;
`;

/** Adds the rows of a batch. */
export async function saveTimeline(tx: ClientBase, batch: readonly HouseholdRecord[]): Promise<void> {
  const copy = new BinaryCopy('timeline', ['household_id', 'version', 'payload'], batch.length * 400);
  for (const { streamId, version, payload } of batch) copy.row().uuid(streamId).int4(version).bytes(payload);
  await copy.send(tx);
}

/** All events of these households so far, in order, from their bytes. */
export async function loadTimelines(
  tx: ClientBase,
  ids: readonly string[],
): Promise<Map<string, readonly PastEvent[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<{ household_id: string; version: number; payload: Buffer }>(
    `SELECT household_id, version, payload FROM timeline WHERE household_id = ANY ($1::uuid[])
     ORDER BY household_id, version`,
    [`{${ids.join(',')}}`],
  );
  return Map.groupBy(
    rows.map((row) => pastEvent(row.household_id, row.version, row.payload)),
    ({ streamId }) => streamId,
  );
}
