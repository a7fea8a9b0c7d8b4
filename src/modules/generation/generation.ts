import type { Failure } from '../../contracts/failure.js';
import type { CancelReason, Outcome } from '../../contracts/generation-outcome.js';
import type { BeginRecord } from '../../contracts/journal.js';
import type { FinishReason } from '../../contracts/model-backend.js';
import type { Principal } from '../../contracts/principal.js';
import type { StreamHead } from '../../contracts/stream-dialect.js';
import type { Usage } from '../../contracts/usage.js';
import { FollowedLog, type GenerationReader } from './followed-log.js';
import { UsageTally } from './usage-tally.js';
import { wake } from './wake.js';

/** More than any model says in one answer; a backend that goes on is broken. */
const MAX_LOG_BYTES = 32 * 1024 * 1024;

/** Who gave an answer. */
export interface AnswerOrigin {
  /** Name of the backend. */
  readonly backend: string;
  /** The model's name there. */
  readonly model: string;
}

/** What writes one answer into the log. */
export interface AnswerRun {
  /** Who answers, or was asked last. */
  readonly origin: AnswerOrigin | undefined;
  /** How often a backend was asked. */
  readonly attempts: number;
  stop(): void;
  pause(): void;
  resume(): void;
  /** Called once a turn in which entries came: the upstream is not silent. */
  touch(): void;
}

/** One run of a model for one caller: id, owner, log, abort switch and state. Everything else only reads it. */
export class Generation extends FollowedLog {
  usage: Usage = {};
  /** It may have ended sooner than its caller wanted. */
  isShortened = false;
  readonly startedAt = performance.now();
  firstEntryAt: number | undefined;
  private askedAt: number | undefined;
  /** Set when the log ended. Readers say the end only when it is released. */
  private outcome: Outcome | undefined;
  private released = false;
  private runs: AnswerRun[] = [];
  private readonly finishReasons: FinishReason[] = [];
  private readonly tally: UsageTally;
  /** Of the runs, which go with the end. */
  private endedOrigins: readonly (AnswerOrigin | undefined)[] = [];
  private answersLeft: number;
  private paused = false;
  private seen = 0;
  private deadline: NodeJS.Timeout | undefined;
  /** Runs while nobody reads what may go on without a reader for a while. */
  private grace: NodeJS.Timeout | undefined;
  private endedAt: number | undefined;

  constructor(
    head: StreamHead,
    readonly owner: Principal,
    readonly begin: BeginRecord,
    private readonly onEnded: (generation: Generation, outcome: Outcome) => void,
    /** How long it goes on when nobody reads it any more. */
    private readonly graceMs = 0,
  ) {
    super(head);
    this.answersLeft = head.choices;
    this.tally = new UsageTally(head.choices, begin.inputs.length);
  }

  /** Who answers, run by run. */
  get origins(): readonly (AnswerOrigin | undefined)[] {
    return this.ended ? this.endedOrigins : this.runs.map(({ origin }) => origin);
  }

  get backendName(): string | undefined {
    return this.origins[0]?.backend;
  }

  /** What the backends said they used, answer by answer. */
  get usageReports(): readonly (Usage | undefined)[] {
    return this.tally.reports;
  }

  get durationMs(): number {
    return (this.endedAt ?? performance.now()) - this.startedAt;
  }

  override ownMsSince(time: number): number | undefined {
    const { askedAt } = this;
    if (askedAt === undefined || askedAt < time) return undefined;
    const now = performance.now();
    return askedAt - time + now - (this.endedAt ?? this.firstEntryAt ?? now);
  }

  get ended(): boolean {
    return this.outcome !== undefined;
  }

  get releasedOutcome(): Outcome | undefined {
    return this.released ? this.outcome : undefined;
  }

  /** Entries handed to the reader that got the most; at a clean end a reader that keeps up gets all of them. */
  get deliveredPieces(): number {
    const finished = this.outcome?.status === 'finished';
    const positions = this.callers.map(({ blocked, position }) =>
      finished && !blocked ? this.log.count : position,
    );
    return Math.max(this.departedAt, ...positions);
  }

  /** Readers that somebody waits behind. */
  private get callers(): GenerationReader[] {
    return this.readers.filter(({ isObserver }) => !isObserver);
  }

  run(runs: AnswerRun[], deadlineMs: number): void {
    this.runs = runs;
    this.askedAt = performance.now();
    this.deadline = setTimeout(() => this.cancel('timeout'), deadlineMs);
  }

  append(entry: string): void {
    this.log.append(entry);
    wake.mark(this);
  }

  appendTagged(entry: string): void {
    this.log.appendTagged(entry);
    wake.mark(this);
  }

  answerFinished(choice: number, reason: FinishReason, usage: Usage): void {
    if (this.ended) return;
    this.finishReasons[choice] = reason;
    this.tally.report(choice, usage);
    if (--this.answersLeft === 0) this.end({ status: 'finished', finishReasons: this.finishReasons });
  }

  answerFailed(failure: Failure): void {
    this.end({ status: 'failed', failure });
  }

  /** The one abort path. Closes the upstream at once; false when the generation had already ended. */
  cancel(reason: CancelReason): boolean {
    if (this.ended) return false;
    this.end({ status: 'cancelled', reason });
    return true;
  }

  override attach(reader: GenerationReader): void {
    if (!reader.isObserver) {
      clearTimeout(this.grace);
      this.grace = undefined;
    }
    super.attach(reader);
  }

  /** What went on record may leave; readers say the end. A failure replaces the outcome. */
  release(instead?: Outcome): void {
    if (instead !== undefined) this.outcome = instead;
    this.released = true;
    wake.mark(this);
  }

  override pump(): void {
    const { log } = this;
    if (log.count > this.seen) {
      this.firstEntryAt ??= performance.now();
      this.seen = log.count;
      for (const run of this.runs) run.touch();
      if (log.bytes > MAX_LOG_BYTES) {
        this.answerFailed({
          code: 'upstream_protocol_error',
          message: 'The answer is larger than any model should give.',
        });
      }
    }
    super.pump();
    log.seal();
    if (this.blockedReaders > 0) this.holdBack();
  }

  override readerUnblocked(): void {
    super.readerUnblocked();
    if (this.paused && !this.readers.some((reader) => this.isTooFarBehind(reader))) {
      this.paused = false;
      for (const run of this.runs) run.resume();
    }
  }

  /** When nobody is left and the answer still runs, nobody wants it, at once or in a while. */
  protected override readerLeft(reason: CancelReason): void {
    if (this.callers.length > 0 || this.ended) return;
    if (this.graceMs === 0) this.cancel(reason);
    else this.grace = setTimeout(() => this.cancel(reason), this.graceMs);
  }

  private holdBack(): void {
    if (this.paused || this.ended || !this.readers.some((reader) => this.isTooFarBehind(reader))) return;
    this.paused = true;
    for (const run of this.runs) run.pause();
  }

  private end(outcome: Outcome): void {
    if (this.outcome !== undefined) return;
    // The reason first: stopping a run may report the abort as an error of its own.
    this.outcome = outcome;
    this.endedAt = performance.now();
    clearTimeout(this.deadline);
    clearTimeout(this.grace);
    const { runs } = this;
    this.endedOrigins = runs.map(({ origin }) => origin);
    this.runs = [];
    for (const run of runs) run.stop();
    if (this.log.count > 0) this.firstEntryAt ??= performance.now();
    // What came together with a bad end is still handed over, so that the record can say what was delivered.
    if (outcome.status !== 'finished') super.pump();
    this.usage = this.tally.total(this.log);
    this.onEnded(this, outcome);
  }
}
