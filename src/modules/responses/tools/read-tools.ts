import { requireDto, requireTyped, unsupportedType } from '../input/require-dto.js';
import {
  CustomToolDto,
  FunctionToolDto,
  NamespaceToolDto,
  ToolSearchDto,
  type CallableTool,
  type OwnTool,
} from '../dto/response-tool.dto.js';

/** Tools of a request. */
export interface ReadTools {
  /** Those that the caller carries out. */
  readonly own: readonly OwnTool[];
  /** Types of those that somebody else would have to: there is nobody, and no model hears of them. */
  readonly hosted: readonly string[];
}

/** Throws for tools that are not what they should be, and says where they stand. */
export function readTools(sent: readonly unknown[], path: string): ReadTools {
  const own: OwnTool[] = [];
  const hosted: string[] = [];
  for (const [index, each] of sent.entries()) {
    const tool = readTool(each, `${path}[${index}]`);
    if (typeof tool === 'string') hosted.push(tool);
    else own.push(tool);
  }
  return { own, hosted };
}

/** The type alone of a hosted one. */
function readTool(sent: unknown, path: string): OwnTool | string {
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
    case 'tool_search':
      return isClients(tool) ? requireDto(ToolSearchDto, tool, path) : tool.type;
    default:
      if (tool.type == null) throw unsupportedType('tools', tool.type, path);
      return tool.type;
  }
}

function readInner(sent: unknown, path: string): CallableTool {
  const tool = readTool(sent, path);
  if (typeof tool === 'object' && (tool.type === 'function' || tool.type === 'custom')) return tool;
  throw unsupportedType('tools', typeof tool === 'string' ? tool : tool.type, path);
}

const isClients = (tool: object): boolean => 'execution' in tool && tool.execution === 'client';
