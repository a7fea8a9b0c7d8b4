import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Bodies of common length stay in the row of their entry, two or more on a page. Moved out of line, each would be cut into
 * pieces that are rows of another table with an index of its own.
 */
export class InlineBodies1795219200101 implements MigrationInterface {
  readonly name = 'InlineBodies1795219200101';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_entries SET (toast_tuple_target = 4080)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_entries RESET (toast_tuple_target)');
  }
}
