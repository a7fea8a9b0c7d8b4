import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A pairing knows the device that showed it, so that it can end with it. */
export class BindPairings1795219200075 implements MigrationInterface {
  readonly name = 'BindPairings1795219200075';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device_pairings ADD COLUMN IF NOT EXISTS maker_device UUID');
    await runner.query('CREATE INDEX IF NOT EXISTS device_pairings_user ON device_pairings (user_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX IF EXISTS device_pairings_user');
    await runner.query('ALTER TABLE device_pairings DROP COLUMN IF EXISTS maker_device');
  }
}
