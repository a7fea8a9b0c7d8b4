import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets a tenant's messages be read from the newest on without those of others, however many these are. */
export class ReadMessages1795219200102 implements MigrationInterface {
  readonly name = 'ReadMessages1795219200102';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX IF NOT EXISTS idx_messages_tenant ON messages (tenant, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX IF EXISTS idx_messages_tenant');
  }
}
