import type { DataSource } from 'typeorm';
import { TENANT_ROLE } from './app-role.js';

export type Query = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;

/**
 * Until the end of the transaction. Where the role was never made the owner of the tables is bound by the setting alone,
 * as their policies say.
 */
const ENTER_TENANT = `
SELECT set_config('citadel.tenant', $1, true),
       (SELECT set_config('role', rolname, true)
          FROM pg_roles WHERE rolname = '${TENANT_ROLE}' AND pg_has_role(session_user, oid, 'MEMBER'))`;

type Run = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * The database with the rows of one tenant in it and no others, whatever is asked: policies of the database see to it, so
 * that a forgotten condition finds no more than the tenant has. Fails as RequestDatabase does.
 */
export class TenantDatabase {
  constructor(
    private readonly tenant: string,
    private readonly dataSource: DataSource,
    private readonly run: Run,
  ) {}

  query<Row>(sql: string, values?: unknown[]): Promise<Row[]> {
    return this.enter((query) => query(sql, values));
  }

  /** All of the work or nothing of it. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.enter(work);
  }

  private enter<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.run(() =>
      this.dataSource.transaction(async (manager) => {
        await manager.query(ENTER_TENANT, [this.tenant]);
        return work((sql, values) => manager.query(sql, values));
      }),
    );
  }
}
