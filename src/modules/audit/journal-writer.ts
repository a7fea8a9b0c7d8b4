import { Logger } from '@nestjs/common';
import { databaseErrorCode, describeDatabaseError } from '../../infrastructure/database/index.js';
import { RowQueue } from './row-queue.js';

const QUEUE = { rows: 10_000, bytes: 64 * 1024 * 1024 };
const BATCH = { rows: 128, bytes: 8 * 1024 * 1024 };
/** While rows keep coming a batch waits so long for more; the first after a pause does not wait. */
const GATHER_MS = 10;
const RETRY_AFTER_MS = [100, 250, 500, 1_000, 2_000] as const;
const HURRIED_RETRY_MS = 100;
/** Classes of SQLSTATE that blame the values: data exception, integrity constraint, program limit. */
const VALUE_FAULT = /^(22|23|54)/;

export interface JournalStats {
  readonly written: number;
  /** Lost: pushed out of a full queue, refused by the database for what they are, or left at the end. */
  readonly dropped: number;
  readonly pending: number;
}

/**
 * Brings rows into the database in batches, one batch at a time and in their order. While the database is away they
 * wait, as far as the queue goes.
 */
export class JournalWriter {
  private readonly logger = new Logger('AuditJournal');
  private readonly queue = new RowQueue(QUEUE);
  /** What is being written. A batch falls into parts when one of its rows is at fault. */
  private parts: Buffer[][] = [];
  private written = 0;
  private dropped = 0;
  private failures = 0;
  private overflowing = false;
  private hurried = false;
  private stopped = false;
  private lastEndAt = -Infinity;
  private running: Promise<void> | undefined;
  private draining: Promise<void> | undefined;
  private wake: () => void = () => undefined;

  constructor(private readonly insert: (batch: readonly Buffer[]) => Promise<void>) {}

  get stats(): JournalStats {
    return { written: this.written, dropped: this.dropped, pending: this.pending };
  }

  add(row: Buffer): void {
    if (this.stopped) {
      this.dropped += 1;
      return;
    }
    this.overflow(this.queue.add(row));
    if (this.queue.length >= BATCH.rows && this.failures === 0) this.wake();
    this.run();
  }

  /** The database may be back: the wait is over. */
  retryNow(): void {
    this.wake();
  }

  /** Writes out what is there, as far as the time allows. The rest counts as dropped, and nothing is taken any more. */
  drain(timeoutMs: number): Promise<void> {
    this.draining ??= this.writeOut(timeoutMs);
    return this.draining;
  }

  private async writeOut(timeoutMs: number): Promise<void> {
    this.hurried = true;
    this.wake();
    await Promise.race([this.running, passed(timeoutMs)]);
    const left = this.pending;
    this.stopped = true;
    this.wake();
    if (left === 0) return;
    this.dropped += left;
    this.logger.error(`${left} generations could not be put on record before the end`);
  }

  private get pending(): number {
    return this.parts.reduce((sum, part) => sum + part.length, this.stopped ? 0 : this.queue.length);
  }

  private run(): void {
    this.running ??= this.writeAll().finally(() => (this.running = undefined));
  }

  private async writeAll(): Promise<void> {
    while (this.queue.length > 0 && !this.stopped) {
      await this.gather();
      this.parts = [this.queue.take(BATCH)];
      try {
        while (this.parts.length > 0) await this.writePart();
        this.databaseTakes();
        this.lastEndAt = performance.now();
      } catch (error) {
        const batch = this.parts.flat();
        this.parts = [];
        this.overflow(this.queue.putBack(batch));
        await this.databaseIsAway(error);
      }
    }
  }

  private async gather(): Promise<void> {
    const wait = this.lastEndAt + GATHER_MS - performance.now();
    if (wait > 0 && !this.hurried && this.queue.length < BATCH.rows) await this.sleep(wait);
  }

  /** Writes the first part, or halves it until the row that the database refuses for what it is stands alone. */
  private async writePart(): Promise<void> {
    const part = this.parts[0] ?? [];
    try {
      await this.insert(part);
      this.written += part.length;
      // Given up for lost when the time to drain was over, and there after all.
      if (this.stopped) this.dropped -= part.length;
      this.parts.shift();
    } catch (error) {
      if (!VALUE_FAULT.test(databaseErrorCode(error) ?? '')) throw error;
      if (part.length > 1) {
        const middle = part.length >> 1;
        this.parts.splice(0, 1, part.slice(0, middle), part.slice(middle));
        return;
      }
      this.parts.shift();
      this.dropped += 1;
      this.logger.error(`the database refuses to record a generation: ${describeDatabaseError(error)}`);
    }
  }

  private databaseTakes(): void {
    if (this.failures > 0) this.logger.log('generations are put on record again');
    this.failures = 0;
    this.overflowing = false;
  }

  private async databaseIsAway(error: unknown): Promise<void> {
    if (this.failures === 0)
      this.logger.warn(`generations wait to be put on record: ${describeDatabaseError(error)}`);
    const wait = RETRY_AFTER_MS[Math.min(this.failures, RETRY_AFTER_MS.length - 1)] ?? 0;
    this.failures += 1;
    if (!this.stopped) await this.sleep(this.hurried ? HURRIED_RETRY_MS : wait);
  }

  private overflow(dropped: number): void {
    if (dropped === 0) return;
    this.dropped += dropped;
    if (this.overflowing) return;
    this.overflowing = true;
    this.logger.error('the queue of generations to be put on record is full, the oldest are lost');
  }

  /** Until the time has passed or somebody wakes us. */
  private async sleep(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      this.wake = resolve;
    });
    clearTimeout(timer);
  }
}

const passed = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
