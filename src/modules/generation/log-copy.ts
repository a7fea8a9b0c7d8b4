import type { CancelReason, Outcome } from '../../contracts/generation-outcome.js';
import type { StreamHead } from '../../contracts/stream-dialect.js';
import type { Usage } from '../../contracts/usage.js';
import type { FinishedGeneration } from './finished-generations.js';
import { FollowedLog, type GenerationReader } from './followed-log.js';
import { isTagged } from './log/entry.js';
import { wake } from './wake.js';

/** How a log ended that is copied here. */
export interface CopiedEnd {
  readonly outcome: Outcome;
  readonly usage: Usage;
  readonly durationMs: number;
}

/** The log of a generation that has ended, or that runs elsewhere. Who reads it changes nothing there. */
export class LogCopy extends FollowedLog {
  private end: CopiedEnd | undefined;

  constructor(
    head: StreamHead,
    readonly backendName: string | undefined,
    /** Called when somebody begins to read it, or to wait for it, and when nobody does any more. */
    private readonly onReaders: (isRead: boolean) => void = () => undefined,
  ) {
    super(head);
  }

  static ofFinished(finished: FinishedGeneration): LogCopy {
    const copy = new LogCopy(finished.head, finished.backend);
    if (finished.count > 0) copy.append(finished.log);
    copy.finish(finished);
    return copy;
  }

  get ended(): boolean {
    return this.end !== undefined;
  }

  get releasedOutcome(): Outcome | undefined {
    return this.end?.outcome;
  }

  get usage(): Usage {
    return this.end?.usage ?? {};
  }

  get durationMs(): number {
    return this.end?.durationMs ?? 0;
  }

  /** Takes entries, one a line. */
  append(entries: string): void {
    for (const entry of entries.split('\n')) {
      if (isTagged(entry)) this.log.appendTagged(entry);
      else this.log.append(entry);
    }
    wake.mark(this);
  }

  finish(end: CopiedEnd): void {
    this.end ??= end;
    wake.mark(this);
  }

  /** Whether somebody waits for it, and does not only look on. */
  get isWanted(): boolean {
    return this.readers.some(({ isObserver }) => !isObserver);
  }

  override attach(reader: GenerationReader): void {
    const { isWanted } = this;
    const isFirst = this.readers.length === 0;
    super.attach(reader);
    if (!this.ended && (isFirst || isWanted !== this.isWanted)) this.onReaders(true);
  }

  override detach(reader: GenerationReader, reason: CancelReason): void {
    super.detach(reader, reason);
    if (this.readers.length === 0) this.onReaders(false);
  }

  override pump(): void {
    super.pump();
    this.log.seal();
  }

  protected override readerLeft(): void {
    // Nothing ends with its readers.
  }
}
