import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../../config/index.js';
import { EventBus } from '../../../contracts/business-events.js';
import {
  describeDatabaseError,
  type GatewayDataSource,
  isValueFault,
} from '../../../infrastructure/database/index.js';
import { GenerationRegistry } from '../../generation/index.js';
import { KeptResponses } from '../kept-responses.js';
import { type ArchivedResponse, toArchived } from './archived-response.js';
import { ArchiveRows } from './archive-rows.js';
import { BegunResponses } from './begun-responses.js';
import { type ArchiveKeeper, ResponseArchive } from './response-archive.js';

const WRITE_EVERY_MS = 100;
const RETRY_AFTER_MS = 2_000;
const MOST_WAITING = 10_000;
/** What a statement brings well within its time. What is larger alone stays in memory. */
const BATCH = { rows: 32, bytes: 8 * 1024 * 1024 };

/**
 * Brings responses that have ended into the database, several together and off the way of requests. Until then, and while
 * the database is away, they are what memory keeps of them; what memory gives up before the database is back is not kept.
 */
@Injectable()
export class ArchiveWriter implements ArchiveKeeper, OnModuleInit {
  private readonly logger = new Logger(ArchiveWriter.name);
  private readonly waiting = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private isFailing = false;

  constructor(
    @Inject(AppConfig) private readonly config: Pick<AppConfig, 'storedResponses'>,
    @Inject(KeptResponses) private readonly kept: KeptResponses,
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(ResponseArchive) private readonly archive: ResponseArchive,
    @Inject(ArchiveRows) readonly rows: ArchiveRows,
    @Inject(BegunResponses) readonly begun: BegunResponses,
    @Inject(DataSource) private readonly dataSource: GatewayDataSource,
  ) {}

  onModuleInit(): void {
    if (this.config.storedResponses.ttlMs === 0) return;
    this.archive.use(this);
    this.events.on('generation-settled', ({ begin }) => this.keep(begin.id));
    this.dataSource.beforeClose(() => this.close());
  }

  keep(id: string): void {
    if (this.kept.slotOf(id) === undefined || this.waiting.size >= MOST_WAITING) return this.giveUp(id);
    this.waiting.add(id);
    this.writeIn(WRITE_EVERY_MS);
  }

  /** Resolves when all that was there has been written, or could not be. */
  write(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => (this.writing = undefined));
    return this.writing;
  }

  private async close(): Promise<void> {
    await this.writing;
    await this.write();
    clearTimeout(this.timer);
    if (this.waiting.size > 0) this.logger.warn(`${this.waiting.size} responses could not be stored`);
  }

  private writeIn(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.write();
    }, ms).unref();
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = this.nextBatch();
      try {
        if (batch.length > 0) await this.rows.add(batch, this.archive.expiry());
        this.isFailing = false;
        for (const { id } of batch) this.begun.replaced(id);
      } catch (error) {
        this.tell(error);
        const isRefused = isValueFault(error);
        for (const { id } of batch)
          if (isRefused) this.giveUp(id);
          else this.waiting.add(id);
        if (!isRefused) return this.writeIn(RETRY_AFTER_MS);
      }
    }
  }

  /** What memory has given up is not there any more. */
  private nextBatch(): ArchivedResponse[] {
    const batch: ArchivedResponse[] = [];
    let bytes = 0;
    for (const id of this.waiting) {
      const response = this.read(id);
      const size = response === undefined ? Infinity : sizeOf(response);
      if (size <= BATCH.bytes && bytes + size > BATCH.bytes) break;
      this.waiting.delete(id);
      if (response === undefined || size > BATCH.bytes) {
        this.giveUp(id);
        continue;
      }
      bytes += size;
      if (batch.push(response) === BATCH.rows) break;
    }
    return batch;
  }

  private read(id: string): ArchivedResponse | undefined {
    const kept = this.kept.find(id);
    const finished = kept && this.registry.kept(id);
    return finished && toArchived(kept, finished);
  }

  private giveUp(id: string): void {
    void this.begun.forget(id);
  }

  /** Once, until one is stored again. */
  private tell(error: unknown): void {
    if (!this.isFailing)
      this.logger.warn(`responses are not stored just now: ${describeDatabaseError(error)}`);
    this.isFailing = true;
  }
}

const sizeOf = ({ facts, items, log }: ArchivedResponse): number => facts.length + items.length + log.length;
