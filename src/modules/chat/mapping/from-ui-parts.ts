import type { ChatMessage, ChatRole, ContentPart, ToolCall } from '../../../contracts/generation-request.js';
import { IMAGE_DATA_URL } from '../dto/is-message-content.js';
import { isToolPart, type UiPart } from '../dto/is-ui-parts.js';

/**
 * The messages that a UI message stands for (AI SDK, `UIMessage`): one, or of an assistant that called tools one for
 * each step and each tool's answer.
 */
export function fromUiParts(role: ChatRole, parts: readonly UiPart[]): ChatMessage[] {
  if (role !== 'assistant') return [{ role, content: parts.flatMap(toContent) }];
  const messages: ChatMessage[] = [];
  let step: UiPart[] = [];
  for (const part of [...parts, STEP_BORDER]) {
    if (part.type !== STEP_BORDER.type) step.push(part);
    else {
      messages.push(...fromStep(step));
      step = [];
    }
  }
  return messages;
}

const STEP_BORDER: UiPart = { type: 'step-start' };

function fromStep(parts: readonly UiPart[]): ChatMessage[] {
  const text = textOf('text', parts);
  const reasoning = textOf('reasoning', parts);
  const called = parts.filter((part) => isToolPart(part) && isAnswered(part));
  if (text === '' && called.length === 0) return [];
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...(reasoning !== '' && { reasoning }),
      ...(called.length > 0 && { toolCalls: called.map(toToolCall) }),
    },
    ...called.map((part): ChatMessage => ({
      role: 'tool',
      toolCallId: part.toolCallId!,
      content: part.state === 'output-error' ? (part.errorText ?? 'The tool failed.') : toText(part.output),
    })),
  ];
}

const textOf = (kind: 'text' | 'reasoning', parts: readonly UiPart[]): string =>
  parts.map(({ type, text }) => (type === kind ? text! : '')).join('');

/** A call without an answer is one the model would wait for. */
const isAnswered = ({ state }: UiPart): boolean => state === 'output-available' || state === 'output-error';

const toToolCall = (part: UiPart): ToolCall => ({
  id: part.toolCallId!,
  name: part.toolName ?? part.type.slice('tool-'.length),
  arguments: toText(part.input ?? {}),
});

const toText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

function toContent({ type, text, url }: UiPart): ContentPart[] {
  if (type === 'text') return [{ type, text: text! }];
  if (type !== 'file') return [];
  const [, mediaType, base64] = IMAGE_DATA_URL.exec(url!)!;
  return [{ type: 'image', mediaType: mediaType!, base64: base64! }];
}
