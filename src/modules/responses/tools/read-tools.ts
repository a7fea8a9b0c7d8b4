import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { ResponseInputDto } from '../dto/response-input.dto.js';
import { CustomToolDto, FunctionToolDto, NamespaceToolDto, type OwnTool } from '../dto/response-tool.dto.js';
import { requireDto, requireTyped, unsupportedType } from '../input/require-dto.js';
import { toFunctions } from './to-functions.js';

/** The tools of a request. */
export interface ReadTools {
  /** Those that the caller carries out. */
  readonly own: readonly OwnTool[];
  /** Types of those that somebody else would have to: there is nobody, and no model hears of them. */
  readonly hosted: readonly string[];
}

/**
 * Throws for tools that are not what they should be, and for hosted ones if there are no others. Beside others they
 * belong to what a client always has with it: the model has to do without.
 */
export function readTools({ tools, tool_choice: choice }: ResponseInputDto): ReadTools {
  const own: OwnTool[] = [];
  const hosted: string[] = [];
  let refusal: GatewayError | undefined;
  for (const [index, sent] of (tools ?? []).entries()) {
    const path = `tools[${index}]`;
    const tool = readTool(sent, path);
    if (tool !== undefined) {
      own.push(tool);
      continue;
    }
    const { type } = requireTyped(sent, path);
    refusal ??= unsupportedType('tools', type, path);
    if (type == null) throw refusal;
    hosted.push(type);
  }
  if (refusal !== undefined && own.length === 0) throw refusal;
  requireOffered(choice, own);
  return { own, hosted };
}

function readTool(sent: unknown, path: string): OwnTool | undefined {
  const tool = requireTyped(sent, path);
  switch (tool.type) {
    case 'function':
      return requireDto(FunctionToolDto, tool, path);
    case 'custom':
      return requireDto(CustomToolDto, tool, path);
    case 'namespace': {
      const { tools, ...namespace } = requireDto(NamespaceToolDto, tool, path);
      return {
        ...namespace,
        tools: tools.map((inner, index) => readInner(inner, `${path}.tools[${index}]`)),
      };
    }
    default:
      return undefined;
  }
}

function readInner(sent: unknown, path: string) {
  const tool = readTool(sent, path);
  if (tool !== undefined && tool.type !== 'namespace') return tool;
  throw unsupportedType('tools', requireTyped(sent, path).type, path);
}

function requireOffered(choice: ResponseInputDto['tool_choice'], own: readonly OwnTool[]): void {
  if (typeof choice !== 'object' || choice === null) return;
  const { type } = requireTyped(choice, 'tool_choice');
  if (type !== 'function' && type !== 'custom') throw unsupportedType('choices', type, 'tool_choice');
  if (toFunctions(own).some(({ function: { name } }) => name === choice.name)) return;
  throw new GatewayError('invalid_value', 'tool_choice must name one of the tools', { param: 'tool_choice' });
}
