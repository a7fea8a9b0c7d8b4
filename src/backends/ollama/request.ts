import { type BackendSettings, loadingOf } from '../../config/index.js';
import { pick } from '../shared/pick.js';
import { toWireJson, type WireText } from '../../contracts/wire-text.js';
import type { ChatMessage, GenerationRequest, ToolDefinition } from '../../contracts/generation-request.js';

/**
 * The path and body that ask Ollama for this answer. Always streamed: a whole answer is a reader that waits. Unless it is told
 * not to, Ollama drops what does not fit into the context and says nothing of it.
 */
export function toOllamaRequest(
  request: GenerationRequest,
  {
    truncatesPrompts,
    loading,
    passes,
  }: Pick<BackendSettings, 'truncatesPrompts' | 'loading' | 'passes'> = {},
): { path: string; body: WireText } {
  const { input } = request;
  const isPrompt = input.kind === 'prompt';
  const { any: configured } = loadingOf({ loading }, request.model);
  const { keepAlive = configured.keepAlive, numCtx = configured.numCtx } = request.backendOptions;
  const body = {
    model: request.model,
    stream: true,
    format: toFormat(request),
    think: toThink(request),
    keep_alive: keepAlive,
    truncate: truncatesPrompts ? undefined : false,
    logprobs: request.topLogprobs === undefined ? undefined : true,
    top_logprobs: request.topLogprobs || undefined,
    options: { ...pick(request.passedFields, passes), num_ctx: numCtx, ...toSampling(request) },
    prompt: isPrompt ? input.prompt : undefined,
    suffix: isPrompt ? input.suffix : undefined,
    messages: isPrompt ? undefined : toMessages(input.messages),
    tools: isPrompt ? undefined : toTools(request),
  };
  return { path: isPrompt ? '/api/generate' : '/api/chat', body: toWireJson(body) };
}

function toSampling({ sampling, choice }: GenerationRequest) {
  return {
    num_predict: sampling.maxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    seed: sampling.seed === undefined ? undefined : sampling.seed + choice,
    stop: sampling.stop,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    top_k: sampling.topK,
    min_p: sampling.minP,
    repeat_penalty: sampling.repetitionPenalty,
  };
}

function toFormat({ responseFormat }: GenerationRequest): unknown {
  if (responseFormat === undefined) return undefined;
  return responseFormat.type === 'json_object' ? 'json' : responseFormat.schema;
}

const THINK: Record<string, boolean | string> = {
  none: false,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'max',
  ultra: 'max',
  max: 'max',
};

/** Templates of Qwen and others have made `enable_thinking` the way to say it. */
function toThink({ reasoningEffort, templateArguments }: GenerationRequest): boolean | string | undefined {
  if (reasoningEffort !== undefined) return THINK[reasoningEffort];
  const enabled = templateArguments?.enable_thinking;
  return typeof enabled === 'boolean' ? enabled : undefined;
}

/** Ollama knows no `tool_choice`: `none` sends no tools, a named tool is sent alone, anything else sends them all. */
function toTools({ tools, toolChoice }: GenerationRequest) {
  if (tools === undefined || toolChoice === 'none') return undefined;
  const offered =
    typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools;
  return offered.map(({ name, description, parameters }: ToolDefinition) => ({
    type: 'function',
    function: { name, description, parameters: parameters ?? { type: 'object', properties: {} } },
  }));
}

function toMessages(messages: readonly ChatMessage[]) {
  const toolNames = new Map<string, string>();
  return messages.map(({ role, content, reasoning, toolCalls, toolCallId }) => {
    for (const call of toolCalls ?? []) toolNames.set(call.id, call.name);
    return {
      role,
      content: textOf(content),
      thinking: role === 'assistant' ? reasoning : undefined,
      images: imagesOf(content),
      tool_calls: toolCalls?.map((call) => ({
        id: call.id,
        function: { name: call.name, arguments: toArguments(call.arguments) },
      })),
      tool_call_id: toolCallId,
      tool_name: toolCallId === undefined ? undefined : toolNames.get(toolCallId),
    };
  });
}

function textOf(content: ChatMessage['content']): string {
  if (content === null || typeof content === 'string') return content ?? '';
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

function imagesOf(content: ChatMessage['content']): string[] | undefined {
  if (content === null || typeof content === 'string') return undefined;
  const images = content.flatMap((part) => (part.type === 'image' ? [part.base64] : []));
  return images.length === 0 ? undefined : images;
}

/** Ollama wants an object where OpenAI has a JSON text. */
function toArguments(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return {};
  }
}
