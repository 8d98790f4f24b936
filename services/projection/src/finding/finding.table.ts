import { RegisterFindingKind, RegisterFindingOutcome } from '@fupin/contracts';
import type { ClientBase } from 'pg';
import type { HouseholdRecord } from '../event.js';
import { versionOf } from '../roll-up/facts.js';
import { bulkUpsert } from '../sql/upsert.js';

/** 疑点: what a correction has shown and a person has to decide; the event that raised it is `<household_id>:<version>`. */
export const findingSql = `
CREATE TABLE register_finding (
  household_id uuid NOT NULL,
  version integer NOT NULL,
  kind text COLLATE "C" NOT NULL,
  about_event_id text NOT NULL,
  correction_event_id text NOT NULL,
  missing json NOT NULL,
  raised_on date NOT NULL,
  recorded_at timestamptz NOT NULL,
  closed_by integer,
  closed_on date,
  outcome text COLLATE "C",
  PRIMARY KEY (household_id, version)
);
`;

export const FINDING_KINDS = ['exitUnlawful'] as const;
export const FINDING_OUTCOMES = ['exitReversed', 'exitStands', 'corrected'] as const;

const camelCase = (name: string | undefined) =>
  (name ?? 'unspecified').toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Notes the findings that a batch raises, then closes those it closes. */
export async function saveFindings(tx: ClientBase, batch: readonly HouseholdRecord[]): Promise<void> {
  await saveRaised(
    tx,
    batch.filter((record) => record.event.case === 'registerFindingRaised'),
  );
  for (const { event, streamId, version, occurredOn } of batch) {
    if (event.case !== 'registerFindingClosed') continue;
    const { findingEventId, outcome } = event.value;
    await tx.query(
      `UPDATE register_finding SET closed_by = $3, closed_on = $4, outcome = $5
       WHERE household_id = $1 AND version = $2`,
      [streamId, versionOf(findingEventId), version, occurredOn, camelCase(RegisterFindingOutcome[outcome])],
    );
  }
}

const raised =
  <T>(of: (event: Raised, record: HouseholdRecord) => T) =>
  (record: HouseholdRecord) =>
    of(record.event.value as Raised, record);
type Raised = Extract<HouseholdRecord['event'], { case: 'registerFindingRaised' }>['value'];

const saveRaised = bulkUpsert<HouseholdRecord>({
  table: 'register_finding',
  key: ['household_id', 'version'],
  columns: [
    { name: 'household_id', type: 'uuid', of: (r) => r.streamId },
    { name: 'version', type: 'integer', of: (r) => r.version },
    { name: 'kind', type: 'text', of: raised((e) => camelCase(RegisterFindingKind[e.kind])) },
    { name: 'about_event_id', type: 'text', of: raised((e) => e.aboutEventId) },
    { name: 'correction_event_id', type: 'text', of: raised((e) => e.correctionEventId) },
    { name: 'missing', type: 'json', of: raised((e) => JSON.stringify(e.missing)) },
    { name: 'raised_on', type: 'date', of: (r) => r.occurredOn },
    { name: 'recorded_at', type: 'timestamptz', of: (r) => r.recordedAt.toISOString() },
  ],
  onConflict: 'replace',
});
