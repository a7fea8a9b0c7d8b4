import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DatabaseConnection, type GatewayDataSource } from '../../../infrastructure/database/index.js';
import type { UsageBatch } from './usage-batch.js';
import { UsageBook, type UsageEntry } from './usage-book.js';
import { UsageHistory } from './usage-history.js';
import { UsageRows } from './usage-rows.js';
import { sumOf, type UsageOf, type UsedBefore } from './used-before.js';

const WRITE_EVERY_MS = 500;
const MOST_AT_ONCE = 1_000;
const CLEAR_EVERY_MS = 3_600_000;

/**
 * Brings what was used to the database, all together and off the way of requests; what cannot be written waits. A batch
 * that may have arrived or not is brought again as it was, and the table takes it once.
 */
@Injectable()
export class UsageWriter implements OnModuleInit {
  private readonly logger = new Logger(UsageWriter.name);
  private readonly id = randomUUID();
  private batches = 0;
  /** Taken from the book, and not known to be in the database. */
  private unsure: UsageBatch | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private readonly reading = new Set<Promise<unknown>>();
  private clearedAt = -Infinity;
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
    this.history.use((of) => this.sum(of));
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
    if (this.unsure === undefined && this.book.size === 0) return;
    if (this.connection.state === 'connecting') return;
    await Promise.allSettled(this.reading);
    try {
      if (this.unsure !== undefined) await this.bring(this.unsure);
      for (let left = this.book.size; left > 0; left -= MOST_AT_ONCE) await this.bring(this.next());
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.logger.warn({ err: error }, 'usage waits for the database');
      this.isFailing = true;
      return;
    }
    await this.clear();
  }

  private next(): UsageBatch {
    const entries = this.book.take(MOST_AT_ONCE).map(storable);
    return { writer: this.id, number: ++this.batches, entries };
  }

  private async bring(batch: UsageBatch): Promise<void> {
    this.unsure = batch;
    await this.rows.add(batch);
    this.unsure = undefined;
  }

  private async clear(): Promise<void> {
    const now = performance.now();
    if (now - this.clearedAt < CLEAR_EVERY_MS) return;
    this.clearedAt = now;
    await this.rows.forgetWriters().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'writers of usage that are gone cannot be cleared away just now');
    });
  }

  /** Nothing is on its way meanwhile: it would be missing in both places, or be met in both. */
  private async sum(of: UsageOf): Promise<UsedBefore> {
    while (this.writing !== undefined) await this.writing;
    const answer = this.read(of);
    this.reading.add(answer);
    try {
      return await answer;
    } finally {
      this.reading.delete(answer);
    }
  }

  private async read(of: UsageOf): Promise<UsedBefore> {
    const waiting = this.book.sumOf(of);
    const { unsure } = this;
    const written = await this.rows.sum(of, this.id);
    const isMissing = unsure !== undefined && unsure.number > written.batch;
    const missing = isMissing ? sumOf(unsure.entries, of) : { tokens: 0, cost: 0 };
    return {
      tokens: written.tokens + waiting.tokens + missing.tokens,
      cost: written.cost + waiting.cost + missing.cost,
    };
  }
}

/** PostgreSQL takes neither U+0000 nor halves of characters. */
function storable(entry: UsageEntry): UsageEntry {
  const clean = (text: string) => text.replaceAll('\0', '').toWellFormed();
  const { user, key, device, agent, endpoint, model } = entry;
  return {
    ...entry,
    user: clean(user),
    key: clean(key),
    device: clean(device),
    agent: clean(agent),
    endpoint: clean(endpoint),
    model: clean(model),
  };
}
