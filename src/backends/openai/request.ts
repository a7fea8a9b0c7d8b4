import { toWireJson, type WireText } from '../../contracts/wire-text.js';
import type {
  GenerationRequest,
  ResponseFormat,
  Sampling,
  ToolChoice,
} from '../../contracts/generation-request.js';
import { pick } from '../shared/pick.js';
import type { RequestDialect } from './request-dialect.js';
import { toRequestMessage } from './request-message.js';

/** The path and body that ask for this answer. Always streamed: a whole answer is a reader that waits. */
export function toOpenAiRequest(
  request: GenerationRequest,
  dialect: RequestDialect,
): { path: string; body: WireText } {
  const { input } = request;
  if (input.kind === 'prompt') {
    const body = {
      ...toCommon(request, dialect),
      max_tokens: request.sampling.maxTokens,
      logprobs: dialect.takesLogprobs ? request.topLogprobs : undefined,
    };
    return {
      path: '/completions',
      body: toWireJson({ ...body, prompt: input.prompt, suffix: input.suffix }),
    };
  }
  return {
    path: '/chat/completions',
    body: toWireJson({
      ...toCommon(request, dialect),
      [isReasoning(request, dialect) ? 'max_completion_tokens' : dialect.maxTokens]:
        request.sampling.maxTokens,
      messages: input.messages.map((message) => toRequestMessage(message, dialect, request.model)),
      ...toTools(request),
      ...(dialect.takesLogprobs && toLogprobs(request)),
      reasoning_effort: request.reasoningEffort,
      chat_template_kwargs: dialect.takesLocalFields ? request.templateArguments : undefined,
    }),
  };
}

const isReasoning = ({ model }: GenerationRequest, { reasoningModels }: RequestDialect): boolean =>
  reasoningModels?.test(model) === true;

function toCommon(request: GenerationRequest, dialect: RequestDialect) {
  const { model, sampling, choice, responseFormat, passedFields, user } = request;
  const { streamOptions, seed, takesUser, takesLocalFields, passes } = dialect;
  // Whoever asks for a temperature is told by the server that it is refused.
  const isSpared = sampling.isTemperatureOurs === true && isReasoning(request, dialect);
  return {
    ...pick(passedFields, passes),
    model,
    stream: true,
    stream_options: streamOptions,
    temperature: isSpared ? undefined : sampling.temperature,
    top_p: sampling.topP,
    [seed]: sampling.seed === undefined ? undefined : sampling.seed + choice,
    stop: sampling.stop,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    response_format: responseFormat === undefined ? undefined : toResponseFormat(responseFormat),
    user: takesUser ? user : undefined,
    ...(takesLocalFields && toLocalSampling(sampling)),
  };
}

/** vLLM and SGLang know one name of the penalty, llama.cpp and LM Studio the other. */
const toLocalSampling = ({ topK, minP, repetitionPenalty }: Sampling) => ({
  top_k: topK,
  min_p: minP,
  repetition_penalty: repetitionPenalty,
  repeat_penalty: repetitionPenalty,
});

const toLogprobs = ({ topLogprobs }: GenerationRequest) => ({
  logprobs: topLogprobs === undefined ? undefined : true,
  top_logprobs: topLogprobs || undefined,
});

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
