import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The chain of the audit beside its readable projection. `audit_entries` is only ever appended to: the role of the
 * application may not do more, and triggers refuse more to everybody else.
 */
export class ChainAudit1795219200002 implements MigrationInterface {
  readonly name = 'ChainAudit1795219200002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE conversations
        ADD COLUMN IF NOT EXISTS tenant VARCHAR(255) NOT NULL DEFAULT 'default',
        ADD COLUMN IF NOT EXISTS session_id VARCHAR(255),
        ADD COLUMN IF NOT EXISTS status VARCHAR(20)`);
    await runner.query('DROP INDEX IF EXISTS idx_conversations_generation_id');
    await runner.query(`
      CREATE UNIQUE INDEX IF NOT EXISTS idx_conversations_session
        ON conversations (tenant, user_id, session_id) WHERE session_id IS NOT NULL`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS audit_entries (
        tenant VARCHAR(255) NOT NULL,
        seq BIGINT NOT NULL,
        kind VARCHAR(20) NOT NULL,
        subject VARCHAR(255) NOT NULL,
        recorded_at TIMESTAMPTZ(3) NOT NULL,
        body BYTEA NOT NULL,
        leaf BYTEA NOT NULL,
        link BYTEA NOT NULL,
        PRIMARY KEY (tenant, seq)
      )`);
    // Ciphertext does not get smaller.
    await runner.query('ALTER TABLE audit_entries ALTER COLUMN body SET STORAGE EXTERNAL');
    await runner.query(
      'CREATE UNIQUE INDEX IF NOT EXISTS audit_entries_subject ON audit_entries (tenant, subject)',
    );
    await runner.query(`
      CREATE TABLE IF NOT EXISTS audit_heads (
        tenant VARCHAR(255) PRIMARY KEY,
        seq BIGINT NOT NULL,
        link BYTEA NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS audit_keys (
        tenant VARCHAR(255) NOT NULL,
        seq BIGINT NOT NULL,
        conversation_id INTEGER NOT NULL,
        key BYTEA NOT NULL,
        PRIMARY KEY (tenant, seq)
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS audit_keys_conversation ON audit_keys (conversation_id)');
    await runner.query(`
      CREATE OR REPLACE FUNCTION audit_entries_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          IF OLD.seq <= COALESCE(NULLIF(current_setting('citadel.retained_through', true), ''), '0')::bigint THEN
            RETURN OLD;
          END IF;
        END IF;
        RAISE EXCEPTION 'audit_entries is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await runner.query(`
      CREATE OR REPLACE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
        FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse_change()`);
    await runner.query(`
      CREATE OR REPLACE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS audit_keys, audit_heads, audit_entries');
    await runner.query('DROP FUNCTION IF EXISTS audit_entries_refuse_change');
    await runner.query('DROP INDEX IF EXISTS idx_conversations_session');
    await runner.query(`
      ALTER TABLE conversations DROP COLUMN IF EXISTS tenant, DROP COLUMN IF EXISTS session_id, DROP COLUMN IF EXISTS status`);
    await runner.query(`
      CREATE UNIQUE INDEX IF NOT EXISTS idx_conversations_generation_id
        ON conversations ((metadata->>'generation_id'))`);
  }
}
