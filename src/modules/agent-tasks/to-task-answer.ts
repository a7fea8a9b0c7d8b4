import type { Usage } from '../../contracts/usage.js';
import { fromWireText } from '../../contracts/wire-text.js';
import { answersOf, type FollowedLog } from '../generation/index.js';
import type { FinishedOutcome } from '../streaming/index.js';
import type { TaskAnswerDto, TokenCountsDto } from './dto/task-answer.dto.js';

/** What came of a task that has finished. */
export function toTaskAnswer(
  { id, head, log, usage }: FollowedLog,
  { finishReasons }: FinishedOutcome,
): Omit<TaskAnswerDto, 'agent_type'> {
  const { text, reasoning } = answersOf(log, 1)[0]!;
  return {
    generation_id: id,
    model: head.model,
    text: fromWireText(text),
    ...(reasoning !== undefined && { reasoning: fromWireText(reasoning) }),
    finish_reason: finishReasons[0]!,
    usage: toTokenCounts(usage),
  };
}

export const toTokenCounts = ({ promptTokens = 0, completionTokens = 0 }: Usage): TokenCountsDto => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});
