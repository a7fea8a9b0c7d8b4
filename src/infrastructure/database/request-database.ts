import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { DatabaseConnection } from './database-connection.js';
import { databaseErrorCode, describeDatabaseError } from './describe-database-error.js';
import { isDatabaseAway } from './is-database-away.js';
import { type Query, TenantDatabase } from './tenant-database.js';

const RETRY_AFTER_S = 5;
/** SQLSTATE of a statement that reached its time-out. */
const QUERY_CANCELED = '57014';
const NO_ANSWER = 'The database does not answer just now.';
const TOO_LATE = 'The database takes too long for this just now; narrower conditions help.';

/**
 * The database as requests ask it: when it is away, or takes longer than it may, they fail with a GatewayError
 * `dependency_unavailable`. Any other fault is left as it is.
 */
@Injectable()
export class RequestDatabase {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(DatabaseConnection) private readonly connection: DatabaseConnection,
  ) {}

  query: Query = (sql, values) => this.run(() => this.dataSource.query(sql, values));

  /** All of the work or nothing of it. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.run(() =>
      this.dataSource.transaction((manager) => work((sql, values) => manager.query(sql, values))),
    );
  }

  /** As whatever is asked on behalf of a tenant has to ask. */
  forTenant(tenant: string): TenantDatabase {
    return new TenantDatabase(tenant, this.dataSource, (work) => this.run(work));
  }

  /** Work that asks the database in a way of its own. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.connection.state !== 'ready') throw unavailable('not connected', NO_ANSWER);
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      const isLate = databaseErrorCode(error) === QUERY_CANCELED;
      throw unavailable(describeDatabaseError(error), isLate ? TOO_LATE : NO_ANSWER);
    }
  }
}

const unavailable = (cause: string, message: string) =>
  new GatewayError('dependency_unavailable', message, { cause, retryAfterS: RETRY_AFTER_S });
