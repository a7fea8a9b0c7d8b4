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
  const read = [
    readTools(tools ?? [], 'tools'),
    ...conversation.flatMap((item) => ('tools' in item ? [readTools(item.tools, 'input')] : [])),
  ];
  const own = [...new Map(read.flatMap((each) => each.own.map((tool) => [nameOf(tool), tool]))).values()];
  const hosted = read.flatMap((each) => each.hosted);
  if (hosted.length > 0 && own.length === 0) throw unsupportedType('tools', hosted[0], 'tools[0]');
  requireOffered(choice, own);
  return { own, hosted };
}

const nameOf = (tool: OwnTool): string => (tool.type === 'tool_search' ? TOOL_SEARCH : tool.name);

function requireOffered(choice: ResponseInputDto['tool_choice'], own: readonly OwnTool[]): void {
  if (typeof choice !== 'object' || choice === null) return;
  const { type } = requireTyped(choice, 'tool_choice');
  if (type !== 'function' && type !== 'custom') throw unsupportedType('choices', type, 'tool_choice');
  if (toFunctions(own).some(({ function: { name } }) => name === choice.name)) return;
  throw new GatewayError('invalid_value', 'tool_choice must name one of the tools', { param: 'tool_choice' });
}
