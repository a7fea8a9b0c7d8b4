import type { CreateResponseDto } from './dto/create-response.dto.js';
import type { OwnTool } from './dto/response-tool.dto.js';
import type { ReadTools } from './tools/read-tools.js';

/**
 * The fields of a body by their names, and those of its settings by their paths. Of tools, those that any of them has;
 * a hosted one is a field itself.
 */
export function sentParameters(
  dto: CreateResponseDto,
  { own, hosted }: ReadTools,
): Readonly<Record<string, unknown>> {
  const { text, reasoning, tool_choice: choice, include } = dto;
  return Object.assign(
    { ...dto },
    within('include', include && Object.fromEntries(include.map((what) => [what, true]))),
    within('text', text),
    within('text.format', text?.format),
    within('reasoning', reasoning),
    within('tool_choice', typeof choice === 'object' ? choice : undefined),
    ...own.flatMap(parametersOfTool),
    ...hosted.map((type) => within('tools', { [type]: true })),
  ) as Readonly<Record<string, unknown>>;
}

const parametersOfTool = (tool: OwnTool): object[] => [
  within('tools', tool),
  ...(tool.type === 'namespace' ? tool.tools.map((inner) => within('tools', inner)) : []),
];

const within = (path: string, object: object | null | undefined): object =>
  Object.fromEntries(Object.entries(object ?? {}).map(([name, value]) => [`${path}.${name}`, value]));
