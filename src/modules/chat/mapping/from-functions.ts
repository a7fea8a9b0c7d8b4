import type { CreateChatCompletionDto } from '../dto/create-chat-completion.dto.js';
import type { MessageDto } from '../dto/message.dto.js';
import type { ToolChoiceBody } from '../dto/tool.dto.js';

/** Whether a caller speaks of functions, as OpenAI's API did before there were tools: then calls are told it so. */
export const asksForFunctions = ({ functions, tools }: CreateChatCompletionDto): boolean =>
  functions != null && tools == null;

/**
 * The same body in the words of tools. Calls of functions had no ids, and there was one at a time: an answer belongs to the last
 * call of its name.
 */
export function fromFunctions(body: CreateChatCompletionDto): CreateChatCompletionDto {
  const messages = body.messages.some(isOfFunctions) ? fromMessages(body.messages) : body.messages;
  if (!asksForFunctions(body)) return messages === body.messages ? body : { ...body, messages };
  const { functions, function_call: choice } = body;
  return {
    ...body,
    messages,
    tools: functions!.map((definition) => ({ type: 'function', function: definition })),
    tool_choice: toToolChoice(choice),
    parallel_tool_calls: false,
  };
}

const isOfFunctions = ({ role, function_call: called }: MessageDto): boolean =>
  role === 'function' || called != null;

function fromMessages(messages: readonly MessageDto[]): MessageDto[] {
  const lastCalls = new Map<string, string>();
  return messages.map((message, at) => {
    const { role, name, function_call: called, tool_calls, tool_call_id } = message;
    if (role === 'function') return { ...message, tool_call_id: tool_call_id ?? lastCalls.get(name ?? '') };
    if (called == null || tool_calls != null) return message;
    const id = `call_function_${at}`;
    lastCalls.set(called.name, id);
    return { ...message, tool_calls: [{ id, type: 'function', function: called }] };
  });
}

const toToolChoice = (choice: CreateChatCompletionDto['function_call']): ToolChoiceBody | null | undefined =>
  typeof choice === 'object' && choice !== null ? { type: 'function', function: choice } : choice;
