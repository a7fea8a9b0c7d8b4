import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { RequestDatabase } from '../../../infrastructure/database/index.js';

const EVERY_MS = 60_000;
const TABLES = ['signature_nonces', 'mail_codes', 'device_pairings'] as const;

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

  async sweep(now = new Date(SYSTEM_CLOCK.now())): Promise<void> {
    for (const table of TABLES)
      await this.database.query(`DELETE FROM ${table} WHERE expires_at < $1`, [now]);
  }
}
