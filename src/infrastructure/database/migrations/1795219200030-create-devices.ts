import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Devices that speak for users, the codes by which they come in, and the nonces their signatures have used up. */
export class CreateDevices1795219200030 implements MigrationInterface {
  readonly name = 'CreateDevices1795219200030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS devices (
        id UUID PRIMARY KEY,
        tenant VARCHAR(255) NOT NULL,
        user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        name VARCHAR(100) NOT NULL,
        type VARCHAR(10) NOT NULL CHECK (type IN ('mobile', 'desktop', 'api')),
        platform VARCHAR(50),
        model VARCHAR(100),
        app_version VARCHAR(50),
        public_key BYTEA NOT NULL,
        created_at TIMESTAMPTZ(3) NOT NULL,
        rotated_at TIMESTAMPTZ(3),
        last_seen_at TIMESTAMPTZ(3),
        revoked_at TIMESTAMPTZ(3)
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS devices_user ON devices (user_id, created_at)');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS device_former_keys (
        tenant VARCHAR(255) NOT NULL,
        device_id UUID NOT NULL REFERENCES devices(id) ON DELETE CASCADE,
        public_key BYTEA NOT NULL,
        retired_at TIMESTAMPTZ(3) NOT NULL,
        PRIMARY KEY (device_id, public_key)
      )`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS device_pairings (
        id UUID PRIMARY KEY,
        tenant VARCHAR(255) NOT NULL,
        user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        code_hash BYTEA NOT NULL UNIQUE,
        expires_at TIMESTAMPTZ(3) NOT NULL,
        used_at TIMESTAMPTZ(3)
      )`);
    // What was sent to a mailbox, to be brought back. \`about\` is the user, or nobody yet; \`details\` what it is for.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS mail_codes (
        id UUID PRIMARY KEY,
        tenant VARCHAR(255) NOT NULL,
        purpose VARCHAR(20) NOT NULL,
        email VARCHAR(320) NOT NULL,
        about UUID REFERENCES users(id) ON DELETE CASCADE,
        details JSONB NOT NULL,
        code_hash TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        created_at TIMESTAMPTZ(3) NOT NULL,
        expires_at TIMESTAMPTZ(3) NOT NULL,
        used_at TIMESTAMPTZ(3)
      )`);
    await runner.query(
      'CREATE INDEX IF NOT EXISTS mail_codes_about ON mail_codes (about) WHERE about IS NOT NULL',
    );
    await runner.query(`
      CREATE TABLE IF NOT EXISTS signature_nonces (
        tenant VARCHAR(255) NOT NULL,
        device_id UUID NOT NULL,
        nonce VARCHAR(128) NOT NULL,
        expires_at TIMESTAMPTZ(3) NOT NULL,
        PRIMARY KEY (device_id, nonce)
      )`);
    for (const table of ['device_pairings', 'mail_codes', 'signature_nonces'])
      await runner.query(`CREATE INDEX IF NOT EXISTS ${table}_expires_at ON ${table} (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE IF EXISTS signature_nonces, mail_codes, device_pairings, device_former_keys, devices',
    );
  }
}
