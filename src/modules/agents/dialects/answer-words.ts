import type { FinishedEnding } from '../../../contracts/stream-dialect.js';
import type { Usage } from '../../../contracts/usage.js';
import { toWireJson, type WireText } from '../../../contracts/wire-text.js';

/** The three counts, each a number: unknown ones are 0. */
export function tokenCounts({ promptTokens = 0, completionTokens = 0 }: Usage): string {
  const total = promptTokens + completionTokens;
  return `{"prompt_tokens":${promptTokens},"completion_tokens":${completionTokens},"total_tokens":${total}}`;
}

/**
 * Keys of a whole answer: `text`, `tool_calls` where there are any, `finish_reason`. They are those of the first
 * answer; where there are several, all of them stand in `choices` besides. Reasoning is not repeated.
 */
export function wholeAnswers(ending: FinishedEnding): WireText {
  const all = ending.answers().map(({ text, toolCalls }, choice) => {
    const calls = toolCalls === undefined ? '' : `"tool_calls":${toWireJson(toolCalls)},`;
    return `"text":"${text}",${calls}"finish_reason":"${ending.finishReasons[choice] ?? 'stop'}"`;
  });
  if (all.length === 1) return all[0]!;
  const choices = all.map((answer, choice) => `{"index":${choice},${answer}}`);
  return `${all[0]},"choices":[${choices.join(',')}]`;
}
