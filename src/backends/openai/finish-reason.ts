import type { FinishReason } from '../../contracts/model-backend.js';

/** Names other than OpenAI's own: Mistral's, Zhipu's, Gemini's, and those of servers that pass their engine's word on. */
const KNOWN: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  model_context_window_exceeded: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
  sensitive: 'content_filter',
  safety: 'content_filter',
  recitation: 'content_filter',
  prohibited_content: 'content_filter',
};

/**
 * Reasons that say that the answer did not come to its end: vLLM's and Mistral's, DeepSeek's, Zhipu's, and Gemini's for a
 * call of a tool that nobody can read, which it leaves out.
 */
const FAILED = new Set([
  'error',
  'abort',
  'insufficient_system_resource',
  'network_error',
  'function_call_filter',
  'malformed_function_call',
]);

/**
 * `finish_reason` of a choice. A word we do not know ends like `stop`; a turn that called tools ends as `tool_calls`
 * unless it was cut (with a forced tool even OpenAI says `stop`).
 */
export function mapOpenAiFinishReason(reason: string, calledTools: boolean): FinishReason {
  const word = wordOf(reason);
  const mapped = Object.hasOwn(KNOWN, word) ? KNOWN[word]! : 'stop';
  return mapped === 'stop' && calledTools ? 'tool_calls' : mapped;
}

/** Whether the reason given is that the server failed. */
export const isFailedFinish = (reason: string): boolean => FAILED.has(wordOf(reason));

/** Gemini says more behind a colon, and its own words are in capitals. */
const wordOf = (reason: string): string => reason.split(':', 1)[0]!.trim().toLowerCase();
