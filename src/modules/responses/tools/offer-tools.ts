import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { ResponseInputDto } from '../dto/response-input.dto.js';
import type { OwnTool } from '../dto/response-tool.dto.js';
import type { InputItem } from '../input/input-item.js';
import { requireTyped, unsupportedType } from '../input/require-dto.js';
import { readTools, type ReadTools } from './read-tools.js';
import { toFunctions } from './to-functions.js';
import { TOOL_SEARCH } from './tool-name.js';

/**
 * The tools of a request and of its conversation, the last of each name. Throws for hosted ones if there are no others.
 * Beside others they belong to what a client always has with it: the model has to do without.
 */
export function offerTools(
  { tools, tool_choice: choice }: ResponseInputDto,
  conversation: readonly InputItem[],
): ReadTools {
  const offered = new Map<string, OwnTool>();
  const hosted: string[] = [];
  const offer = (given: readonly unknown[], path: string, toOffered: ToOffered) => {
    const read = readTools(given, path);
    for (const tool of read.own) offered.set(keyOf(tool), toOffered(tool, offered.get(keyOf(tool))));
    hosted.push(...read.hosted);
  };
  offer(tools ?? [], 'tools', asGiven);
  for (const item of conversation)
    if ('tools' in item) offer(item.tools, 'input', item.type === 'tool_search_output' ? withKnown : asGiven);
  const own = [...offered.values()];
  if (hosted.length > 0 && own.length === 0) throw unsupportedType('tools', hosted[0], 'tools[0]');
  requireOffered(choice, own);
  return { own, hosted };
}

/** What becomes of a tool, beside the one of its name that is offered already. */
type ToOffered = (tool: OwnTool, known: OwnTool | undefined) => OwnTool;

const asGiven: ToOffered = (tool) => tool;

/** What is found of a namespace joins what was found before. */
const withKnown: ToOffered = (tool, known) => {
  if (tool.type !== 'namespace' || known?.type !== 'namespace') return tool;
  const tools = new Map([...known.tools, ...tool.tools].map((inner) => [inner.name, inner]));
  return { ...tool, tools: [...tools.values()] };
};

/** A namespace may be called as a tool is. */
const keyOf = (tool: OwnTool): string => {
  if (tool.type === 'namespace') return `${tool.name}__`;
  return tool.type === 'tool_search' ? TOOL_SEARCH : tool.name;
};

function requireOffered(choice: ResponseInputDto['tool_choice'], own: readonly OwnTool[]): void {
  if (typeof choice !== 'object' || choice === null) return;
  const { type } = requireTyped(choice, 'tool_choice');
  if (type !== 'function' && type !== 'custom') throw unsupportedType('choices', type, 'tool_choice');
  if (toFunctions(own).some(({ function: { name } }) => name === choice.name)) return;
  throw new GatewayError('invalid_value', 'tool_choice must name one of the tools', { param: 'tool_choice' });
}
