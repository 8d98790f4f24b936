import type { ClientBase } from 'pg';
import type { Flow, FlowEntry, History } from '../roll-up/history.js';
import { arrayLiteral, bulkUpsert } from '../sql/upsert.js';

/**
 * Everything that changes a count, one row each: entries by kind, exits (脱贫), returns (返贫), moves, members and how households
 * leave. The event is `<household_id>:<version>`; `changed_by` is the version of the event that made the row what it is, a
 * correction for example. `inside` is the number of digits of the narrowest region that holds both villages of a move: the row
 * counts in narrower regions only.
 */
export const ledgerSql = `
CREATE TABLE ledger (
  household_id uuid NOT NULL,
  version integer NOT NULL,
  kind text COLLATE "C" NOT NULL,
  occurred_on date NOT NULL,
  recorded_at timestamptz NOT NULL,
  village text COLLATE "C" NOT NULL,
  households smallint NOT NULL,
  persons integer NOT NULL,
  cause text COLLATE "C" NOT NULL,
  inside smallint NOT NULL,
  changed_by integer NOT NULL,
  PRIMARY KEY (household_id, version, kind)
);
`;

/** For the lists; a rebuild makes them after loading. */
export const ledgerIndexSql = `
CREATE INDEX ledger_by_date ON ledger (occurred_on, household_id, version, kind);
CREATE INDEX ledger_by_village ON ledger (village, occurred_on);
`;

/** A flow of a household's history with the event that made it and the time that was recorded. */
interface LedgerEntry extends FlowEntry {
  readonly householdId: string;
  readonly recordedAt: Date;
  readonly changedBy: number;
}

interface EntryKey {
  readonly householdId: string;
  readonly version: number;
  readonly flow: Flow;
}

/** Gathers what a batch changes in the ledger: it lists the flows of the histories, no more and no less. */
export class LedgerBatch {
  private readonly saved = new Map<string, LedgerEntry>();
  private readonly removed = new Map<string, EntryKey>();

  /** `by` is the event that made the change. */
  change(
    householdId: string,
    before: History,
    after: History,
    { recordedAt, version: changedBy }: { readonly recordedAt: Date; readonly version: number },
  ): void {
    const key = ({ version, flow }: FlowEntry) => `${householdId}:${version}:${flow}`;
    for (const entry of before.flows) {
      if (after.flows.some((f) => sameKey(f, entry))) continue;
      this.saved.delete(key(entry));
      this.removed.set(key(entry), { householdId, version: entry.version, flow: entry.flow });
    }
    for (const flow of after.flows) {
      const old = before.flows.find((f) => sameKey(f, flow));
      if (old && sameEntry(old, flow)) continue;
      this.removed.delete(key(flow));
      this.saved.set(key(flow), { ...flow, householdId, recordedAt, changedBy });
    }
  }

  async save(tx: ClientBase): Promise<void> {
    const gone = [...this.removed.values()];
    if (gone.length > 0)
      await tx.query(
        `DELETE FROM ledger USING unnest($1::uuid[], $2::int[], $3::text[]) AS gone (household_id, version, kind)
         WHERE ledger.household_id = gone.household_id AND ledger.version = gone.version AND ledger.kind = gone.kind`,
        [
          arrayLiteral(gone, (g) => g.householdId),
          arrayLiteral(gone, (g) => g.version),
          arrayLiteral(gone, (g) => g.flow),
        ],
      );
    await saveEntries(tx, [...this.saved.values()]);
  }
}

const sameKey = (a: FlowEntry, b: FlowEntry) => a.version === b.version && a.flow === b.flow;
const sameEntry = (a: FlowEntry, b: FlowEntry) =>
  a.on === b.on &&
  a.village === b.village &&
  a.households === b.households &&
  a.persons === b.persons &&
  a.cause === b.cause &&
  a.inside === b.inside;

const saveEntries = bulkUpsert<LedgerEntry>({
  table: 'ledger',
  key: ['household_id', 'version', 'kind'],
  columns: [
    { name: 'household_id', type: 'uuid', of: (e) => e.householdId },
    { name: 'version', type: 'integer', of: (e) => e.version },
    { name: 'kind', type: 'text', of: (e) => e.flow },
    { name: 'occurred_on', type: 'date', of: (e) => e.on },
    { name: 'recorded_at', type: 'timestamptz', of: (e) => e.recordedAt.toISOString() },
    { name: 'village', type: 'text', of: (e) => e.village },
    { name: 'households', type: 'smallint', of: (e) => e.households },
    { name: 'persons', type: 'integer', of: (e) => e.persons },
    { name: 'cause', type: 'text', of: (e) => e.cause },
    { name: 'inside', type: 'smallint', of: (e) => e.inside },
    { name: 'changed_by', type: 'integer', of: (e) => e.changedBy },
  ],
  onConflict: 'replace',
});
