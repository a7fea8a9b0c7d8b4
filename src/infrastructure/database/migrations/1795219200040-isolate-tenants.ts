import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['conversations', 'messages', 'audit_entries', 'audit_keys', 'audit_heads'];

/**
 * A wall between tenants inside the database. A table with a column `tenant` gets it by `SELECT citadel_isolate('table')`
 * in the migration that makes it, or in a later one:
 *
 * - `citadel_tenant`, as which requests read and erase, meets the rows of the tenant named in `citadel.tenant`, and none
 *   while none is named;
 * - `citadel_app`, as which the gateway writes the record and looks after it, meets all rows at no cost: its policy is `true`;
 * - the owner, who works where no roles could be made, meets the rows of the tenant that is named, and all while none is;
 * - nobody else meets any.
 */
export class IsolateTenants1795219200040 implements MigrationInterface {
  readonly name = 'IsolateTenants1795219200040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE messages ADD COLUMN IF NOT EXISTS tenant VARCHAR(255) NOT NULL DEFAULT 'default'`,
    );
    await runner.query(`
      UPDATE messages SET tenant = c.tenant
        FROM conversations c WHERE c.id = conversation_id AND c.tenant <> messages.tenant`);
    // A policy cannot name a role that is not there; called again, this makes the policies that are missing.
    await runner.query(`
      CREATE OR REPLACE FUNCTION citadel_isolate(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE policy record;
      BEGIN
        IF NOT (SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = relation) THEN
          EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', relation);
        END IF;
        FOR policy IN
          SELECT wanted.* FROM (
            VALUES ('tenant_rows', 'citadel_tenant', $q$tenant = current_setting('citadel.tenant', true)$q$),
                   ('gateway_rows', 'citadel_app', 'true'),
                   ('owner_rows', (SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = relation),
                    $q$tenant = coalesce(nullif(current_setting('citadel.tenant', true), ''), tenant)$q$)
          ) AS wanted(name, role, condition)
           WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = role)
             AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = relation AND polname = name)
        LOOP
          EXECUTE format('CREATE POLICY %I ON %s TO %I USING (%s) WITH CHECK (%4$s)',
                         policy.name, relation, policy.role, policy.condition);
        END LOOP;
      END $$`);
    for (const table of TABLES) await runner.query('SELECT citadel_isolate($1)', [table]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY`);
      for (const policy of ['tenant_rows', 'gateway_rows', 'owner_rows'])
        await runner.query(`DROP POLICY IF EXISTS ${policy} ON ${table}`);
    }
    await runner.query('DROP FUNCTION IF EXISTS citadel_isolate');
    await runner.query('ALTER TABLE messages DROP COLUMN IF EXISTS tenant');
  }
}
