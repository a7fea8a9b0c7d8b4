import type { Outcome } from '../../contracts/generation-outcome.js';
import type { FollowedLog, GenerationReader } from './followed-log.js';

/** A reader that waits for the end: the non-streamed answer. */
export class WholeAnswerReader implements GenerationReader {
  position = 0;
  readonly blocked = false;
  readonly bufferSize = Number.MAX_SAFE_INTEGER;
  private resolve: ((outcome: Outcome) => void) | undefined;

  constructor(private readonly generation: FollowedLog) {}

  /** Resolves when the generation has ended and its end may leave. Never resolves once closed. */
  outcome(): Promise<Outcome> {
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.generation.attach(this);
    });
  }

  pump(): void {
    const outcome = this.generation.releasedOutcome;
    if (outcome === undefined || this.resolve === undefined) return;
    this.position = this.generation.log.count;
    this.resolve(outcome);
    this.close();
  }

  close(): void {
    this.resolve = undefined;
  }
}
