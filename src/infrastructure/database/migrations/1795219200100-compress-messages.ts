import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Long messages are compressed with LZ4 from now on. PostgreSQL's own method takes about as long as all else that a
 * generation's rows cost the server. Without effect where the server was built without it, or is older than PostgreSQL 14.
 */
export class CompressMessages1795219200100 implements MigrationInterface {
  readonly name = 'CompressMessages1795219200100';

  async up(runner: QueryRunner): Promise<void> {
    await compress(runner, 'lz4');
  }

  async down(runner: QueryRunner): Promise<void> {
    await compress(runner, 'default');
  }
}

async function compress(runner: QueryRunner, method: 'lz4' | 'default'): Promise<void> {
  await runner.query(`
    DO $$ BEGIN
      EXECUTE 'ALTER TABLE messages ALTER COLUMN content SET COMPRESSION ${method}';
    EXCEPTION WHEN feature_not_supported OR syntax_error THEN NULL;
    END $$`);
}
