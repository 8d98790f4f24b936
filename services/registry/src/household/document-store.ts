import { Injectable } from '@nestjs/common';
import type { Attachment } from '@fupin/event-sourcing';
import { Pool } from 'pg';
import { open, seal } from '../vault/cipher.js';
import { PersonVault } from '../vault/person-vault.js';

/** Where the papers of households lie; sealed with the vault's key, for paths and addresses may hold names. */
@Injectable()
export class DocumentStore {
  constructor(
    private readonly pool: Pool,
    private readonly vault: PersonVault,
  ) {}

  /** The row of a paper for the append that files it. */
  row(documentId: string, householdId: string, location: string): Attachment {
    const { keys } = this.vault;
    const row = {
      document_id: documentId,
      household_id: householdId,
      key_id: keys.current,
      location: seal(keys, `${documentId}:location`, location),
    };
    return { table: 'household_documents', row };
  }

  /**
   * Where papers lie, by document id: after a merge the rows of a household's papers are another one's. The caller leaves
   * an audit record first.
   */
  async locations(documentIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.pool.query<{ document_id: string; key_id: string; location: Buffer }>(
      'SELECT document_id, key_id, location FROM household_documents WHERE document_id = ANY($1::uuid[])',
      [documentIds],
    );
    return new Map(
      rows.map(({ document_id: id, key_id: keyId, location }) => [
        id,
        open(this.vault.keys, keyId, `${id}:location`, location),
      ]),
    );
  }
}

/** The claim under which a document's id is used once in the whole register. */
export const documentClaim = (documentId: string): string => `document:${documentId}`;
