import type { AnswerOrigin, AnswerRun, Generation } from './generation.js';
import { isTagged } from './log/entry.js';
import type { RecordedAnswer } from './recorded-answer.js';

/** Writes all answers of a generation into its log at once, as they were given before. */
export class ReplayRun implements AnswerRun {
  readonly attempts = 0;

  constructor(
    private readonly generation: Generation,
    private readonly answer: RecordedAnswer,
  ) {}

  get origin(): AnswerOrigin {
    return this.answer.origin;
  }

  /** In a moment: who asked for the generation follows it by then. */
  start(): void {
    queueMicrotask(() => this.write());
  }

  // It is over as soon as it has begun.
  stop(): void {}
  pause(): void {}
  resume(): void {}
  touch(): void {}

  private write(): void {
    const { generation } = this;
    if (generation.ended) return;
    const { log, finishReasons, usages } = this.answer;
    for (const entry of log.split('\n')) {
      if (isTagged(entry)) generation.appendTagged(entry);
      else generation.append(entry);
    }
    for (const [choice, reason] of finishReasons.entries())
      generation.answerFinished(choice, reason, usages[choice]!);
  }
}
