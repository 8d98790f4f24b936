import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A number once among those who belong to a household: claims keep a person in one household, not from being in it twice. */
export class OnePersonOnce1700000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ONCE_SQL);
  }

  async down(): Promise<void> {
    throw new Error('The register is not dropped by a migration');
  }
}

// Somebody who left may have been registered anew elsewhere and come back from there under that id.
const ONCE_SQL = `
alter table person_vault add former boolean not null default false;
create unique index person_vault_number_once on person_vault (household_id, number_hash) where not former;
`;
