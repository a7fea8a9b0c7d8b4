import type { AgentSettings } from '../../../config/index.js';
import type {
  ChatMessage,
  ContentPart,
  GenerationRequest,
  ResponseFormat,
  Sampling,
  ToolCall,
  ToolDefinition,
} from '../../../contracts/generation-request.js';
import type { CallBody } from '../call.js';
import type { CreateCompletionDto } from '../dto/create-completion.dto.js';
import { IMAGE_DATA_URL, type ContentPartBody } from '../dto/is-message-content.js';
import { fromFunctions } from './from-functions.js';
import { fromUiParts } from './from-ui-parts.js';
import type { MessageDto, ToolCallDto } from '../dto/message.dto.js';
import { DEFAULT_TEMPERATURE, type SamplingDto } from '../dto/sampling.dto.js';
import type { FunctionDefinitionDto, ResponseFormatBody } from '../dto/tool.dto.js';

type ChatBody = Extract<CallBody, { kind: 'chat' }>;
type RequestOf = (choice: number) => Omit<GenerationRequest, 'model'>;

/** Who is asked, and what holds where the caller says nothing. */
export interface Asked {
  readonly agent: AgentSettings | undefined;
  readonly requestedModel: string;
  /** Without it an answer is as long as the model likes. */
  readonly defaultMaxTokens: number | undefined;
  /** Whether the answer has a place for log probabilities. */
  readonly saysLogprobs: boolean;
  /** Fields of the body that backends pass on as they are. */
  readonly passedFields?: GenerationRequest['passedFields'];
}

export function toChatRequest(
  { dto, task, isOpenEnded }: ChatBody,
  { agent, requestedModel, defaultMaxTokens, saysLogprobs, passedFields }: Asked,
): RequestOf {
  const body = fromFunctions(dto);
  const messages = body.messages.flatMap(toMessages);
  const mostTokens = isOpenEnded ? undefined : defaultMaxTokens;
  if (agent?.persona !== undefined) messages.unshift({ role: 'system', content: agent.persona });
  const request: Omit<GenerationRequest, 'model'> = {
    requestedModel,
    choice: 0,
    input: task === undefined ? { kind: 'chat', messages } : { kind: 'chat', messages, task },
    ...(agent !== undefined && { agent: agent.key }),
    sampling: toSampling(body, agent, body.max_completion_tokens ?? maxTokensOf(body, agent) ?? mostTokens),
    tools: body.tools?.map(toTool),
    toolChoice:
      typeof body.tool_choice === 'object' ? body.tool_choice?.function : (body.tool_choice ?? undefined),
    parallelToolCalls: body.parallel_tool_calls ?? undefined,
    responseFormat: toResponseFormat(body.response_format),
    reasoningEffort: body.reasoning_effort ?? undefined,
    templateArguments: body.chat_template_kwargs ?? undefined,
    topLogprobs: saysLogprobs && body.logprobs === true ? (body.top_logprobs ?? 0) : undefined,
    backendOptions: toBackendOptions(agent),
    passedFields,
    user: body.user ?? undefined,
  };
  return (choice) => (choice === 0 ? request : { ...request, choice });
}

/** Several prompts give several answers: prompt by prompt, `n` of each. */
export function toPromptRequest(
  body: CreateCompletionDto,
  { agent, requestedModel, defaultMaxTokens, saysLogprobs, passedFields }: Asked,
): RequestOf {
  const prompts = typeof body.prompt === 'string' ? [body.prompt] : body.prompt;
  const suffix = body.suffix ?? undefined;
  const inputs = prompts.map((prompt) => ({ kind: 'prompt', prompt, suffix }) as const);
  const sampling = toSampling(body, agent, maxTokensOf(body, agent) ?? defaultMaxTokens);
  const perPrompt = body.n ?? 1;
  return (choice) => ({
    requestedModel,
    choice,
    input: inputs[Math.floor(choice / perPrompt)]!,
    ...(agent !== undefined && { agent: agent.key }),
    sampling,
    topLogprobs: saysLogprobs ? (body.logprobs ?? undefined) : undefined,
    backendOptions: toBackendOptions(agent),
    passedFields,
    user: body.user ?? undefined,
  });
}

const maxTokensOf = (body: SamplingDto, agent: AgentSettings | undefined): number | undefined =>
  body.max_tokens ?? agent?.options.maxTokens;

function toSampling(
  body: SamplingDto,
  agent: AgentSettings | undefined,
  maxTokens: number | undefined,
): Sampling {
  const temperature = body.temperature ?? agent?.options.temperature;
  return {
    maxTokens,
    temperature: temperature ?? DEFAULT_TEMPERATURE,
    isTemperatureOurs: temperature === undefined,
    topP: body.top_p ?? undefined,
    seed: body.seed ?? undefined,
    stop: typeof body.stop === 'string' ? [body.stop] : (body.stop ?? undefined),
    frequencyPenalty: body.frequency_penalty ?? undefined,
    presencePenalty: body.presence_penalty ?? undefined,
    topK: body.top_k ?? undefined,
    minP: body.min_p ?? undefined,
    repetitionPenalty: body.repetition_penalty ?? body.repeat_penalty ?? undefined,
  };
}

const toBackendOptions = (agent: AgentSettings | undefined) => ({
  numCtx: agent?.options.numCtx,
  keepAlive: agent?.options.keepAlive,
});

const ROLE_OF = {
  developer: 'system',
  system: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
} as const;

function toMessages(message: MessageDto): ChatMessage[] {
  const { role, content, parts } = message;
  if (content != null || parts == null) return [toMessage(message)];
  return fromUiParts(ROLE_OF[role], parts);
}

function toMessage(message: MessageDto): ChatMessage {
  const { role, content, refusal, name, reasoning_content, reasoning, tool_calls, tool_call_id } = message;
  return {
    role: ROLE_OF[role],
    content: Array.isArray(content) ? content.map(toPart) : (content ?? refusal ?? null),
    reasoning: reasoning_content || reasoning || undefined,
    name: name ?? undefined,
    toolCalls: tool_calls?.map(toToolCall),
    toolCallId: tool_call_id ?? undefined,
  };
}

const toToolCall = ({ id, function: called, extra_content }: ToolCallDto): ToolCall => ({
  id,
  name: called.name,
  arguments: called.arguments,
  extra: extra_content ?? undefined,
});

function toPart(part: ContentPartBody): ContentPart {
  if (part.type === 'text') return part;
  if (part.type === 'refusal') return { type: 'text', text: part.refusal };
  const { url, detail } = part.image_url;
  const [, mediaType, base64] = IMAGE_DATA_URL.exec(url)!;
  return { type: 'image', mediaType: mediaType!, base64: base64!, ...(detail != null && { detail }) };
}

const toTool = ({
  function: { name, description, parameters, strict },
}: {
  function: FunctionDefinitionDto;
}): ToolDefinition => ({
  name,
  description: description ?? undefined,
  parameters: parameters ?? undefined,
  strict: strict ?? undefined,
});

function toResponseFormat(format: ResponseFormatBody | null | undefined): ResponseFormat | undefined {
  if (format?.type === 'json_object') return { type: 'json_object' };
  if (format?.type !== 'json_schema') return undefined;
  const { name, schema = {}, strict } = format.json_schema;
  return { type: 'json_schema', name, schema, strict };
}
