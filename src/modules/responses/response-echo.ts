import type { GenerationSpec } from '../generation/index.js';
import type { CreateResponseDto } from './dto/create-response.dto.js';
import type { EchoedToolDto, ResponseEchoDto } from './dto/response-echo.dto.js';
import type { CallableTool, OwnTool } from './dto/response-tool.dto.js';

/** A `ResponseEchoDto` as it is kept. */
export type ResponseEcho = Readonly<Record<string, unknown>>;

export function toEcho(
  dto: CreateResponseDto,
  tools: readonly OwnTool[],
  { request, maxTokens }: GenerationSpec,
): ResponseEcho {
  const { temperature, topP = 1 } = request(0).sampling;
  return {
    background: dto.background === true,
    instructions: dto.instructions ?? null,
    max_output_tokens: maxTokens ?? null,
    max_tool_calls: dto.max_tool_calls ?? null,
    metadata: dto.metadata ?? {},
    parallel_tool_calls: dto.parallel_tool_calls ?? true,
    previous_response_id: dto.previous_response_id ?? null,
    reasoning: { effort: dto.reasoning?.effort ?? null, summary: dto.reasoning?.summary ?? null },
    service_tier: 'default',
    store: dto.store ?? true,
    temperature,
    text: { format: dto.text?.format ?? { type: 'text' } },
    tool_choice: dto.tool_choice ?? 'auto',
    tools: tools.map(toEchoedTool),
    top_logprobs: dto.top_logprobs ?? 0,
    top_p: topP,
    truncation: dto.truncation ?? 'disabled',
    ...(dto.user == null ? {} : { user: dto.user }),
  } satisfies ResponseEchoDto;
}

function toEchoedTool(tool: OwnTool): EchoedToolDto {
  if (tool.type === 'tool_search') {
    const { type, execution, description, parameters } = tool;
    return { type, execution, description: description ?? null, parameters: parameters ?? null };
  }
  if (tool.type !== 'namespace') return toEchoedCallable(tool);
  const { type, name, description, tools } = tool;
  return { type, name, description: description ?? null, tools: tools.map(toEchoedCallable) };
}

function toEchoedCallable(tool: CallableTool): EchoedToolDto {
  const { name, description = null } = tool;
  if (tool.type === 'custom')
    return { type: 'custom', name, description, format: tool.format ?? { type: 'text' } };
  return {
    type: 'function',
    name,
    description,
    parameters: tool.parameters ?? null,
    strict: tool.strict ?? null,
  };
}
