import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { DatabaseConnection } from './database-connection.js';
import { describeDatabaseError } from './describe-database-error.js';
import { isDatabaseAway } from './is-database-away.js';

export type Query = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;

const RETRY_AFTER_S = 5;

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

  /** Work that asks the database in a way of its own. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.connection.state !== 'ready') throw unavailable('not connected');
    try {
      return await work();
    } catch (error) {
      throw isDatabaseAway(error) ? unavailable(describeDatabaseError(error)) : error;
    }
  }
}

const unavailable = (cause: string) =>
  new GatewayError('dependency_unavailable', 'The database does not answer just now.', {
    cause,
    retryAfterS: RETRY_AFTER_S,
  });
