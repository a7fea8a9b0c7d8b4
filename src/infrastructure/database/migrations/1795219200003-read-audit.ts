import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets a tenant be read from its newest conversation on, however many others there are. */
export class ReadAudit1795219200003 implements MigrationInterface {
  readonly name = 'ReadAudit1795219200003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX IF NOT EXISTS idx_conversations_tenant ON conversations (tenant, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX IF EXISTS idx_conversations_tenant');
  }
}
