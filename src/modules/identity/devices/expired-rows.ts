import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { RequestDatabase } from '../../../infrastructure/database/index.js';

const EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** With how long they stay after their end. */
const TABLES = [
  ['signature_nonces', 0],
  ['mail_codes', 0],
  ['device_pairings', 0],
  // Their owners may want to see that they have ended.
  ['api_keys', DAY_MS],
] as const;

/** Takes away what is too old to mean anything. */
@Injectable()
export class ExpiredRows implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(RequestDatabase) private readonly database: RequestDatabase) {}

  onModuleInit(): void {
    // While the database is away nothing gets older than it may: it is not there to be asked either.
    this.timer = setInterval(() => void this.sweep().catch(() => undefined), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async sweep(now = SYSTEM_CLOCK.now()): Promise<void> {
    for (const [table, keptMs] of TABLES)
      await this.database.query(`DELETE FROM ${table} WHERE expires_at < $1`, [new Date(now - keptMs)]);
  }
}
