/** In what a server wants its requests different from those that copy OpenAI's API. */
export interface RequestDialect {
  /** How it calls the most tokens of an answer to a chat, unless a reasoning model gives it. */
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens';
  /** What makes it say the usage of a stream. */
  readonly streamOptions?: Readonly<Record<string, boolean>>;
  readonly seed: 'seed' | 'random_seed';
  /** Whether it may be told who the end user is. */
  readonly takesUser: boolean;
  /** OpenAI's reasoning models, which refuse `max_tokens` and temperatures other than their own. */
  readonly reasoningModels?: RegExp;
}

export const COMPATIBLE: RequestDialect = {
  maxTokens: 'max_tokens',
  streamOptions: { include_usage: true },
  seed: 'seed',
  takesUser: true,
};

/** All since GPT-5 are among them. */
const REASONING = /^(?:o\d|gpt-[5-9])/;

/** OpenAI's own server. What it pads its chunks with, unless told not to, is a field that others may refuse. */
export const OPENAI: RequestDialect = {
  ...COMPATIBLE,
  maxTokens: 'max_completion_tokens',
  streamOptions: { include_usage: true, include_obfuscation: false },
  reasoningModels: REASONING,
};

/** Azure, where older models do not all know `max_completion_tokens`. */
export const AZURE: RequestDialect = { ...COMPATIBLE, reasoningModels: REASONING };

/** Mistral's own server refuses every field that it does not know, and says the usage unasked. */
export const MISTRAL: RequestDialect = { maxTokens: 'max_tokens', seed: 'random_seed', takesUser: false };

/** Known by their host names, regional ones included. */
const OF_HOSTS: readonly (readonly [RegExp, RequestDialect])[] = [
  [/(?:^|\.)api\.openai\.com$/, OPENAI],
  [/\.(?:openai|cognitiveservices|services\.ai)\.azure\.com$/, AZURE],
  [/(?:^|\.)(?:api|codestral)\.mistral\.ai$/, MISTRAL],
];

export function toRequestDialect(baseUrl: string): RequestDialect {
  const { hostname } = new URL(baseUrl);
  return OF_HOSTS.find(([host]) => host.test(hostname))?.[1] ?? COMPATIBLE;
}
