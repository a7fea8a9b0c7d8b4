import type { ContentPartBody, MessageDto } from '../../chat/index.js';
import { toArguments } from '../tools/custom-input.js';
import { readTools } from '../tools/read-tools.js';
import { toFunctions } from '../tools/to-functions.js';
import { TOOL_SEARCH, toModelName } from '../tools/tool-name.js';
import type { CallItem, InputItem, ItemPart } from './input-item.js';
import { tellToolImages } from './tell-tool-images.js';

/** The conversation as messages. Calls go with the text they came with, or together; thoughts with what they led to. */
export function toMessages(
  instructions: string | null | undefined,
  items: readonly InputItem[],
): MessageDto[] {
  const messages: MessageDto[] = instructions ? [{ role: 'system', content: instructions }] : [];
  let thought = '';
  for (const item of items) {
    switch (item.type) {
      case 'message':
        messages.push({ role: item.role, content: toContent(item.content) });
        break;
      case 'function_call':
      case 'custom_tool_call':
      case 'tool_search_call':
        addCall(messages, item);
        break;
      case 'function_call_output':
      case 'custom_tool_call_output':
        messages.push({
          role: 'tool',
          content: typeof item.output === 'string' ? item.output : toContent(item.output),
          tool_call_id: item.call_id,
        });
        break;
      case 'tool_search_output':
        messages.push({ role: 'tool', content: toFound(item.tools), tool_call_id: item.call_id });
        break;
      case 'reasoning':
        thought += toThought(item);
        continue;
      case 'additional_tools':
        continue;
    }
    const speaker = messages.at(-1)!;
    // What was thought before others spoke led to nothing that was said.
    if (thought !== '' && speaker.role === 'assistant')
      speaker.reasoning_content = (speaker.reasoning_content ?? '') + thought;
    thought = '';
  }
  return tellToolImages(messages);
}

/** The thought itself, or what was given as its summary, which here is the whole of it. */
const toThought = ({ content = [], summary }: Extract<InputItem, { type: 'reasoning' }>): string =>
  (content.length > 0 ? content : summary).map((part) => (isTextPart(part) ? part.text : '')).join('');

const isTextPart = (part: unknown): part is { readonly text: string } =>
  typeof part === 'object' && part !== null && typeof (part as { text?: unknown }).text === 'string';

function addCall(messages: MessageDto[], call: CallItem): void {
  let speaker = messages.at(-1);
  if (speaker?.role !== 'assistant')
    messages.push((speaker = { role: 'assistant', content: null, tool_calls: [] }));
  (speaker.tool_calls ??= []).push({
    id: call.call_id,
    type: 'function',
    function: toCalled(call),
    ...('extra_content' in call && { extra_content: call.extra_content }),
  });
}

function toCalled(call: CallItem): { name: string; arguments: string } {
  if (call.type === 'tool_search_call')
    return { name: TOOL_SEARCH, arguments: JSON.stringify(call.arguments) };
  return {
    name: toModelName(call.name, call.namespace),
    arguments: call.type === 'function_call' ? call.arguments : toArguments(call.input),
  };
}

/** What they are the model is told with the other tools. */
const toFound = (tools: readonly object[]): string =>
  JSON.stringify({ tools: toFunctions(readTools(tools, 'input').own).map((tool) => tool.function.name) });

function toContent(parts: readonly ItemPart[]): MessageDto['content'] {
  const [only] = parts;
  if (parts.length > 1 || only === undefined || only.type === 'input_image') return parts.map(toPart);
  return only.type === 'refusal' ? only.refusal : only.text;
}

function toPart(part: ItemPart): ContentPartBody {
  if (part.type === 'refusal') return part;
  return part.type === 'input_image'
    ? {
        type: 'image_url',
        image_url: { url: part.image_url, detail: part.detail === 'auto' ? null : part.detail },
      }
    : { type: 'text', text: part.text };
}
