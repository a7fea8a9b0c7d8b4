import { GatewayError } from '../../../common/errors/gateway.error.js';
import { ResponseToolDto } from '../dto/response-tool.dto.js';
import type { ResponseInputDto } from '../dto/response-input.dto.js';
import { requireDto, requireTyped, unsupportedType } from './require-dto.js';

/** What others keep between responses for their callers, or rewrite of what was said. */
const UNSUPPORTED = ['conversation', 'prompt', 'context_management', 'compact'];

/** Throws for what this gateway does not do, and for tools that are not what they should be. */
export function requireSupported(dto: ResponseInputDto): void {
  const sent = dto as unknown as Readonly<Record<string, unknown>>;
  for (const param of UNSUPPORTED) {
    if (sent[param] != null)
      throw new GatewayError('unsupported_parameter', `${param} is not supported`, { param });
  }
  dto.tools?.forEach((tool, index) => requireFunction(tool, `tools[${index}]`));
  requireChoice(dto);
  requireFormat(dto);
}

function requireFunction(sent: unknown, path: string): void {
  const tool = requireTyped(sent, path);
  if (tool.type !== 'function') throw unsupportedType('tools', tool.type, path);
  requireDto(ResponseToolDto, tool, path);
}

function requireChoice({ tool_choice: choice, tools }: ResponseInputDto): void {
  if (typeof choice !== 'object' || choice === null) return;
  const { type } = requireTyped(choice, 'tool_choice');
  if (type !== 'function') throw unsupportedType('choices', type, 'tool_choice');
  if (tools?.some(({ name }) => name === choice.name)) return;
  throw new GatewayError('invalid_value', 'tool_choice must name one of the tools', { param: 'tool_choice' });
}

function requireFormat({ text }: ResponseInputDto): void {
  if (text?.format?.type !== 'json_schema') return;
  for (const key of ['name', 'schema'] as const) {
    const param = `text.format.${key}`;
    if (text.format[key] == null)
      throw new GatewayError('invalid_request', `${param} is required`, { param });
  }
}
