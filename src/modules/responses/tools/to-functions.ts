import type { ToolDto } from '../../chat/index.js';
import type {
  CallableTool,
  CustomToolDto,
  NamespaceToolDto,
  OwnTool,
  ToolSearchDto,
} from '../dto/response-tool.dto.js';
import { CUSTOM_PARAMETERS } from './custom-input.js';
import { TOOL_SEARCH, toModelName } from './tool-name.js';

/** The tools as functions, which is all that model servers know. */
export const toFunctions = (tools: readonly OwnTool[]): ToolDto[] =>
  tools.flatMap((tool) => {
    if (tool.type === 'namespace') return ofNamespace(tool);
    return [tool.type === 'tool_search' ? ofSearch(tool) : toFunction(tool)];
  });

/** What is said of all of them is said once, with the first. */
const ofNamespace = ({ name, description, tools }: NamespaceToolDto): ToolDto[] =>
  tools.map((tool, index) =>
    toFunction(
      index === 0 && description ? { ...tool, description: join(description, tool.description) } : tool,
      name,
    ),
  );

const ofSearch = ({ description, parameters }: ToolSearchDto): ToolDto => ({
  type: 'function',
  function: { name: TOOL_SEARCH, description, parameters },
});

function toFunction(tool: CallableTool, namespace?: string): ToolDto {
  const name = toModelName(tool.name, namespace);
  if (tool.type === 'custom')
    return {
      type: 'function',
      function: { name, description: describe(tool), parameters: CUSTOM_PARAMETERS },
    };
  const { description, parameters, strict } = tool;
  return { type: 'function', function: { name, description, parameters, strict } };
}

/** Nothing but its description can tell the model of a grammar. */
function describe({ description, format }: CustomToolDto): string {
  if (!format?.definition) return description ?? '';
  return join(description, `The input follows this ${format.syntax ?? ''} grammar:\n${format.definition}`);
}

const join = (...texts: (string | null | undefined)[]): string => texts.filter(Boolean).join('\n\n');
