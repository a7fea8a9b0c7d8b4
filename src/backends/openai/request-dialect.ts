import type { BackendSettings, ReasoningField } from '../../config/index.js';
import { isNearby } from './is-nearby.js';

/** In what a server wants its requests different from those that copy OpenAI's API. */
export interface RequestDialect {
  /** How it calls the most tokens of an answer to a chat, unless a reasoning model gives it. */
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens';
  /** What makes it say the usage of a stream. */
  readonly streamOptions?: Readonly<Record<string, boolean>>;
  readonly seed: 'seed' | 'random_seed';
  /** Whether it may be told who the end user is. */
  readonly takesUser: boolean;
  /** Whether it takes fields of a body that OpenAI does not have, and servers of one's own do. */
  readonly takesLocalFields: boolean;
  /** Whether it may be asked for the log probabilities of its tokens. */
  readonly takesLogprobs: boolean;
  /** Fields of a caller's body that it is told as they are. */
  readonly passes: readonly string[];
  /** OpenAI's reasoning models, which refuse `max_tokens` and temperatures other than their own. */
  readonly reasoningModels?: RegExp;
  /** Where in an assistant's message it takes back what was thought; in none it would refuse the message. */
  readonly thoughts: readonly ReasoningField[];
  /** Said where no thoughts are given back, by a server that refuses messages without. */
  readonly lostThoughts?: string;
  /** Whether it takes back what it said of tool calls besides. */
  readonly takesExtras: boolean;
  /** Models that refuse their own tool calls without the signature they came with. */
  readonly signs?: RegExp;
}

/** Servers of one's own. vLLM reads one of the fields of thoughts, llama.cpp and SGLang the other, and none minds both. */
export const COMPATIBLE: RequestDialect = {
  maxTokens: 'max_tokens',
  streamOptions: { include_usage: true },
  seed: 'seed',
  takesUser: true,
  takesLocalFields: true,
  takesLogprobs: true,
  passes: ['logit_bias'],
  thoughts: ['reasoning_content', 'reasoning'],
  takesExtras: true,
};

/** Servers elsewhere that nothing is known of. Many refuse messages with thoughts. */
export const REMOTE: RequestDialect = { ...COMPATIBLE, thoughts: [] };

/** OpenRouter. */
export const OPENROUTER: RequestDialect = { ...COMPATIBLE, thoughts: ['reasoning'] };

/** Zhipu. */
export const ZHIPU: RequestDialect = { ...COMPATIBLE, thoughts: ['reasoning_content'] };

/** Servers that refuse fields they do not know. */
export const STRICT: RequestDialect = {
  ...COMPATIBLE,
  takesLocalFields: false,
  passes: [],
  thoughts: [],
  takesExtras: false,
};

/** All since GPT-5 are among them. */
const REASONING = /^(?:o\d|gpt-[5-9])/;

/** OpenAI's own server. What it pads its chunks with, unless told not to, is a field that others may refuse. */
export const OPENAI: RequestDialect = {
  ...STRICT,
  passes: ['logit_bias', 'verbosity', 'prediction', 'prompt_cache_key', 'safety_identifier'],
  maxTokens: 'max_completion_tokens',
  streamOptions: { include_usage: true, include_obfuscation: false },
  reasoningModels: REASONING,
};

/** Azure, where older models do not all know `max_completion_tokens`. */
export const AZURE: RequestDialect = { ...STRICT, passes: ['logit_bias'], reasoningModels: REASONING };

/** Mistral's own server refuses every field that it does not know, and says the usage unasked. */
export const MISTRAL: RequestDialect = {
  maxTokens: 'max_tokens',
  seed: 'random_seed',
  takesUser: false,
  takesLocalFields: false,
  takesLogprobs: false,
  passes: [],
  thoughts: [],
  takesExtras: false,
};

/** Google's. From Gemini 3 on, calls are signed. */
export const GEMINI: RequestDialect = { ...STRICT, takesExtras: true, signs: /gemini-(?:[3-9]|\d\d)/ };

/** DeepSeek and Moonshot: models that think want every thought back, and take a blank one for what was lost. */
export const THOUGHTFUL: RequestDialect = {
  ...STRICT,
  thoughts: ['reasoning_content'],
  lostThoughts: ' ',
};

/** Groq. */
export const GROQ: RequestDialect = { ...STRICT, takesLogprobs: false };

/** Cerebras. */
export const CEREBRAS: RequestDialect = { ...STRICT, thoughts: ['reasoning'] };

/** Known by their host names, regional ones included. */
const OF_HOSTS: readonly (readonly [RegExp, RequestDialect])[] = [
  [/(?:^|\.)api\.openai\.com$/, OPENAI],
  [/\.(?:openai|cognitiveservices|services\.ai)\.azure\.com$/, AZURE],
  [/(?:^|\.)(?:api|codestral)\.mistral\.ai$/, MISTRAL],
  [/(?:^|[.-])(?:generativelanguage|aiplatform)\.googleapis\.com$/, GEMINI],
  [/(?:^|\.)api\.(?:deepseek\.com|moonshot\.(?:ai|cn))$/, THOUGHTFUL],
  [/(?:^|\.)api\.cerebras\.ai$/, CEREBRAS],
  [/(?:^|\.)api\.groq\.com$/, GROQ],
  [/(?:^|\.)openrouter\.ai$/, OPENROUTER],
  [/(?:^|\.)(?:api\.z\.ai|bigmodel\.cn)$/, ZHIPU],
];

/** Of the server at this address, as far as it is not told otherwise; the fields that it passes are passed besides. */
export function toRequestDialect(
  baseUrl: string,
  { earlierReasoning, passes }: Pick<BackendSettings, 'earlierReasoning' | 'passes'> = {},
): RequestDialect {
  const { hostname } = new URL(baseUrl);
  const known = OF_HOSTS.find(([host]) => host.test(hostname))?.[1];
  const dialect = known ?? (isNearby(hostname) ? COMPATIBLE : REMOTE);
  if (earlierReasoning === undefined && passes === undefined) return dialect;
  return {
    ...dialect,
    thoughts: earlierReasoning ?? dialect.thoughts,
    passes: [...dialect.passes, ...(passes ?? [])],
  };
}

const LOCAL_FIELDS = ['top_k', 'min_p', 'repetition_penalty', 'repeat_penalty', 'chat_template_kwargs'];
const LOGPROBS = ['logprobs', 'top_logprobs', 'include.message.output_text.logprobs'];

/** Fields of a caller's body that are not passed on in it. */
export const withheldBy = (dialect: RequestDialect): ReadonlySet<string> =>
  new Set([
    ...(dialect.takesLocalFields ? [] : LOCAL_FIELDS),
    ...(dialect.takesUser ? [] : ['user']),
    ...(dialect.takesLogprobs ? [] : LOGPROBS),
  ]);
