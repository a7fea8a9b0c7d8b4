import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../../config/index.js';
import { DatabaseConnection, describeDatabaseError } from '../../../infrastructure/database/index.js';
import { EntrySource } from '../verify/entry-source.js';
import { ChainRetention } from './chain-retention.js';

/** A gateway that is started anew more often than every hour still gets to it. */
const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;
/** Any number does, as long as all replicas take the same. */
const RETENTION_LOCK = 202_611_211;

/**
 * Soon after the start and then once an hour, on one of several replicas, old entries of all tenants go, where they are not
 * kept for ever.
 */
@Injectable()
export class RetentionSchedule implements OnApplicationShutdown {
  private readonly logger = new Logger('AuditRetention');
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private running = false;

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(DatabaseConnection) connection: DatabaseConnection,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(EntrySource) private readonly source: EntrySource,
    @Inject(ChainRetention) private readonly retention: ChainRetention,
  ) {
    if (config.audit.retentionMs !== undefined) connection.onReady(() => this.runIn(FIRST_MS));
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Never rejects. Does nothing while it is done already, here or by another replica. */
  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      // Nobody else opens the embedded database, and it has no second connection to hold a lock with.
      if (this.config.database.kind === 'embedded') await this.removeAll();
      else await this.removeAlone();
    } catch (error) {
      this.tell(error);
    } finally {
      this.running = false;
    }
  }

  private runIn(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.runIn(EVERY_MS);
      void this.run();
    }, ms);
    this.timer.unref();
  }

  private async removeAlone(): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const [row] = (await runner.query('SELECT pg_try_advisory_lock($1) AS got', [RETENTION_LOCK])) as {
        got: boolean;
      }[];
      if (row?.got !== true) return;
      try {
        await this.removeAll();
      } finally {
        await runner.query('SELECT pg_advisory_unlock($1)', [RETENTION_LOCK]);
      }
    } finally {
      await runner.release();
    }
  }

  private async removeAll(): Promise<void> {
    const before = new Date((await this.now()) - (this.config.audit.retentionMs ?? Infinity));
    for (const { tenant } of await this.source.heads()) if (!this.stopped) await this.remove(tenant, before);
  }

  /** By the clock that is behind: one that is ahead would take away what nobody can bring back. */
  private async now(): Promise<number> {
    const [row] = await this.dataSource.query<{ now: Date }[]>('SELECT now() AS now');
    return Math.min(Date.now(), row?.now.getTime() ?? Infinity);
  }

  /** What goes wrong with one tenant's is not the others' loss. */
  private async remove(tenant: string, before: Date): Promise<void> {
    try {
      await this.retention.removeBefore(tenant, before);
    } catch (error) {
      this.tell(error, { tenant });
    }
  }

  private tell(error: unknown, about: object = {}): void {
    this.logger.warn(about, `old entries stay for another hour: ${describeDatabaseError(error)}`);
  }
}
