import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  DatabaseConnection,
  describeDatabaseError,
  isValueFault,
  type GatewayDataSource,
} from '../../../infrastructure/database/index.js';
import type { UsageBatch } from './usage-batch.js';
import { UsageBook, type UsageEntry } from './usage-book.js';
import { UsageHistory } from './usage-history.js';
import { UsageRows } from './usage-rows.js';
import { sumOf, type UsageOf, type UsedBefore } from './used-before.js';

const WRITE_EVERY_MS = 500;
const MOST_AT_ONCE = 1_000;
const CLEAR_EVERY_MS = 3_600_000;
/** Less than the day after which the table forgets what came: brought later, it might count twice. */
const GIVE_UP_MS = 20 * 3_600_000;
/** Batches come twice a second, and one has to arrive just before each of these. */
const MOST_READINGS = 5;

/**
 * Brings what was used to the database, all together and off the way of requests; what cannot be written waits. A batch
 * that may have arrived or not is brought again as it was, and the table takes it once. Of one that the table refuses
 * all is brought but the entry it is refused for.
 */
@Injectable()
export class UsageWriter implements OnModuleInit {
  private readonly logger = new Logger(UsageWriter.name);
  private readonly id = randomUUID();
  /** The number of the last one. */
  private batches = 0;
  /** Taken from the book, and not known to be in the database. */
  private unsure: UsageBatch | undefined;
  /** Taken from the book, and known not to be in the database. */
  private parts: (readonly UsageEntry[])[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
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
    const unwritten = [this.unsure?.entries ?? [], ...this.parts].flat().length + this.book.size;
    const withoutRoom = this.book.lost;
    if (unwritten > 0 || withoutRoom > 0)
      this.logger.error({ unwritten, withoutRoom }, 'usage could not be written and is lost');
  }

  private async writeAll(): Promise<void> {
    if (this.unsure === undefined && this.parts.length === 0 && this.book.size === 0) return;
    if (this.connection.state === 'connecting') return;
    try {
      if (this.unsure !== undefined) await this.bringAgain(this.unsure);
      await this.bringParts();
      for (let left = this.book.size; left > 0; left -= MOST_AT_ONCE) {
        this.parts.push(this.book.take(MOST_AT_ONCE));
        await this.bringParts();
      }
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.logger.warn({ err: error }, 'usage waits for the database');
      this.isFailing = true;
      return;
    }
    await this.clear();
  }

  private async bringParts(): Promise<void> {
    for (let entries = this.parts.shift(); entries !== undefined; entries = this.parts.shift())
      await this.bring({ writer: this.id, number: ++this.batches, entries, since: Date.now() });
  }

  private async bringAgain(batch: UsageBatch): Promise<void> {
    if (Date.now() - batch.since < GIVE_UP_MS) return this.bring(batch);
    this.unsure = undefined;
    const { entries, since } = batch;
    this.logger.error(
      { entries: entries.length, since: new Date(since) },
      'usage may be lost: for too long nobody could tell whether it was written',
    );
  }

  private async bring(batch: UsageBatch): Promise<void> {
    this.unsure = batch;
    try {
      await this.rows.add(batch);
    } catch (error) {
      // Then nothing of it is in the table, for sure.
      if (!isValueFault(error)) throw error;
      this.refused(batch, error);
    }
    this.unsure = undefined;
  }

  private refused({ entries }: UsageBatch, error: unknown): void {
    const [first] = entries;
    if (entries.length > 1) {
      const middle = entries.length >> 1;
      this.parts.unshift(entries.slice(0, middle), entries.slice(middle));
    } else if (first !== undefined) {
      const { tenant, user, day, requests, promptTokens, completionTokens } = first;
      this.logger.error(
        { err: describeDatabaseError(error), tenant, user, day, requests, promptTokens, completionTokens },
        'usage that the database does not take is lost',
      );
    }
  }

  private async clear(): Promise<void> {
    const now = performance.now();
    if (now - this.clearedAt < CLEAR_EVERY_MS) return;
    this.clearedAt = now;
    await this.rows.forgetWriters().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'writers of usage that are gone cannot be cleared away just now');
    });
  }

  private async sum(of: UsageOf): Promise<UsedBefore> {
    for (let readings = 0; readings < MOST_READINGS; readings++) {
      const sum = await this.read(of);
      if (sum !== undefined) return sum;
    }
    throw new Error('usage is written faster than it can be summed up');
  }

  /** Undefined where something came into the table between the look at what waits and that at the table: it is in both. */
  private async read(of: UsageOf): Promise<UsedBefore | undefined> {
    const { unsure, batches } = this;
    const waiting = [this.book.sumOf(of), ...this.parts.map((entries) => sumOf(entries, of))];
    const written = await this.rows.sum(of, this.id);
    if (written.batch > batches) return undefined;
    if (unsure !== undefined && unsure.number > written.batch) waiting.push(sumOf(unsure.entries, of));
    return {
      tokens: waiting.reduce((sum, { tokens }) => sum + tokens, written.tokens),
      cost: waiting.reduce((sum, { cost }) => sum + cost, written.cost),
    };
  }
}
