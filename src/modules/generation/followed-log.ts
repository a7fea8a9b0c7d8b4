import type { CancelReason, Outcome } from '../../contracts/generation-outcome.js';
import type { Ending, StreamHead } from '../../contracts/stream-dialect.js';
import type { Usage } from '../../contracts/usage.js';
import { answersOf } from './log/answers.js';
import { GenerationLog } from './log/generation-log.js';
import { wake, type Wakeable } from './wake.js';

/** Whoever follows a log. */
export interface GenerationReader {
  /** Next position it will read. */
  position: number;
  readonly blocked: boolean;
  /** How many entries it may be behind while blocked before the upstream is paused. */
  readonly bufferSize: number;
  /** It only looks on: nothing waits for it, and nothing goes on for it alone. */
  readonly isObserver?: boolean;
  pump(): void;
  close(): void;
}

/** A log and those who read it, each at its own pace. */
export abstract class FollowedLog implements Wakeable {
  readonly log = new GenerationLog();
  awake = false;
  /** How often a reader had to wait for its client. */
  readerWaits = 0;
  protected readonly readers: GenerationReader[] = [];
  /** The furthest any reader had got that has left. */
  protected departedAt = 0;
  protected blockedReaders = 0;
  /** What the answer says in its head besides. */
  headers: Readonly<Record<string, string>> = {};

  constructor(readonly head: StreamHead) {}

  /** Whether nothing more comes into the log. */
  abstract get ended(): boolean;
  /** How it ended, once that may be said. */
  abstract get releasedOutcome(): Outcome | undefined;
  /** Token counts, known once it has ended. */
  abstract get usage(): Usage;
  abstract get durationMs(): number;
  /** Name of the backend that answers the first choice. */
  abstract get backendName(): string | undefined;

  /**
   * How long the gateway took since then, in ms of the process's clock, besides waiting for the backends to begin or, once
   * they have, to end. Undefined where they had been asked before.
   */
  ownMsSince(_time: number): number | undefined {
    return undefined;
  }

  get id(): string {
    return this.head.id;
  }

  /** What a dialect may say of the end. */
  get ending(): Ending {
    const { usage, log, durationMs, head } = this;
    return { usage, seq: log.count, durationMs, answers: () => answersOf(log, head.choices) };
  }

  attach(reader: GenerationReader): void {
    this.readers.push(reader);
    wake.mark(this);
  }

  detach(reader: GenerationReader, reason: CancelReason): void {
    const index = this.readers.indexOf(reader);
    if (index === -1) return;
    this.readers.splice(index, 1);
    // The end before the farewell: a reader that held back the upstream lets it go on.
    if (!reader.isObserver) {
      this.departedAt = Math.max(this.departedAt, reader.position);
      this.readerLeft(reason);
    }
    reader.close();
  }

  pump(): void {
    const { readers } = this;
    // Backwards, as a reader may leave while it is pumped.
    for (let i = readers.length - 1; i >= 0; i--) readers[i]!.pump();
  }

  readerBlocked(): void {
    this.blockedReaders++;
    this.readerWaits++;
  }

  readerUnblocked(): void {
    this.blockedReaders--;
  }

  protected isTooFarBehind(reader: GenerationReader): boolean {
    return !reader.isObserver && reader.blocked && this.log.count - reader.position > reader.bufferSize;
  }

  protected abstract readerLeft(reason: CancelReason): void;
}
