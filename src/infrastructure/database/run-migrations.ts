import { type DataSource, MigrationExecutor } from 'typeorm';
import type { BoundedClient } from './bounded-client.js';

/** Any number does, as long as all replicas take the same. */
const MIGRATIONS_LOCK = 202_611_210;

/**
 * Brings the schema up to date and gives the names of what ran: all of it or nothing. Of several replicas that start
 * together one does the work and the others wait for it.
 */
export async function runMigrations(dataSource: DataSource): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as BoundedClient;
    return await client.unbounded(async () => {
      await runner.startTransaction();
      // The wait for another replica is bounded, the work is not.
      await runner.query("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'");
      await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATIONS_LOCK]);
      const executed = await new MigrationExecutor(dataSource, runner).executePendingMigrations();
      await runner.commitTransaction();
      return executed.map(({ name }) => name);
    });
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
