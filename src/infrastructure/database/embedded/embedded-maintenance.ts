import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import { AppConfig } from '../../../config/index.js';
import { asOwner } from '../as-owner.js';
import { describeDatabaseError } from '../describe-database-error.js';

const EVERY_MS = 5 * 60_000;
/** As autovacuum has it: this many rows, and this part of the table. */
const DEAD_ROWS = 50;
const DEAD_PART = 0.2;

/** What background processes do for a server. Without it the embedded one's log of changes would grow until it stops. */
@Injectable()
export class EmbeddedMaintenance implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(EmbeddedMaintenance.name);
  private timer: NodeJS.Timeout | undefined;
  private lastPosition: string | undefined;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AppConfig) private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.database.kind !== 'embedded') return;
    this.timer = setInterval(() => void this.run(), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async run(): Promise<void> {
    try {
      if (await this.isUnchanged()) return;
      await asOwner(this.dataSource, async (runner) => {
        await this.vacuum(runner);
        await runner.query('CHECKPOINT');
      });
      this.lastPosition = await this.position();
    } catch (error) {
      this.logger.warn(`maintenance of the embedded database failed: ${describeDatabaseError(error)}`);
    }
  }

  private async isUnchanged(): Promise<boolean> {
    return (await this.position()) === this.lastPosition;
  }

  private async position(): Promise<string | undefined> {
    const rows = await this.dataSource.query<{ at: string }[]>('SELECT pg_current_wal_lsn() AS at');
    return rows[0]?.at;
  }

  private async vacuum(runner: QueryRunner): Promise<void> {
    const tables = (await runner.query(
      `SELECT relid::regclass::text AS name FROM pg_stat_user_tables
        WHERE n_dead_tup > $1 + $2 * n_live_tup OR n_mod_since_analyze > $1 + $2 * n_live_tup`,
      [DEAD_ROWS, DEAD_PART],
    )) as { name: string }[];
    for (const { name } of tables) await runner.query(`VACUUM (ANALYZE) ${name}`);
  }
}
