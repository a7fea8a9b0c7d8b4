import type { AnswerRecord } from '../../../../contracts/journal.js';
import {
  SSE_FRAMING,
  type DialectOptions,
  type Ending,
  type FinishedEnding,
} from '../../../../contracts/stream-dialect.js';

/** Options as a plain route sets them. */
export const options = (changed: Partial<DialectOptions> = {}): DialectOptions => ({
  framing: SSE_FRAMING,
  includeUsage: false,
  reasoningField: 'reasoning_content',
  tokenEvents: false,
  frameText: 'so_far',
  nextSequence: countFrom(1),
  before: () => [],
  ...changed,
});

export function ending(changed: Partial<Ending> = {}, answers: readonly AnswerRecord[] = []): Ending {
  return { usage: {}, seq: 0, durationMs: 0, answers: () => answers, ...changed };
}

export const finished = (
  changed: Partial<FinishedEnding> = {},
  answers: readonly AnswerRecord[] = [],
): FinishedEnding => ({ finishReasons: ['stop'], ...ending(changed, answers), ...changed });

function countFrom(first: number): () => number {
  let next = first;
  return () => next++;
}
