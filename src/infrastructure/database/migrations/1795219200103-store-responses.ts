import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Responses that can be read and gone on from for days. Of one that was deleted the row stays, empty, until it expires. */
export class StoreResponses1795219200103 implements MigrationInterface {
  readonly name = 'StoreResponses1795219200103';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS stored_responses (
        tenant VARCHAR(255) NOT NULL,
        id VARCHAR(64) NOT NULL,
        user_id TEXT NOT NULL,
        expires_at TIMESTAMPTZ(3) NOT NULL,
        facts BYTEA,
        items BYTEA,
        log BYTEA,
        PRIMARY KEY (tenant, id)
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS stored_responses_expiry ON stored_responses (expires_at)');
    await runner.query(
      'CREATE INDEX IF NOT EXISTS stored_responses_user ON stored_responses (tenant, user_id)',
    );
    await runner.query(`SELECT citadel_isolate('stored_responses')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS stored_responses');
  }
}
