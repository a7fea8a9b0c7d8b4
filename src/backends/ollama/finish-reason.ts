import type { FinishReason } from '../../contracts/model-backend.js';

/**
 * `done_reason` of Ollama's last line. `load`, `unload` and an empty one are ordinary ends; a turn that called tools
 * ends as `tool_calls` unless it was cut.
 */
export function mapOllamaFinishReason(doneReason: unknown, calledTools: boolean): FinishReason {
  if (doneReason === 'length') return 'length';
  return calledTools ? 'tool_calls' : 'stop';
}
