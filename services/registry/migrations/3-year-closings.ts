import type { MigrationInterface, QueryRunner } from 'typeorm';

/** 年度封库: which years are closed where, and whether an import may still change them. */
export class YearClosings1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(YEAR_CLOSINGS_SQL);
  }

  async down(): Promise<void> {
    throw new Error('The register is not dropped by a migration');
  }
}

const YEAR_CLOSINGS_SQL = `
-- One row for each closed year of a region (a county or wider): few. Written in the append of the closing's event.
create table year_closings (
  region text not null,
  year int not null,
  -- Day of the recording: the figures known at its end are the published ones.
  known_on date not null,
  closed_on date not null,
  stream_id uuid not null,
  primary key (region, year)
);

-- The scope that the import's caller had; the rows are taken over later, without the token.
alter table imports add column may_change_closed boolean not null default false;
`;
