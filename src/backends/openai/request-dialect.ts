/** In what a server wants its requests different from those that copy OpenAI's API. */
export interface RequestDialect {
  /** How it calls the most tokens of an answer to a chat. */
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens';
  /** What makes it say the usage of a stream. */
  readonly streamOptions?: Readonly<Record<string, boolean>>;
  readonly seed: 'seed' | 'random_seed';
  /** Whether it may be told who the end user is. */
  readonly takesUser: boolean;
  /** Models that refuse to be told a temperature other than their own. */
  readonly fixedTemperature?: RegExp;
}

export const COMPATIBLE: RequestDialect = {
  maxTokens: 'max_tokens',
  streamOptions: { include_usage: true },
  seed: 'seed',
  takesUser: true,
};

/**
 * OpenAI's own server. Its reasoning models, all since GPT-5 among them, refuse `max_tokens` and temperatures; what it
 * pads its chunks with, unless told not to, is a field that others may refuse.
 */
export const OPENAI: RequestDialect = {
  ...COMPATIBLE,
  maxTokens: 'max_completion_tokens',
  streamOptions: { include_usage: true, include_obfuscation: false },
  fixedTemperature: /^(?:o\d|gpt-(?![34]))/,
};

/** Mistral's own server refuses every field that it does not know, and says the usage unasked. */
export const MISTRAL: RequestDialect = { maxTokens: 'max_tokens', seed: 'random_seed', takesUser: false };

/** Known by their host names, regional ones included. */
const OF_HOSTS: readonly (readonly [RegExp, RequestDialect])[] = [
  [/(?:^|\.)api\.openai\.com$/, OPENAI],
  [/(?:^|\.)(?:api|codestral)\.mistral\.ai$/, MISTRAL],
];

export function toRequestDialect(baseUrl: string): RequestDialect {
  const { hostname } = new URL(baseUrl);
  return OF_HOSTS.find(([host]) => host.test(hostname))?.[1] ?? COMPATIBLE;
}
