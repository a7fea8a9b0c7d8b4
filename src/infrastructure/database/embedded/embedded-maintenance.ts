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
/** Sooner where so much was written. */
const MOST_LOG_BYTES = 64 * 1024 * 1024;
const LOOK_MS = 10_000;
/** As autovacuum has it: this many rows, and this part of the table. */
const DEAD_ROWS = 50;
const DEAD_PART = 0.2;

/** What background processes do for a server. Without it the embedded one's log of changes would grow until it stops. */
@Injectable()
export class EmbeddedMaintenance implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(EmbeddedMaintenance.name);
  private timer: NodeJS.Timeout | undefined;
  private lastPosition: string | undefined;
  private lastRunAt = performance.now();
  private isRunning = false;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AppConfig) private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.database.kind !== 'embedded') return;
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Runs when it is time, or when much was written since. */
  async look(): Promise<void> {
    const isTime = performance.now() - this.lastRunAt >= EVERY_MS;
    if (this.isRunning || !(isTime || (await this.hasWrittenMuch()))) return;
    this.isRunning = true;
    await this.run();
    this.lastRunAt = performance.now();
    this.isRunning = false;
  }

  async run(): Promise<void> {
    try {
      if ((await this.position()) === this.lastPosition) return;
      await asOwner(this.dataSource, async (runner) => {
        await this.vacuum(runner);
        await runner.query('CHECKPOINT');
      });
      this.lastPosition = await this.position();
    } catch (error) {
      this.logger.warn(`maintenance of the embedded database failed: ${describeDatabaseError(error)}`);
    }
  }

  private async hasWrittenMuch(): Promise<boolean> {
    try {
      this.lastPosition ??= await this.position();
      const [row] = await this.dataSource.query<{ bytes: string }[]>(
        'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn) AS bytes',
        [this.lastPosition],
      );
      return Number(row?.bytes) > MOST_LOG_BYTES;
    } catch {
      // Whoever needs the database says what is wrong with it.
      return false;
    }
  }

  private async position(): Promise<string | undefined> {
    const rows = await this.dataSource.query<{ at: string }[]>('SELECT pg_current_wal_lsn() AS at');
    return rows[0]?.at;
  }

  private async vacuum(runner: QueryRunner): Promise<void> {
    const tables = (await runner.query(
      `SELECT relid::regclass::text AS name FROM pg_stat_user_tables
        WHERE greatest(n_dead_tup, n_mod_since_analyze) > $1::int + $2::float * n_live_tup`,
      [DEAD_ROWS, DEAD_PART],
    )) as { name: string }[];
    for (const { name } of tables) await runner.query(`VACUUM (ANALYZE) ${name}`);
  }
}
