import type { MigrationInterface, QueryRunner } from 'typeorm';

const KEY = ['tenant', 'day', 'user_id', 'key_id', 'model'];
const PLACES = ['device_id', 'agent', 'endpoint'];

/** Usage tells the device, the agent and the endpoint as well. Of what was used before they are not known: empty. */
export class PlaceUsage1795219200091 implements MigrationInterface {
  readonly name = 'PlaceUsage1795219200091';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of PLACES)
      await runner.query(
        `ALTER TABLE usage_days ADD COLUMN IF NOT EXISTS ${column} TEXT NOT NULL DEFAULT ''`,
      );
    await rekey(runner, [...KEY, ...PLACES]);
    // Budgets ask what all used of a place. Rows without one are of nobody's.
    for (const column of PLACES)
      await runner.query(
        `CREATE INDEX IF NOT EXISTS usage_days_${column.replace('_id', '')} ON usage_days (tenant, ${column}, day) WHERE ${column} <> ''`,
      );
  }

  async down(runner: QueryRunner): Promise<void> {
    // Of several rows that become the same their sum is kept.
    await runner.query(`
      CREATE TEMPORARY TABLE usage_sums ON COMMIT DROP AS
        SELECT ${KEY.join(', ')}, sum(requests) AS requests, sum(prompt_tokens) AS prompt_tokens,
               sum(completion_tokens) AS completion_tokens, sum(cost) AS cost, sum(unpriced) AS unpriced
          FROM usage_days GROUP BY ${KEY.join(', ')}`);
    await runner.query('DELETE FROM usage_days');
    await runner.query('ALTER TABLE usage_days DROP CONSTRAINT IF EXISTS usage_days_pkey');
    for (const column of PLACES) await runner.query(`ALTER TABLE usage_days DROP COLUMN IF EXISTS ${column}`);
    await runner.query('INSERT INTO usage_days SELECT * FROM usage_sums');
    await rekey(runner, KEY);
  }
}

async function rekey(runner: QueryRunner, columns: readonly string[]): Promise<void> {
  await runner.query('ALTER TABLE usage_days DROP CONSTRAINT IF EXISTS usage_days_pkey');
  await runner.query(`ALTER TABLE usage_days ADD PRIMARY KEY (${columns.join(', ')})`);
}
