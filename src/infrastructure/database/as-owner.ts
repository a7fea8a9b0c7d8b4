import type { DataSource, QueryRunner } from 'typeorm';
import { SESSION_SETTINGS } from './app-role.js';

/** Works on one connection as the owner of the tables, for what the role of the gateway may not do. */
export async function asOwner<T>(
  dataSource: DataSource,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('RESET ROLE');
    try {
      return await work(runner);
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.query(SESSION_SETTINGS);
    }
  } finally {
    await runner.release();
  }
}
