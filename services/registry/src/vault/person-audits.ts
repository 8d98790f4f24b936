import type { Attachment } from '@fupin/event-sourcing';
import type { Caller } from '@fupin/service';
import type { Pool } from 'pg';
import { v4 as uuid } from 'uuid';
import { open, seal } from './cipher.js';
import type { VaultKeys } from './vault-keys.js';

/** What was done with a person's data. */
export const AUDIT_ACTIONS = ['search', 'resolve', 'print', 'documents', 'correct', 'erase'] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Longest purpose that is written down. */
const MAX_PURPOSE = 200;

/** One look at a person. */
export interface AuditRecord {
  readonly id: string;
  readonly at: Date;
  readonly subject: string;
  readonly role: string;
  readonly action: string;
  readonly personId: string | undefined;
  /** The person's village at that time; the caller's region when nobody was found. */
  readonly region: string | undefined;
  readonly purpose: string | undefined;
}

/** Which records are asked for; `from` and `to` are days of Shanghai, both included. */
export interface AuditFilter {
  readonly person?: string | undefined;
  readonly subject?: string | undefined;
  readonly action?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface Row {
  id: string;
  audit_id: string;
  at: Date;
  subject: string;
  role: string;
  action: string;
  person_id: string | null;
  region: string | null;
  purpose: string | null;
  key_id: string | null;
  sealed_purpose: Buffer | null;
}

/** 查询留痕: who looked at which person, when and why. The purpose is sealed, for it may hold names. */
export class PersonAudits {
  constructor(
    private readonly pool: Pool,
    private readonly keys: VaultKeys,
  ) {}

  /** Writes a record for each person; one with no person for a search that found nobody. */
  async write(
    caller: Caller,
    action: AuditAction,
    persons: readonly { readonly personId: string; readonly villageCode: string }[],
    purpose: string | undefined,
  ): Promise<void> {
    const rows = this.recordsOf(caller, action, persons, purpose);
    await this.pool.query(
      `INSERT INTO person_audit (subject, role, action, audit_id, person_id, region, key_id, sealed_purpose)
       SELECT r.subject, r.role, r.action, r.audit_id, r.person_id, r.region, r.key_id, r.sealed_purpose
       FROM json_populate_recordset(null::person_audit, $1) r`,
      [JSON.stringify(rows)],
    );
  }

  /** The same records as rows of the append that they are about. */
  rows(
    caller: Caller,
    action: AuditAction,
    persons: readonly { readonly personId: string; readonly villageCode: string }[],
    purpose: string | undefined,
  ): Attachment[] {
    const rows = this.recordsOf(caller, action, persons, purpose);
    return rows.map((row) => ({ table: 'person_audit', row }));
  }

  private recordsOf(
    { subject, role, region }: Caller,
    action: AuditAction,
    persons: readonly { readonly personId: string; readonly villageCode: string }[],
    purpose: string | undefined,
  ) {
    const text = purpose?.slice(0, MAX_PURPOSE);
    const about = persons.length > 0 ? persons : [{ personId: undefined, villageCode: region }];
    return about.map(({ personId, villageCode }) => {
      const auditId = uuid();
      return {
        subject,
        role,
        action,
        audit_id: auditId,
        person_id: personId ?? null,
        region: villageCode,
        ...(text && {
          key_id: this.keys.current,
          sealed_purpose: seal(this.keys, `${auditId}:purpose`, text),
        }),
      };
    });
  }

  /**
   * Records about persons of a region, the newest first, from the one before `before` (a record's number in the list).
   * Those of nobody that were written before regions were kept are shown to a whole province only.
   */
  async list(
    region: string,
    filter: AuditFilter,
    before: string | undefined,
    limit: number,
  ): Promise<(AuditRecord & { readonly number: string })[]> {
    const { rows } = await this.pool.query<Row>(
      `SELECT id, audit_id, at, subject, role, action, person_id, region, purpose, key_id, sealed_purpose
       FROM person_audit
       WHERE (region LIKE $1 OR (region IS NULL AND $2)) AND ($3::bigint IS NULL OR id < $3)
         AND ($4::uuid IS NULL OR person_id = $4) AND ($5::text IS NULL OR subject = $5)
         AND ($6::text IS NULL OR action = $6)
         AND ($7::date IS NULL OR at >= $7::date::timestamp AT TIME ZONE 'Asia/Shanghai')
         AND ($8::date IS NULL OR at < ($8::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
       ORDER BY id DESC LIMIT $9`,
      [
        `${region}%`,
        region.length === 2,
        before ?? null,
        filter.person ?? null,
        filter.subject ?? null,
        filter.action ?? null,
        filter.from ?? null,
        filter.to ?? null,
        limit,
      ],
    );
    return rows.map((row) => ({
      number: row.id,
      id: row.audit_id,
      at: row.at,
      subject: row.subject,
      role: row.role,
      action: row.action,
      personId: row.person_id ?? undefined,
      region: row.region ?? undefined,
      purpose: this.purposeOf(row),
    }));
  }

  private purposeOf({ audit_id, purpose, key_id, sealed_purpose }: Row): string | undefined {
    if (key_id === null || sealed_purpose === null) return purpose ?? undefined;
    return open(this.keys, key_id, `${audit_id}:purpose`, sealed_purpose);
  }
}

/** The purpose a request states in `Fupin-Purpose`: headers carry no Chinese, so it comes percent-encoded. */
export function purposeOf(header: string | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}
