import { toWireJson, type WireText } from '../../contracts/wire-text.js';
import type { ChatMessage, GenerationRequest, ToolDefinition } from '../../contracts/generation-request.js';

/** The path and body that ask Ollama for this answer. Always streamed: a whole answer is a reader that waits. */
export function toOllamaRequest(request: GenerationRequest): { path: string; body: WireText } {
  const { input } = request;
  const common = {
    model: request.model,
    stream: true,
    format: toFormat(request),
    think: toThink(request.reasoningEffort),
    keep_alive: request.backendOptions.keepAlive,
    options: toOptions(request),
  };
  if (input.kind === 'prompt') {
    return {
      path: '/api/generate',
      body: toWireJson({ ...common, prompt: input.prompt, suffix: input.suffix }),
    };
  }
  return {
    path: '/api/chat',
    body: toWireJson({ ...common, messages: toMessages(input.messages), tools: toTools(request) }),
  };
}

function toOptions({ sampling, backendOptions, choice }: GenerationRequest) {
  return {
    num_ctx: backendOptions.numCtx,
    num_predict: sampling.maxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    seed: sampling.seed === undefined ? undefined : sampling.seed + choice,
    stop: sampling.stop,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
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

const toThink = (effort: string | undefined) => (effort === undefined ? undefined : THINK[effort]);

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
  return messages.map((message) => {
    for (const call of message.toolCalls ?? []) toolNames.set(call.id, call.name);
    return {
      role: message.role,
      ...toContent(message.content),
      tool_calls: message.toolCalls?.map((call) => ({
        id: call.id,
        function: { name: call.name, arguments: toArguments(call.arguments) },
      })),
      tool_call_id: message.toolCallId,
      tool_name: message.toolCallId === undefined ? undefined : toolNames.get(message.toolCallId),
    };
  });
}

function toContent(content: ChatMessage['content']): { content: string; images?: string[] } {
  if (content === null || typeof content === 'string') return { content: content ?? '' };
  const images = content.flatMap((part) => (part.type === 'image' ? [part.base64] : []));
  const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
  return images.length === 0 ? { content: text } : { content: text, images };
}

/** Ollama wants an object where OpenAI has a JSON text. */
function toArguments(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return {};
  }
}
