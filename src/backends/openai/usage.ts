import type { Usage } from '../../contracts/usage.js';
import { toCount } from '../shared/to-count.js';

/** `usage` as OpenAI spells it. */
export interface OpenAiUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  total_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
}

/** Counts the server did not say stay what they were before, or unknown. */
export function toUsage(usage: OpenAiUsage, before: Usage = {}): Usage {
  return {
    promptTokens: toCount(usage.prompt_tokens) ?? before.promptTokens,
    completionTokens: toCompletionTokens(usage) ?? before.completionTokens,
    cachedTokens: toCount(usage.prompt_tokens_details?.cached_tokens) ?? before.cachedTokens,
    reasoningTokens: toCount(usage.completion_tokens_details?.reasoning_tokens) ?? before.reasoningTokens,
  };
}

/** All that is not prompt. xAI and Gemini leave thoughts out of the completion, and count them in the total. */
function toCompletionTokens({ prompt_tokens, completion_tokens, total_tokens }: OpenAiUsage) {
  const completion = toCount(completion_tokens);
  const [prompt, total] = [toCount(prompt_tokens), toCount(total_tokens)];
  if (completion === undefined || prompt === undefined || total === undefined) return completion;
  return Math.max(completion, total - prompt);
}
