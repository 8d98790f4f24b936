import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reference data, which no event carries and no rebuild may touch. The read models' tables are made by the projector. */
export class Reference1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA reference');
    await runner.query(`
      CREATE TABLE reference.rural_population (
        region text COLLATE "C" NOT NULL,
        year integer NOT NULL,
        persons integer NOT NULL CHECK (persons > 0),
        source text NOT NULL CHECK (source <> ''),
        recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (region, year)
      )`);
    await runner.query(`
      CREATE TABLE reference.rebuild (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        requested_by text NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        outcome text NOT NULL DEFAULT 'running',
        events bigint,
        seconds double precision,
        failure text
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA reference CASCADE');
  }
}
