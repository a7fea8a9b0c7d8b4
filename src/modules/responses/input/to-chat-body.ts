import type {
  CreateChatCompletionDto,
  MessageDto,
  ResponseFormatBody,
  ToolChoiceBody,
} from '../../chat/index.js';
import { LOGPROBS, type CreateResponseDto } from '../dto/create-response.dto.js';
import type { ResponseToolChoice } from '../dto/response-input.dto.js';
import type { OwnTool } from '../dto/response-tool.dto.js';
import type { TextFormatDto } from '../dto/text-config.dto.js';
import { toFunctions } from '../tools/to-functions.js';

/** The same asked as a chat: what a backend hears does not depend on the protocol it was asked in. */
export const toChatBody = (
  dto: CreateResponseDto,
  tools: readonly OwnTool[],
  messages: MessageDto[],
): CreateChatCompletionDto => ({
  model: dto.model,
  messages,
  stream: dto.stream,
  temperature: dto.temperature,
  top_p: dto.top_p,
  max_completion_tokens: dto.max_output_tokens,
  tools: tools.length === 0 ? undefined : toFunctions(tools),
  tool_choice: toToolChoice(dto.tool_choice),
  parallel_tool_calls: dto.parallel_tool_calls,
  response_format: toResponseFormat(dto.text?.format),
  reasoning_effort: dto.reasoning?.effort,
  logprobs: isScored(dto),
  top_logprobs: dto.top_logprobs,
  user: dto.user,
  on_disconnect: dto.on_disconnect,
  grace_s: dto.grace_s,
});

const isScored = ({ include, top_logprobs: most }: CreateResponseDto): boolean =>
  include?.includes(LOGPROBS) === true || (most ?? 0) > 0;

const toToolChoice = (choice: ResponseToolChoice | null | undefined): ToolChoiceBody | undefined =>
  typeof choice === 'object' && choice !== null
    ? { type: 'function', function: { name: choice.name } }
    : (choice ?? undefined);

function toResponseFormat(format: TextFormatDto | null | undefined): ResponseFormatBody | undefined {
  if (format?.type === 'json_object') return { type: 'json_object' };
  if (format?.type !== 'json_schema') return undefined;
  const { name, schema, strict } = format;
  return { type: 'json_schema', json_schema: { name: name!, schema, strict: strict ?? undefined } };
}
