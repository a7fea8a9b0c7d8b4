import type { Usage } from '../../contracts/usage.js';
import { toCount } from '../shared/to-count.js';

/** `usage` as OpenAI spells it. */
export interface OpenAiUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
}

/** Counts the server did not say stay unknown. */
export function toUsage(usage: OpenAiUsage): Usage {
  return {
    promptTokens: toCount(usage.prompt_tokens),
    completionTokens: toCount(usage.completion_tokens),
    cachedTokens: toCount(usage.prompt_tokens_details?.cached_tokens),
    reasoningTokens: toCount(usage.completion_tokens_details?.reasoning_tokens),
  };
}
