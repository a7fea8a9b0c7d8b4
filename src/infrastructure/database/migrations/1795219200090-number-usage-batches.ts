import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who writes usage, and the last batch of each that counts: one that comes again is known by its number. */
export class NumberUsageBatches1795219200090 implements MigrationInterface {
  readonly name = 'NumberUsageBatches1795219200090';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS usage_writers (
        tenant VARCHAR(255) NOT NULL,
        writer UUID NOT NULL,
        batch BIGINT NOT NULL,
        written_at TIMESTAMPTZ(3) NOT NULL,
        PRIMARY KEY (tenant, writer)
      )`);
    await runner.query("SELECT citadel_isolate('usage_writers')");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS usage_writers');
  }
}
