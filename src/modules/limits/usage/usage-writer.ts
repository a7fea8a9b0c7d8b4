import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DatabaseConnection, type GatewayDataSource } from '../../../infrastructure/database/index.js';
import { UsageBook, type UsageEntry } from './usage-book.js';
import { UsageHistory } from './usage-history.js';
import { UsageRows } from './usage-rows.js';

const WRITE_EVERY_MS = 500;
const MOST_AT_ONCE = 1_000;

/** Brings what was used to the database, all together and off the way of requests; what cannot be written waits. */
@Injectable()
export class UsageWriter implements OnModuleInit {
  private readonly logger = new Logger(UsageWriter.name);
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private isFailing = false;

  constructor(
    @Inject(UsageBook) private readonly book: UsageBook,
    @Inject(UsageHistory) private readonly history: UsageHistory,
    @Inject(UsageRows) private readonly rows: UsageRows,
    @Inject(DatabaseConnection) private readonly connection: DatabaseConnection,
    @Inject(DataSource) private readonly dataSource: GatewayDataSource,
  ) {}

  onModuleInit(): void {
    this.book.open();
    this.history.use(async (of) => {
      // What is on its way would be missing in both.
      await this.writing;
      return this.rows.sum(of);
    });
    this.timer = setInterval(() => void this.write(), WRITE_EVERY_MS).unref();
    this.dataSource.beforeClose(() => this.close());
  }

  /** Resolves when all that was there has been written, or could not be. */
  write(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => (this.writing = undefined));
    return this.writing;
  }

  private async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.write();
  }

  private async writeAll(): Promise<void> {
    if (this.book.size === 0 || this.connection.state === 'connecting') return;
    const entries = this.book.take().map(storable);
    for (let at = 0; at < entries.length; at += MOST_AT_ONCE) {
      const batch = entries.slice(at, at + MOST_AT_ONCE);
      try {
        await this.rows.add(batch);
        this.isFailing = false;
      } catch (error) {
        for (const entry of entries.slice(at)) this.book.add(entry);
        if (!this.isFailing) this.logger.warn({ err: error }, 'usage waits for the database');
        this.isFailing = true;
        return;
      }
    }
  }
}

/** PostgreSQL takes neither U+0000 nor halves of characters. */
function storable(entry: UsageEntry): UsageEntry {
  const clean = (text: string) => text.replaceAll('\0', '').toWellFormed();
  const { user, key, model } = entry;
  return { ...entry, user: clean(user), key: clean(key), model: clean(model) };
}
