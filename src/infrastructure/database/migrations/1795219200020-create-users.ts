import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People, the addresses they are known by, and how often something was tried that must not be tried for ever. */
export class CreateUsers1795219200020 implements MigrationInterface {
  readonly name = 'CreateUsers1795219200020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS users (
        id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
        tenant VARCHAR(255) NOT NULL,
        role VARCHAR(20) NOT NULL CHECK (role IN ('user', 'premium', 'admin')),
        name VARCHAR(255),
        disabled BOOLEAN NOT NULL DEFAULT false,
        password_hash TEXT,
        must_change_password BOOLEAN NOT NULL DEFAULT false,
        created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
        updated_at TIMESTAMPTZ(3) NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS users_tenant ON users (tenant, created_at, id)');
    // `email_key` is the address in small letters, by which it is found.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS user_emails (
        tenant VARCHAR(255) NOT NULL,
        email_key VARCHAR(320) NOT NULL,
        email VARCHAR(320) NOT NULL,
        user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        is_primary BOOLEAN NOT NULL DEFAULT false,
        verified BOOLEAN NOT NULL DEFAULT false,
        created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant, email_key)
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS user_emails_user ON user_emails (user_id)');
    await runner.query(
      'CREATE UNIQUE INDEX IF NOT EXISTS user_emails_primary ON user_emails (user_id) WHERE is_primary',
    );
    await runner.query(`
      CREATE TABLE IF NOT EXISTS attempts (
        tenant VARCHAR(255) NOT NULL,
        kind VARCHAR(40) NOT NULL,
        subject VARCHAR(64) NOT NULL,
        count INTEGER NOT NULL,
        resets_at TIMESTAMPTZ(3) NOT NULL,
        PRIMARY KEY (tenant, kind, subject)
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS attempts_resets_at ON attempts (resets_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS attempts, user_emails, users');
  }
}
