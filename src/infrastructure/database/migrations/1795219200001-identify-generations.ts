import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A generation is on record once. The writer repeats a batch whose commit it did not hear of, and this is what makes
 * the repetition harmless.
 */
export class IdentifyGenerations1795219200001 implements MigrationInterface {
  readonly name = 'IdentifyGenerations1795219200001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNIQUE INDEX IF NOT EXISTS idx_conversations_generation_id
        ON conversations ((metadata->>'generation_id'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX IF EXISTS idx_conversations_generation_id');
  }
}
