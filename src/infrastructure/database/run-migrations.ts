import { type DataSource, MigrationExecutor } from 'typeorm';
import { prepareRoles, type RolesMade, SESSION_SETTINGS } from './app-role.js';
import type { BoundedClient } from './bounded-client.js';
import { GatewayDataSource } from './gateway-data-source.js';

/** Any number does, as long as all replicas take the same. */
const MIGRATIONS_LOCK = 202_611_210;

export interface MigrationReport extends RolesMade {
  /** Names of what ran. */
  readonly executed: readonly string[];
}

/**
 * Brings the schema and the roles of the gateway up to date: all of it or nothing. Of several replicas that start together
 * one does the work and the others wait for it.
 */
export async function runMigrations(dataSource: DataSource): Promise<MigrationReport> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as BoundedClient;
    return await client.unbounded(async () => {
      await runner.query('RESET ROLE');
      await runner.startTransaction();
      // The wait for another replica is bounded, the work is not.
      await runner.query("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'");
      await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATIONS_LOCK]);
      const executed = await new MigrationExecutor(dataSource, runner).executePendingMigrations();
      const roles = await prepareRoles(runner);
      await runner.commitTransaction();
      await runner.query(SESSION_SETTINGS);
      if (dataSource instanceof GatewayDataSource) dataSource.rolesPrepared();
      return { executed: executed.map(({ name }) => name), ...roles };
    });
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
