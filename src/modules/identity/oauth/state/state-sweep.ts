import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseConnection, describeDatabaseError } from '../../../../infrastructure/database/index.js';
import { Attempts } from '../../users/index.js';
import { StateRows } from './state-rows.js';

const EVERY_MS = 600_000;

/** Takes away what has expired. All replicas do; it is one statement each. */
@Injectable()
export class StateSweep implements OnApplicationShutdown {
  private readonly logger = new Logger('OAuth');
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(StateRows) private readonly rows: StateRows,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(DatabaseConnection) connection: DatabaseConnection,
  ) {
    connection.onReady(() => this.start());
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Never rejects. */
  async run(): Promise<void> {
    try {
      await this.rows.sweep();
      await this.attempts.sweep();
    } catch (error) {
      this.logger.warn(`what has expired stays for now: ${describeDatabaseError(error)}`);
    }
  }

  private start(): void {
    if (this.stopped) return;
    this.timer = setInterval(() => void this.run(), EVERY_MS);
    this.timer.unref();
  }
}
