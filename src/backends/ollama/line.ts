import { isListOrNothing, isNothing, isObjectOrNothing, isTextOrNothing } from '../shared/json-shape.js';

export interface OllamaLine {
  error?: unknown;
  message?: { content?: unknown; thinking?: unknown; tool_calls?: unknown } | null;
  response?: unknown;
  logprobs?: unknown;
  thinking?: unknown;
  done?: unknown;
  done_reason?: unknown;
  prompt_eval_count?: unknown;
  prompt_eval_cached_count?: unknown;
  eval_count?: unknown;
}

export interface OllamaToolCall {
  id?: unknown;
  function: { name: string; arguments?: unknown };
}

/** Its tool calls, when there is no fault in it. */
export const toolCallsOf = ({ message }: OllamaLine): OllamaToolCall[] =>
  (message?.tool_calls ?? []) as OllamaToolCall[];

/** In what a line is not of the protocol: what would be lost from the answer if it were passed over. */
export function findLineFault({ message, response, thinking, done }: OllamaLine): string | undefined {
  if (!isObjectOrNothing(message)) return 'a message is not an object';
  if (![message?.content, message?.thinking, response, thinking].every(isTextOrNothing))
    return 'a piece of the answer is not a text';
  const calls = message?.tool_calls;
  if (!isListOrNothing(calls)) return 'tool calls are not a list';
  if (calls?.some((call) => !isToolCall(call))) return 'a tool call has no name';
  if (typeof done !== 'boolean' && !isNothing(done)) return 'a line does not say whether it is the last';
  if ([message, response, thinking, done].every((part) => part === undefined))
    return 'a line is not of an answer';
  return undefined;
}

const isToolCall = (call: unknown): call is OllamaToolCall =>
  typeof (call as Partial<OllamaToolCall> | null)?.function?.name === 'string';
