import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  ...['api_keys', 'revocations', 'users', 'user_emails', 'attempts', 'oauth_state', 'oauth_clients'],
  ...['devices', 'device_former_keys', 'device_pairings', 'mail_codes', 'signature_nonces'],
  ...['usage_days', 'budgets'],
];

/** The wall between tenants goes around people, their credentials and devices, and what they use. */
export class IsolatePeople1795219200060 implements MigrationInterface {
  readonly name = 'IsolatePeople1795219200060';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query('SELECT citadel_isolate($1)', [table]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY`);
      for (const policy of ['tenant_rows', 'gateway_rows', 'owner_rows'])
        await runner.query(`DROP POLICY IF EXISTS ${policy} ON ${table}`);
    }
  }
}
