import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was used, day by day, and what administrators allow. Costs are in nanodollars. */
export class CountUsage1795219200050 implements MigrationInterface {
  readonly name = 'CountUsage1795219200050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS usage_days (
        tenant VARCHAR(255) NOT NULL,
        day DATE NOT NULL,
        user_id TEXT NOT NULL,
        key_id TEXT NOT NULL,
        model TEXT NOT NULL,
        requests BIGINT NOT NULL,
        prompt_tokens BIGINT NOT NULL,
        completion_tokens BIGINT NOT NULL,
        cost BIGINT NOT NULL,
        unpriced BIGINT NOT NULL,
        PRIMARY KEY (tenant, day, user_id, key_id, model)
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS usage_days_user ON usage_days (tenant, user_id, day)');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS budgets (
        tenant VARCHAR(255) NOT NULL,
        scope VARCHAR(10) NOT NULL,
        subject TEXT NOT NULL,
        period VARCHAR(10) NOT NULL,
        tokens BIGINT,
        dollars DOUBLE PRECISION,
        set_by TEXT NOT NULL,
        set_at TIMESTAMPTZ(3) NOT NULL,
        PRIMARY KEY (tenant, scope, subject, period)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS budgets, usage_days');
  }
}
