import type { Failure } from '../../contracts/failure.js';
import type { AnswerSink, BackendCall, FinishReason } from '../../contracts/model-backend.js';
import { toWirePiece } from './corpus.js';
import { findFailure, type Faults } from './faults.js';
import type { Pace } from './pace.js';
import type { Part, Parts } from './part.js';
import type { Cancel, Scheduler } from './scheduler.js';
import type { Tally } from './tally.js';

/** So many pieces at most in one turn of the event loop: others are served in between. */
const PIECES_PER_TURN = 16;

const waitForever: Cancel = () => undefined;

export interface Script {
  readonly parts: Parts;
  readonly faults: Faults;
  readonly pace: Pace;
  readonly tally: Tally;
}

/** Plays one answer to a sink, piece by piece, beginning after it was made. */
export class Playback implements BackendCall {
  private over = false;
  private paused = false;
  private stalled = false;
  /** Undefined when nothing is scheduled. */
  private waiting: Cancel | undefined;

  constructor(
    private readonly script: Script,
    private readonly sink: AnswerSink,
    private readonly scheduler: Scheduler,
  ) {
    this.continueSoon();
  }

  abort(): void {
    this.over = true;
    this.waiting?.();
    this.waiting = undefined;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.isHalted()) return;
    this.script.pace.restart();
    this.continueSoon();
  }

  private continueSoon(): void {
    this.waiting = this.scheduler.soon(() => this.turn());
  }

  private turn(): void {
    this.waiting = undefined;
    for (let left = PIECES_PER_TURN; left > 0; left -= 1) {
      if (this.isHalted() || this.isInterrupted()) return;
      this.step();
    }
    if (!this.isHalted()) this.continueSoon();
  }

  /** The sink may abort, pause and resume from within a piece; a resume has then scheduled the next turn. */
  private isHalted(): boolean {
    return this.over || this.paused || this.waiting !== undefined;
  }

  /** Whether something other than the next piece is due now. */
  private isInterrupted(): boolean {
    const { faults, pace, tally } = this.script;
    if (tally.sent === faults.stall?.after && !this.stalled) {
      this.stalled = true;
      this.waiting = this.stall(faults.stall.forMs);
      return true;
    }
    const failure = findFailure(faults, tally.sent);
    if (failure !== undefined) {
      this.fail(failure);
      return true;
    }
    const waitMs = pace.waitMs();
    if (waitMs > 0) this.waiting = this.scheduler.after(waitMs, () => this.turn());
    return waitMs > 0;
  }

  private stall(forMs: number | undefined): Cancel {
    if (forMs === undefined) return waitForever;
    return this.scheduler.after(forMs, () => {
      this.script.pace.restart();
      this.turn();
    });
  }

  /** The next piece, or the end. */
  private step(): void {
    const { parts, pace, tally } = this.script;
    const next = this.tryNext(parts);
    if (next === undefined) return;
    if (next.done === true) {
      this.over = true;
      this.sink.finished(next.value, tally.toUsage(next.value));
      return;
    }
    tally.add(next.value);
    pace.sent();
    this.emit(next.value);
  }

  private tryNext(parts: Parts): IteratorResult<Part, FinishReason> | undefined {
    try {
      return parts.next();
    } catch (error) {
      this.fail({ code: 'internal', message: 'The simulator failed.', detail: String(error) });
      return undefined;
    }
  }

  private emit(part: Part): void {
    switch (part.kind) {
      case 'text':
        if (part.logprobs === undefined) return this.sink.text(toWirePiece(part.text));
        return this.sink.scoredText(toWirePiece(part.text), part.logprobs);
      case 'reasoning':
        return this.sink.reasoning(toWirePiece(part.text));
      case 'tool-call':
        return this.sink.toolCall(part.delta);
    }
  }

  private fail(failure: Failure): void {
    this.over = true;
    this.sink.failed(failure);
  }
}
