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
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA reference CASCADE');
  }
}
