import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { describeDatabaseError } from './describe-database-error.js';
import { GatewayDataSource } from './gateway-data-source.js';

export type DatabaseCheck =
  | {
      readonly status: 'healthy';
      readonly database: { readonly database: string; readonly user: string };
      readonly connection_pool: { readonly size: number; readonly max_size: number };
    }
  | { readonly status: 'unhealthy'; readonly error: string };

interface Found {
  readonly database: string;
  readonly user: string;
  /** As a server does that became the replica of another. */
  readonly only_reads: boolean;
}

const ABOUT_IT = `SELECT current_database() AS database, session_user AS user,
  current_setting('transaction_read_only')::boolean AS only_reads`;

const PATIENCE_MS = 1_000;

/** Whether the database answers now, and takes what is written. Never rejects and takes a second at most. */
@Injectable()
export class DatabaseHealth {
  private running: Promise<DatabaseCheck> | undefined;
  private seen: DatabaseCheck['status'] = 'healthy';

  constructor(@Inject(DataSource) private readonly dataSource: GatewayDataSource) {}

  /** Whether it answered when it was last asked; true before. */
  get isUp(): boolean {
    return this.seen === 'healthy';
  }

  async check(): Promise<DatabaseCheck> {
    const check = await this.askInTime();
    this.seen = check.status;
    return check;
  }

  private async askInTime(): Promise<DatabaseCheck> {
    // Askers share one question, so that a frozen server does not get a queue of them.
    this.running ??= this.ask().finally(() => (this.running = undefined));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<DatabaseCheck>((resolve) => {
      const error = `no answer within ${PATIENCE_MS} ms`;
      timer = setTimeout(() => resolve({ status: 'unhealthy', error }), PATIENCE_MS);
    });
    try {
      return await Promise.race([this.running, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async ask(): Promise<DatabaseCheck> {
    const { pool } = this.dataSource;
    if (!pool || !this.dataSource.isInitialized) return { status: 'unhealthy', error: 'not connected' };
    try {
      const [found] = await this.dataSource.query<Found[]>(ABOUT_IT);
      if (!found) return { status: 'unhealthy', error: 'no answer' };
      const { only_reads, ...database } = found;
      if (only_reads) return { status: 'unhealthy', error: 'it only reads' };
      return {
        status: 'healthy',
        database,
        connection_pool: { size: pool.totalCount, max_size: pool.options.max ?? pool.totalCount },
      };
    } catch (error) {
      return { status: 'unhealthy', error: describeDatabaseError(error) };
    }
  }
}
