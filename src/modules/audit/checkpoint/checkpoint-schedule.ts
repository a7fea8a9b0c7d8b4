import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../../config/index.js';
import { DatabaseConnection, GatewayDataSource } from '../../../infrastructure/database/index.js';
import { CheckpointWriter } from './checkpoint-writer.js';

/** Has chains signed at intervals while there is a database, and once more when all has been written at the end. */
@Injectable()
export class CheckpointSchedule implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(DatabaseConnection) connection: DatabaseConnection,
    @Inject(DataSource) dataSource: GatewayDataSource,
    @Inject(CheckpointWriter) private readonly writer: CheckpointWriter,
  ) {
    connection.onReady(() => this.start());
    dataSource.lastBeforeClose(() => this.end());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  private start(): void {
    if (this.stopped) return;
    this.timer = setInterval(() => void this.writer.writeAll(), this.config.audit.checkpointEveryMs);
    this.timer.unref();
  }

  private stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  private async end(): Promise<void> {
    this.stop();
    // One that is under way may have begun before the last entry was written.
    await this.writer.writeAll();
    await this.writer.writeAll();
  }
}
