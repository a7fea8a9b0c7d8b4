import { GatewayError } from '../../../common/errors/gateway.error.js';
import { newId } from '../../../common/new-id.js';
import {
  AdditionalToolsItemDto,
  CustomToolCallItemDto,
  CustomToolCallOutputItemDto,
  FunctionCallItemDto,
  FunctionCallOutputItemDto,
  ItemReferenceDto,
  MessageItemDto,
  ReasoningItemDto,
  ToolSearchCallItemDto,
  ToolSearchOutputItemDto,
} from '../dto/input-item.dto.js';
import { readTools } from '../tools/read-tools.js';
import type { InputItem } from './input-item.js';
import { readPart, readParts } from './read-parts.js';
import { requireDto, requireTyped, unsupportedType } from './require-dto.js';

/** Finds an item that a response gave earlier. */
export type ItemLookup = (id: string) => Promise<InputItem | undefined>;

/** The input's items, each with an id. Throws GatewayError for what is wrong, and says where it stands. */
export async function readInput(input: string | readonly unknown[], find: ItemLookup): Promise<InputItem[]> {
  if (typeof input === 'string') return [await readItem({ role: 'user', content: input }, 'input', find)];
  const items: InputItem[] = [];
  for (const [index, item] of input.entries()) items.push(await readItem(item, `input[${index}]`, find));
  return items;
}

async function readItem(sent: unknown, path: string, find: ItemLookup): Promise<InputItem> {
  const item = requireTyped(sent, path);
  switch (item.type ?? typeOf(item)) {
    case 'message':
      return readMessage(item, path);
    case 'function_call': {
      const call = requireDto(FunctionCallItemDto, item, path);
      return { ...kept('fc_', call.id), type: 'function_call', ...calledBy(call), arguments: call.arguments };
    }
    case 'custom_tool_call': {
      const call = requireDto(CustomToolCallItemDto, item, path);
      return { ...kept('ctc_', call.id), type: 'custom_tool_call', ...calledBy(call), input: call.input };
    }
    case 'function_call_output': {
      const given = requireDto(FunctionCallOutputItemDto, item, path);
      return { ...kept('fco_', given.id), type: 'function_call_output', ...readOutput(given, path) };
    }
    case 'custom_tool_call_output': {
      const given = requireDto(CustomToolCallOutputItemDto, item, path);
      return { ...kept('ctco_', given.id), type: 'custom_tool_call_output', ...readOutput(given, path) };
    }
    case 'reasoning': {
      const { id, summary, content } = requireDto(ReasoningItemDto, item, path);
      const thought = { ...kept('rs_', id), type: 'reasoning', summary: summary ?? [] } as const;
      return content == null ? thought : { ...thought, content };
    }
    case 'tool_search_call': {
      const { id, call_id, arguments: args } = requireDto(ToolSearchCallItemDto, item, path);
      return { ...kept('tsc_', id), type: 'tool_search_call', call_id, execution: 'client', arguments: args };
    }
    case 'tool_search_output': {
      const { id, call_id, tools } = requireDto(ToolSearchOutputItemDto, item, path);
      readTools(tools, `${path}.tools`);
      return { ...kept('tso_', id), type: 'tool_search_output', call_id, execution: 'client', tools };
    }
    case 'additional_tools': {
      const { id, role, tools } = requireDto(AdditionalToolsItemDto, item, path);
      readTools(tools, `${path}.tools`);
      return { ...kept('at_', id), type: 'additional_tools', role, tools };
    }
    case 'item_reference': {
      const { id } = requireDto(ItemReferenceDto, item, path);
      const found = await find(id);
      if (found !== undefined) return found;
      const why = `no item '${id.slice(0, 100)}' is kept; send it whole, as clients do with \`store: false\``;
      throw new GatewayError('invalid_value', `${path}: ${why}`, { param: `${path}.id` });
    }
    default:
      throw unsupportedType('items', item.type, path);
  }
}

function readMessage(sent: object, path: string): InputItem {
  const { id, role, content } = requireDto(MessageItemDto, sent, path);
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  return {
    ...kept('msg_', id),
    type: 'message',
    role,
    content:
      typeof content === 'string'
        ? [readPart({ type, text: content }, path)]
        : readParts(content, `${path}.content`),
  };
}

const calledBy = ({
  call_id,
  name,
  namespace,
  extra_content,
}: FunctionCallItemDto | CustomToolCallItemDto) => ({
  call_id,
  name,
  ...(namespace == null ? {} : { namespace }),
  ...(extra_content == null ? {} : { extra_content }),
});

const readOutput = (
  { call_id, output }: FunctionCallOutputItemDto | CustomToolCallOutputItemDto,
  path: string,
) => ({
  call_id,
  output: typeof output === 'string' ? output : readParts(output, `${path}.output`),
});

/** Messages and references may come without a type. */
const typeOf = (item: object) => ('id' in item && !('role' in item) ? 'item_reference' : 'message');

const kept = (prefix: string, id: string | null | undefined) => ({
  id: id ?? newId(prefix),
  status: 'completed',
});
