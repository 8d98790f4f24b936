import type { ClientBase } from 'pg';
import type { Fact } from '../roll-up/history.js';
import { bulkUpsert } from '../sql/upsert.js';
import type { Household } from './household.js';

/**
 * Columns for what lists filter and sort by, the rest as JSON: a survey then costs one small row to read and to write.
 * Nothing that a survey changes is indexed, so its update stays on the page (HOT). The facts lie beside the household:
 * they change a few times in its life, the household with every event. `household_place` names every village where it ever was
 * counted or something happened to it, also by what has since been put right: where to look for the events behind a figure.
 */
export const householdSql = `
CREATE TABLE household (
  id uuid PRIMARY KEY,
  village text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  persons integer NOT NULL,
  main_cause text,
  household_no text,
  detail json NOT NULL,
  version integer NOT NULL,
  position bigint NOT NULL
) WITH (fillfactor = 75);
CREATE TABLE household_facts (id uuid PRIMARY KEY, facts text NOT NULL);
CREATE TABLE household_place (
  village text COLLATE "C" NOT NULL,
  household_id uuid NOT NULL,
  PRIMARY KEY (village, household_id)
);
`;

/** For the lists; a rebuild makes them after loading. */
export const householdIndexSql = `
CREATE INDEX household_by_village ON household (village, id);
CREATE INDEX household_by_status ON household (status, village, id);
CREATE INDEX household_by_no ON household (household_no) WHERE household_no IS NOT NULL;
`;

/** What `household` holds per row. */
export interface HouseholdRow {
  id: string;
  village: string;
  status: string;
  persons: number;
  main_cause: string | null;
  household_no: string | null;
  detail: Omit<
    Household,
    'id' | 'village' | 'status' | 'persons' | 'mainCause' | 'householdNo' | 'version' | 'position'
  >;
  version: number;
  position: string;
}

/** A household as its row tells it. */
export function toHousehold(row: HouseholdRow): Household {
  return {
    ...row.detail,
    id: row.id,
    village: row.village,
    status: row.status as Household['status'],
    persons: row.persons,
    mainCause: row.main_cause,
    householdNo: row.household_no,
    version: row.version,
    position: BigInt(row.position),
  };
}

/** Reads the households there are among the ids. */
export async function loadHouseholds(
  tx: ClientBase,
  ids: readonly string[],
): Promise<Map<string, Household>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<HouseholdRow>(
    `SELECT id, village, status, persons, main_cause, household_no, detail, version, position
     FROM household WHERE id = ANY ($1::uuid[])`,
    [`{${ids.join(',')}}`],
  );
  return new Map(rows.map((row) => [row.id, toHousehold(row)]));
}

export const saveHouseholds = bulkUpsert<Household>({
  table: 'household',
  key: ['id'],
  columns: [
    { name: 'id', type: 'uuid', of: (h) => h.id },
    { name: 'village', type: 'text', of: (h) => h.village },
    { name: 'status', type: 'text', of: (h) => h.status },
    { name: 'persons', type: 'integer', of: (h) => h.persons },
    { name: 'main_cause', type: 'text', of: (h) => h.mainCause },
    { name: 'household_no', type: 'text', of: (h) => h.householdNo },
    { name: 'detail', type: 'json', of: detailText },
    { name: 'version', type: 'integer', of: (h) => h.version },
    { name: 'position', type: 'bigint', of: (h) => h.position },
  ],
  onConflict: 'replace',
});

/** The household without the columns of their own. */
function detailText(household: Household): string {
  const { id: _1, village: _2, status: _3, persons: _4, mainCause: _5, householdNo: _6, ...rest } = household;
  const { version: _7, position: _8, ...detail } = rest;
  return JSON.stringify(detail);
}

/** The facts of a household, in the order of business date. */
export interface HouseholdFacts {
  readonly id: string;
  readonly facts: readonly Fact[];
}

/** Reads the facts there are of the ids. */
export async function loadFacts(
  tx: ClientBase,
  ids: readonly string[],
): Promise<Map<string, readonly Fact[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<{ id: string; facts: string }>(
    'SELECT id, facts FROM household_facts WHERE id = ANY ($1::uuid[])',
    [`{${ids.join(',')}}`],
  );
  return new Map(rows.map((row) => [row.id, JSON.parse(row.facts) as Fact[]]));
}

export const saveFacts = bulkUpsert<HouseholdFacts>({
  table: 'household_facts',
  key: ['id'],
  columns: [
    { name: 'id', type: 'uuid', of: (h) => h.id },
    { name: 'facts', type: 'text', of: (h) => JSON.stringify(h.facts) },
  ],
  onConflict: 'replace',
});

/** A village where events of a household are to be found. */
export interface Place {
  readonly village: string;
  readonly householdId: string;
}

export const savePlaces = bulkUpsert<Place>({
  table: 'household_place',
  key: ['village', 'household_id'],
  columns: [
    { name: 'village', type: 'text', of: (p) => p.village },
    { name: 'household_id', type: 'uuid', of: (p) => p.householdId },
  ],
  onConflict: 'keep',
});
