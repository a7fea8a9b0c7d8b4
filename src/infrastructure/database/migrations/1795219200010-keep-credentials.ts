import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API keys, as digests, and what is revoked. */
export class KeepCredentials1795219200010 implements MigrationInterface {
  readonly name = 'KeepCredentials1795219200010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS api_keys (
        id UUID PRIMARY KEY,
        tenant VARCHAR(255) NOT NULL,
        owner VARCHAR(255) NOT NULL,
        role VARCHAR(20) NOT NULL,
        email VARCHAR(255),
        device VARCHAR(255),
        name VARCHAR(100) NOT NULL,
        prefix VARCHAR(20) NOT NULL,
        digest BYTEA NOT NULL,
        scopes TEXT[] NOT NULL,
        created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
        expires_at TIMESTAMPTZ(3),
        last_used_at TIMESTAMPTZ(3)
      )`);
    await runner.query('CREATE UNIQUE INDEX IF NOT EXISTS idx_api_keys_digest ON api_keys (digest)');
    await runner.query('CREATE INDEX IF NOT EXISTS idx_api_keys_owner ON api_keys (tenant, owner)');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS revocations (
        tenant VARCHAR(255) NOT NULL,
        kind VARCHAR(20) NOT NULL,
        id VARCHAR(255) NOT NULL,
        issued_before TIMESTAMPTZ(3),
        until TIMESTAMPTZ(3),
        revoked_at TIMESTAMPTZ(3) NOT NULL,
        PRIMARY KEY (tenant, kind, id)
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS idx_revocations_revoked_at ON revocations (revoked_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS revocations');
    await runner.query('DROP TABLE IF EXISTS api_keys');
  }
}
