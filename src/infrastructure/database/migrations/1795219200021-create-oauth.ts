import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the authorization server remembers. Whatever opens a door (codes, refresh tokens, session ids) is stored as its
 * SHA-256, or sealed.
 */
export class CreateOAuth1795219200021 implements MigrationInterface {
  readonly name = 'CreateOAuth1795219200021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS oauth_state (
        model VARCHAR(40) NOT NULL,
        id VARCHAR(43) NOT NULL,
        tenant VARCHAR(255) NOT NULL,
        payload JSONB,
        sealed BYTEA,
        grant_id VARCHAR(43),
        account_id VARCHAR(255),
        client_id VARCHAR(255),
        uid VARCHAR(64),
        user_code VARCHAR(43),
        settled BOOLEAN NOT NULL DEFAULT false,
        consumed_at TIMESTAMPTZ(3),
        interval_s INTEGER,
        polled_at TIMESTAMPTZ(3),
        expires_at TIMESTAMPTZ(3) NOT NULL,
        PRIMARY KEY (model, id)
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS oauth_state_expires_at ON oauth_state (expires_at)');
    await runner.query('CREATE INDEX IF NOT EXISTS oauth_state_account ON oauth_state (account_id)');
    await runner.query('CREATE INDEX IF NOT EXISTS oauth_state_grant ON oauth_state (grant_id)');
    await runner.query(
      'CREATE INDEX IF NOT EXISTS oauth_state_uid ON oauth_state (model, uid) WHERE uid IS NOT NULL',
    );
    await runner.query(`
      CREATE UNIQUE INDEX IF NOT EXISTS oauth_state_user_code
        ON oauth_state (user_code) WHERE user_code IS NOT NULL`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS oauth_clients (
        id VARCHAR(255) PRIMARY KEY,
        tenant VARCHAR(255) NOT NULL,
        name VARCHAR(255) NOT NULL,
        role VARCHAR(20) NOT NULL,
        secret_hash VARCHAR(43),
        redirect_uris TEXT[] NOT NULL,
        grants TEXT[] NOT NULL,
        scopes TEXT[] NOT NULL,
        created_at TIMESTAMPTZ(3) NOT NULL DEFAULT now()
      )`);
    await runner.query(
      'CREATE INDEX IF NOT EXISTS oauth_clients_tenant ON oauth_clients (tenant, created_at, id)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS oauth_clients, oauth_state');
  }
}
