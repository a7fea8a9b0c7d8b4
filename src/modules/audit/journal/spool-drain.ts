import { Logger } from '@nestjs/common';
import { describeDatabaseError, isTooSlow } from '../../../infrastructure/database/index.js';
import { interruptedJson } from '../record/ended.js';
import type { Spool, WaitingRecord } from '../spool/spool.js';
import { BATCH } from './outcome-queue.js';
import { PauseBetweenRetries } from './pause-between-retries.js';
import type { RecordAppender } from './record-appender.js';
import { toDraft } from './to-draft.js';

/** Brings what waits in the spool into the database, in its order, and tries until all is there. */
export class SpoolDrain {
  private readonly logger = new Logger('AuditJournal');
  private readonly pause = new PauseBetweenRetries();
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly spool: Spool,
    private readonly appender: RecordAppender,
    /** Hears that nothing waits any more. */
    private readonly emptied: () => void,
  ) {}

  /** Begins, unless it runs: `before` is what has to be over first. */
  begin(before: Promise<unknown>): void {
    this.running ??= this.drain(before);
  }

  /** Resolves when it runs no more; undefined where it does not run. */
  get ended(): Promise<void> | undefined {
    return this.running;
  }

  get isStopped(): boolean {
    return this.stopped;
  }

  /** The database may be back. */
  retryNow(): void {
    this.pause.end();
  }

  /** From now on it does not wait long between tries. */
  hurry(): void {
    this.pause.hurry();
  }

  /** Tries no more. What it has not brought stays in the spool. */
  stop(): void {
    this.stopped = true;
    this.pause.end();
  }

  private async drain(before: Promise<unknown>): Promise<void> {
    await before;
    // Records as large as they may be take longer than a request may: all others would wait behind them for ever.
    let isPatient = false;
    while (!this.stopped) {
      try {
        const waiting = this.spool.oldest(BATCH);
        if (waiting.length === 0) break;
        await this.append(waiting, isPatient);
        isPatient = false;
        this.pause.reset();
      } catch (error) {
        isPatient = isTooSlow(error);
        this.logger.debug(`the database does not take records yet: ${describeDatabaseError(error)}`);
        await this.pause.wait();
      }
    }
    // In the same breath: whoever finds something to bring from now on begins anew.
    this.running = undefined;
    if (this.stopped) return;
    this.logger.log('all generations are on record');
    this.emptied();
  }

  /** As far as they are of one tenant. */
  private async append(waiting: readonly WaitingRecord[], isPatient: boolean): Promise<void> {
    const { tenant } = waiting[0]!.record;
    const other = waiting.findIndex(({ record }) => record.tenant !== tenant);
    const group = other === -1 ? waiting : waiting.slice(0, other);
    const foundAt = new Date();
    await this.appender.appendAgain(
      tenant,
      group.map(({ record: { kind, subject, text } }) =>
        toDraft(subject, kind === 'begin' ? text + interruptedJson(foundAt) : text),
      ),
      isPatient,
    );
    for (const { ticket } of group) this.spool.settle(ticket);
  }
}
