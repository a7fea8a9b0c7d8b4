import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DatabaseConnection } from '../../../infrastructure/database/index.js';
import { RedisChannels } from '../../../infrastructure/redis/index.js';
import { BudgetBook } from './budget-book.js';
import { BudgetRows } from './budget-rows.js';

const CHANNEL = 'citadel:budgets';
/** Where nobody tells that something has changed. */
const LOOK_EVERY_MS = 10_000;

/** Keeps the budgets that requests look at like those in the database. */
@Injectable()
export class BudgetRefresh implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(BudgetRefresh.name);
  private timer: NodeJS.Timeout | undefined;
  private isFailing = false;
  /** How often they were asked for, and which of these was taken last. */
  private asked = 0;
  private taken = 0;

  constructor(
    @Inject(BudgetBook) private readonly book: BudgetBook,
    @Inject(BudgetRows) private readonly rows: BudgetRows,
    @Inject(RedisChannels) private readonly channels: RedisChannels,
    @Inject(DatabaseConnection) private readonly connection: DatabaseConnection,
  ) {}

  onModuleInit(): void {
    this.connection.onReady(() => void this.look());
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    if (this.channels.configured) this.channels.listen(CHANNEL, () => void this.look());
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** They have changed here. Others learn it now, or when they next look. */
  async changed(): Promise<void> {
    await this.read();
    if (this.channels.configured) this.channels.publish(CHANNEL, '').catch(() => undefined);
  }

  private async look(): Promise<void> {
    if (this.connection.state !== 'ready') return;
    try {
      await this.read();
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.logger.warn({ err: error }, 'budgets cannot be read: those known hold');
      this.isFailing = true;
    }
  }

  /** What was asked for earlier and comes later is not what holds now. */
  private async read(): Promise<void> {
    const turn = ++this.asked;
    const all = await this.rows.all();
    if (turn < this.taken) return;
    this.taken = turn;
    this.book.load(all);
  }
}
