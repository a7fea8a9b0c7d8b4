import type { FinishReason, ToolCallDelta } from '../../contracts/model-backend.js';
import type { Usage } from '../../contracts/usage.js';
import { isNothing, isTextOrNothing } from '../shared/json-shape.js';
import { parseWireJson } from '../shared/json-string.js';
import { toCount } from '../shared/to-count.js';

/** One object of the stream, as far as it is known. */
export interface InstanceFrame {
  token?: unknown;
  text?: unknown;
  reasoning?: unknown;
  tool_call?: unknown;
  final?: unknown;
  finish_reason?: unknown;
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null;
  cancelled?: unknown;
  error?: unknown;
  generation_id?: unknown;
}

/** Undefined when it is no JSON object. */
export function parseFrame(json: string): InstanceFrame | undefined {
  const parsed = parseWireJson(json);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
}

/** In what a frame is not of the protocol: what would be lost from the answer if it were passed over. */
export function findFrameFault({
  token,
  text,
  reasoning,
  tool_call: call,
  final,
  cancelled,
}: InstanceFrame): string | undefined {
  if (![token, text, reasoning].every(isTextOrNothing)) return 'a piece of the answer is not a text';
  if (!isNothing(call) && toToolCall(call) === undefined) return 'a tool call is not one';
  if (![final, cancelled].every(isYesOrNoOrNothing)) return 'a frame does not say whether it is the last';
  return undefined;
}

const isYesOrNoOrNothing = (value: unknown): boolean => typeof value === 'boolean' || isNothing(value);

/** Counts that are not said are unknown, not zero. */
export const toUsage = ({ usage }: InstanceFrame): Usage => ({
  promptTokens: toCount(usage?.prompt_tokens),
  completionTokens: toCount(usage?.completion_tokens),
});

const FINISH_REASONS: readonly unknown[] = [
  'stop',
  'length',
  'tool_calls',
  'content_filter',
] satisfies FinishReason[];

/** Instances that say nothing of it have come to their end. */
export function toFinishReason({ finish_reason: reason }: InstanceFrame, calledTools: boolean): FinishReason {
  if (FINISH_REASONS.includes(reason)) return reason as FinishReason;
  return calledTools ? 'tool_calls' : 'stop';
}

/** Undefined for what is no tool call. */
export function toToolCall(said: unknown): ToolCallDelta | undefined {
  const { index, id, name, arguments: piece } = (said ?? {}) as Record<string, unknown>;
  if (!Number.isSafeInteger(index) || (index as number) < 0 || typeof piece !== 'string') return undefined;
  return {
    index: index as number,
    ...(typeof id === 'string' && { id }),
    ...(typeof name === 'string' && { name }),
    arguments: piece,
  };
}
