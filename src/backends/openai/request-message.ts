import type { CallExtra, ChatMessage, ContentPart, ToolCall } from '../../contracts/generation-request.js';
import type { RequestDialect } from './request-dialect.js';

/** Gemini's word for a call whose signature was lost (Gemini API, "Thought signatures"). */
const UNSIGNED: CallExtra = { google: { thought_signature: 'skip_thought_signature_validator' } };

/** A message as OpenAI writes it, with as much of what the server once said besides as it takes back. */
export function toRequestMessage(message: ChatMessage, dialect: RequestDialect, model: string) {
  const { role, content, name, toolCallId } = message;
  return {
    role,
    content: typeof content === 'object' && content !== null ? content.map(toPart) : content,
    ...(role === 'assistant' && toThoughts(message, dialect)),
    name,
    tool_calls: toToolCalls(message, dialect, model),
    tool_call_id: toolCallId,
  };
}

function toThoughts({ reasoning }: ChatMessage, { thoughts, lostThoughts }: RequestDialect) {
  const text = reasoning === undefined || reasoning === '' ? lostThoughts : reasoning;
  return text === undefined ? undefined : Object.fromEntries(thoughts.map((field) => [field, text]));
}

function toToolCalls({ toolCalls }: ChatMessage, { takesExtras, signs }: RequestDialect, model: string) {
  if (toolCalls === undefined || toolCalls.length === 0) return undefined;
  // Of calls made together Gemini signs the first one only.
  const isUnsigned = signs?.test(model) === true && toolCalls.every(({ extra }) => extra === undefined);
  return toolCalls.map((call, index) => ({
    ...toToolCall(call),
    extra_content: isUnsigned && index === 0 ? UNSIGNED : takesExtras ? call.extra : undefined,
  }));
}

const toToolCall = ({ id, name, arguments: text }: ToolCall) => ({
  id,
  type: 'function',
  function: { name, arguments: text },
});

function toPart(part: ContentPart) {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const { mediaType, base64, detail } = part;
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${base64}`, detail } };
}
