// A service with a database: what the tests start several times at once, as a process of its own.
import { Module } from '@nestjs/common';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { bootstrap } from '@fupin/service';

class First1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE one (id int PRIMARY KEY); INSERT INTO one VALUES (1); SELECT pg_sleep(1)',
    );
  }
  async down(): Promise<void> {}
}

/** Fails when asked to. */
class Second1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      process.env['BREAK'] ? 'INSERT INTO nothing VALUES (2)' : 'INSERT INTO one VALUES (2)',
    );
  }
  async down(): Promise<void> {}
}

@Module({})
class EmptyModule {}

await bootstrap(EmptyModule, {
  name: 'migrating',
  title: 'Migrating',
  titleZh: '迁移',
  defaultPort: 0,
  needs: ['database'],
  migrations: [First1700000000001, Second1700000000002],
  metadata: async () => ({}),
});
