import { toWireJson, type WireText } from '../../contracts/wire-text.js';
import type {
  ChatMessage,
  ContentPart,
  GenerationRequest,
  ResponseFormat,
  ToolCall,
  ToolChoice,
} from '../../contracts/generation-request.js';

/** In what OpenAI's own server wants its requests different from those that copy it. */
export interface RequestDialect {
  /**
   * Whether it is OpenAI's own. It wants `max_completion_tokens` for chats, which the others do not all know, and pads
   * its chunks with `obfuscation` unless told not to, a field that the others may refuse.
   */
  readonly ownServer: boolean;
}

/** OpenAI's own server is known by its host name, regional ones included. */
export function toRequestDialect(baseUrl: string): RequestDialect {
  return { ownServer: /(?:^|\.)api\.openai\.com$/.test(new URL(baseUrl).hostname) };
}

/** The path and body that ask for this answer. Always streamed: a whole answer is a reader that waits. */
export function toOpenAiRequest(
  request: GenerationRequest,
  dialect: RequestDialect,
): { path: string; body: WireText } {
  const { input } = request;
  if (input.kind === 'prompt') {
    const body = { ...toCommon(request, dialect), max_tokens: request.sampling.maxTokens };
    return {
      path: '/completions',
      body: toWireJson({ ...body, prompt: input.prompt, suffix: input.suffix }),
    };
  }
  return {
    path: '/chat/completions',
    body: toWireJson({
      ...toCommon(request, dialect),
      [dialect.ownServer ? 'max_completion_tokens' : 'max_tokens']: request.sampling.maxTokens,
      messages: input.messages.map(toMessage),
      ...toTools(request),
      reasoning_effort: request.reasoningEffort,
    }),
  };
}

function toCommon(
  { model, sampling, choice, responseFormat, user }: GenerationRequest,
  { ownServer }: RequestDialect,
) {
  return {
    model,
    stream: true,
    stream_options: { include_usage: true, include_obfuscation: ownServer ? false : undefined },
    temperature: sampling.temperature,
    top_p: sampling.topP,
    seed: sampling.seed === undefined ? undefined : sampling.seed + choice,
    stop: sampling.stop,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    response_format: responseFormat === undefined ? undefined : toResponseFormat(responseFormat),
    user,
  };
}

/** An empty list of tools, and choices without tools, are refused by OpenAI. */
function toTools({ tools, toolChoice, parallelToolCalls }: GenerationRequest) {
  if (tools === undefined || tools.length === 0) return undefined;
  return {
    tools: tools.map(({ name, description, parameters, strict }) => ({
      type: 'function',
      function: { name, description, parameters, strict },
    })),
    tool_choice: toToolChoice(toolChoice),
    parallel_tool_calls: parallelToolCalls,
  };
}

const toToolChoice = (choice: ToolChoice | undefined) =>
  typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice;

const toResponseFormat = (format: ResponseFormat) =>
  format.type === 'json_object'
    ? { type: 'json_object' }
    : {
        type: 'json_schema',
        json_schema: { name: format.name, schema: format.schema, strict: format.strict },
      };

function toMessage({ role, content, name, toolCalls = [], toolCallId }: ChatMessage) {
  return {
    role,
    content: typeof content === 'object' && content !== null ? content.map(toPart) : content,
    name,
    tool_calls: toolCalls.length === 0 ? undefined : toolCalls.map(toToolCall),
    tool_call_id: toolCallId,
  };
}

const toToolCall = ({ id, name, arguments: text }: ToolCall) => ({
  id,
  type: 'function',
  function: { name, arguments: text },
});

const toPart = (part: ContentPart) =>
  part.type === 'text'
    ? { type: 'text', text: part.text }
    : { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.base64}` } };
