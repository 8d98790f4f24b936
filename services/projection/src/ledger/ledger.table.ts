import type { ClientBase } from 'pg';
import type { FlowEntry, History } from '../roll-up/history.js';
import { arrayLiteral, bulkUpsert } from '../sql/upsert.js';

/** Entries by kind, exits (脱贫) and returns (返贫), one row each; the event is `<household_id>:<version>`. */
export const ledgerSql = `
CREATE TABLE ledger (
  household_id uuid NOT NULL,
  version integer NOT NULL,
  kind text COLLATE "C" NOT NULL,
  occurred_on date NOT NULL,
  recorded_at timestamptz NOT NULL,
  village text COLLATE "C" NOT NULL,
  persons integer NOT NULL,
  cause text COLLATE "C" NOT NULL,
  PRIMARY KEY (household_id, version)
);
`;

/** For the lists; a rebuild makes them after loading. */
export const ledgerIndexSql = `
CREATE INDEX ledger_by_date ON ledger (occurred_on, household_id, version);
CREATE INDEX ledger_by_village ON ledger (village, occurred_on);
`;

/** A flow of a household's history with the time its event was recorded. */
interface LedgerEntry extends FlowEntry {
  readonly householdId: string;
  readonly recordedAt: Date;
}

/** Gathers what a batch changes in the ledger: it lists the flows of the histories, no more and no less. */
export class LedgerBatch {
  private readonly saved = new Map<string, LedgerEntry>();
  private readonly removed = new Map<string, { householdId: string; version: number }>();

  /** `recordedAt` is that of the event that made the change. */
  change(householdId: string, before: History, after: History, recordedAt: Date): void {
    for (const { version } of before.flows) {
      if (after.flows.some((f) => f.version === version)) continue;
      this.saved.delete(`${householdId}:${version}`);
      this.removed.set(`${householdId}:${version}`, { householdId, version });
    }
    for (const flow of after.flows) {
      const old = before.flows.find((f) => f.version === flow.version);
      if (old && sameEntry(old, flow)) continue;
      this.removed.delete(`${householdId}:${flow.version}`);
      this.saved.set(`${householdId}:${flow.version}`, { ...flow, householdId, recordedAt });
    }
  }

  async save(tx: ClientBase): Promise<void> {
    const gone = [...this.removed.values()];
    if (gone.length > 0)
      await tx.query(
        `DELETE FROM ledger USING unnest($1::uuid[], $2::int[]) AS gone (household_id, version)
         WHERE ledger.household_id = gone.household_id AND ledger.version = gone.version`,
        [arrayLiteral(gone, (g) => g.householdId), arrayLiteral(gone, (g) => g.version)],
      );
    await saveEntries(tx, [...this.saved.values()]);
  }
}

const sameEntry = (a: FlowEntry, b: FlowEntry) =>
  a.on === b.on &&
  a.flow === b.flow &&
  a.village === b.village &&
  a.persons === b.persons &&
  a.cause === b.cause;

const saveEntries = bulkUpsert<LedgerEntry>({
  table: 'ledger',
  key: ['household_id', 'version'],
  columns: [
    { name: 'household_id', type: 'uuid', of: (e) => e.householdId },
    { name: 'version', type: 'integer', of: (e) => e.version },
    { name: 'kind', type: 'text', of: (e) => e.flow },
    { name: 'occurred_on', type: 'date', of: (e) => e.on },
    { name: 'recorded_at', type: 'timestamptz', of: (e) => e.recordedAt.toISOString() },
    { name: 'village', type: 'text', of: (e) => e.village },
    { name: 'persons', type: 'integer', of: (e) => e.persons },
    { name: 'cause', type: 'text', of: (e) => e.cause },
  ],
  onConflict: 'replace',
});
