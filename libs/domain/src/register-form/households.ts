import { FORM_COLUMNS, type ColumnKey, type FormColumn, type FormRow } from './columns.js';

type Keyed<L> = Extract<(typeof FORM_COLUMNS)[number], { level: L }>['key'];
export type HouseholdKey = Keyed<'key'> | Keyed<'household'>;
export type MemberKey = Keyed<'member'>;

/** A household as one JSON object (a line of an NDJSON file): the household's columns, and its members head first. */
export type FormHousehold = { readonly [K in HouseholdKey]?: string } & {
  readonly members: readonly { readonly [K in MemberKey]?: string }[];
};

const columns = FORM_COLUMNS as readonly (FormColumn & { key: ColumnKey })[];
export const HOUSEHOLD_KEYS = columns.filter((c) => c.level !== 'member').map((c) => c.key as HouseholdKey);
export const MEMBER_KEYS = columns.filter((c) => c.level === 'member').map((c) => c.key as MemberKey);

/** The rows of a household on the sheet: its own columns on the first row (the head's), its number on each. */
export function rowsOf(household: FormHousehold): FormRow[] {
  return household.members.map((member, index) => {
    const row: FormRow = { ...member };
    if (household.householdNo !== undefined) row.householdNo = household.householdNo;
    if (index === 0) {
      for (const key of HOUSEHOLD_KEYS) {
        const value = household[key];
        if (value !== undefined) row[key] = value;
      }
    }
    return row;
  });
}
