import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { GenerationJournal, JournalEntry, OutcomeRecord } from '../../contracts/journal.js';
import { DatabaseConnection, GatewayDataSource } from '../../infrastructure/database/index.js';
import { insertRows } from './insert-rows.js';
import { type JournalStats, JournalWriter } from './journal-writer.js';
import { serialiseRow } from './serialise-row.js';

const DRAIN_TIMEOUT_MS = 5_000;
/** Putting an answer together takes some tens of microseconds; tokens of others pass in between. */
const ROWS_PER_TURN = 32;

/**
 * Keeps generations in `conversations` and `messages`, one conversation each, as soon as they have ended. It never holds
 * up an answer: what cannot be written yet waits in memory, within bounds, and is lost with the process.
 */
@Injectable()
export class DatabaseJournal implements GenerationJournal, OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseJournal.name);
  private readonly writer: JournalWriter;
  private ended: OutcomeRecord[] = [];
  private lost = 0;

  constructor(
    @Inject(DataSource) dataSource: GatewayDataSource,
    @Inject(DatabaseConnection) connection: DatabaseConnection,
  ) {
    this.writer = new JournalWriter((batch) => insertRows(dataSource, batch));
    connection.onReady(() => this.writer.retryNow());
    dataSource.beforeClose(() => this.drain(DRAIN_TIMEOUT_MS));
  }

  /** Counts of generations. */
  stats(): JournalStats {
    const { written, dropped, pending } = this.writer.stats;
    return { written, dropped: dropped + this.lost, pending: pending + this.ended.length };
  }

  begin(): JournalEntry {
    return this;
  }

  outcome(record: OutcomeRecord): undefined {
    if (this.ended.push(record) === 1) setImmediate(() => this.takeTurn());
  }

  /** Writes out what is there. Whatever comes afterwards is lost, and counted. */
  async drain(timeoutMs: number): Promise<void> {
    while (this.ended.length > 0) this.takeRows();
    await this.writer.drain(timeoutMs);
  }

  /** For a database that was never reached; otherwise all is written by now. */
  onApplicationShutdown(): Promise<void> {
    return this.drain(DRAIN_TIMEOUT_MS);
  }

  private takeTurn(): void {
    this.takeRows();
    if (this.ended.length > 0) setImmediate(() => this.takeTurn());
  }

  private takeRows(): void {
    for (const record of this.ended.splice(0, ROWS_PER_TURN)) {
      try {
        this.writer.add(serialiseRow(record));
      } catch (error) {
        this.lost += 1;
        this.logger.error(
          { err: error, generation: record.begin.id },
          'a generation cannot be put on record',
        );
      }
    }
  }
}
