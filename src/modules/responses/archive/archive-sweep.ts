import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseConnection, describeDatabaseError } from '../../../infrastructure/database/index.js';
import { ArchiveRows } from './archive-rows.js';

const EVERY_MS = 600_000;

/** Takes away responses that have expired. All replicas do, a part at a time. */
@Injectable()
export class ArchiveSweep implements OnApplicationShutdown {
  private readonly logger = new Logger(ArchiveSweep.name);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(ArchiveRows) private readonly rows: ArchiveRows,
    @Inject(DatabaseConnection) connection: DatabaseConnection,
  ) {
    connection.onReady(() => {
      if (!this.stopped) this.timer = setInterval(() => void this.run(), EVERY_MS).unref();
    });
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Never rejects. */
  async run(): Promise<void> {
    try {
      while (!this.stopped && (await this.rows.sweep()));
    } catch (error) {
      this.logger.warn(`responses that have expired stay for now: ${describeDatabaseError(error)}`);
    }
  }
}
