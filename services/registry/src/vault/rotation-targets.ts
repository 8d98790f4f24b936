/** A table with sealed columns, as a rotation goes through it. */
export interface RotationTarget {
  readonly table: string;
  /** The row's id (UUID), which sealed bytes are bound to. */
  readonly id: string;
  /** Sealed columns, with the name under which each is bound. */
  readonly columns: Readonly<Record<string, string>>;
  /** A column of older rows that was never sealed, and the one its text belongs into. */
  readonly plain?: { readonly from: string; readonly to: string };
  /** Rows that are left alone for now. */
  readonly inUse?: string;
}

/** Everything that is sealed with a key of the vault. A new table with a `key_id` belongs in here. */
export const ROTATION_TARGETS: readonly RotationTarget[] = [
  {
    table: 'person_vault',
    id: 'person_id',
    columns: {
      name: 'name',
      id_number: 'id_number',
      phone: 'phone',
      bank_account: 'bank_account',
      address: 'address',
    },
  },
  { table: 'vault_notes', id: 'note_id', columns: { text: 'text' } },
  { table: 'household_documents', id: 'document_id', columns: { location: 'location' } },
  {
    table: 'person_audit',
    id: 'audit_id',
    columns: { sealed_purpose: 'purpose' },
    plain: { from: 'purpose', to: 'sealed_purpose' },
  },
  // The pieces of a file are sealed with its import's key and gone when it ends: the rotation waits for that.
  {
    table: 'imports',
    id: 'id',
    columns: { source: 'source' },
    inUse: "state IN ('receiving', 'waiting', 'running')",
  },
];

/** SQL: the rows of a target that are not under the key `$1`. */
export const staleSql = ({ plain }: RotationTarget): string =>
  plain ? `(key_id <> $1 OR ${plain.from} IS NOT NULL)` : 'key_id <> $1';
