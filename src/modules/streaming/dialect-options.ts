import type { AnswerRecord } from '../../contracts/journal.js';
import { SSE_FRAMING, type DialectOptions } from '../../contracts/stream-dialect.js';
import { answersOf, type FollowedLog } from '../generation/index.js';

/** Options of a dialect where the route says nothing else. */
export function dialectOptions(
  source: FollowedLog,
  { position = 0, ...chosen }: Partial<DialectOptions> & { readonly position?: number } = {},
): DialectOptions {
  let sequence = 0;
  let before: readonly AnswerRecord[] | undefined;
  return {
    framing: SSE_FRAMING,
    includeUsage: false,
    reasoningField: 'reasoning_content',
    tokenEvents: false,
    frameText: 'so_far',
    nextSequence: () => ++sequence,
    // Most dialects never ask, and what is before a place stays as it is.
    before: () => (before ??= position === 0 ? [] : answersOf(source.log, source.head.choices, position)),
    ...chosen,
  };
}
