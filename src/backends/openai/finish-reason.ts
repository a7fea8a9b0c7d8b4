import type { FinishReason } from '../../contracts/model-backend.js';

/** Names other than OpenAI's own: Mistral's, and those of servers that pass their engine's word on. */
const KNOWN: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};

/** Reasons that say that the answer did not come to its end: vLLM's and Mistral's. */
const FAILED = new Set(['error', 'abort']);

/**
 * `finish_reason` of a choice. A word we do not know ends like `stop`; a turn that called tools ends as `tool_calls`
 * unless it was cut (with a forced tool even OpenAI says `stop`).
 */
export function mapOpenAiFinishReason(reason: string, calledTools: boolean): FinishReason {
  const mapped = Object.hasOwn(KNOWN, reason) ? KNOWN[reason]! : 'stop';
  return mapped === 'stop' && calledTools ? 'tool_calls' : mapped;
}

/** Whether the reason given is that the server failed. */
export const isFailedFinish = (reason: string): boolean => FAILED.has(reason);
