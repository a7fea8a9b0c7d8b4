import {
  toLogprobs,
  type Logprobs,
  type TokenAlternative,
  type TokenLogprob,
} from '../../contracts/logprobs.js';

/**
 * The log probabilities of a list as OpenAI's chats and Ollama have it. Undefined where none can be read: what a server
 * says of its tokens never makes an answer fail.
 */
export function readLogprobs(list: unknown): Logprobs | undefined {
  if (!Array.isArray(list)) return undefined;
  const tokens = list.flatMap(toToken);
  return tokens.length === 0 ? undefined : toLogprobs(tokens);
}

function toToken(said: unknown): TokenLogprob[] {
  const [token] = toAlternative(said);
  if (token === undefined) return [];
  const { top_logprobs: others } = said as { top_logprobs?: unknown };
  return [{ ...token, top_logprobs: Array.isArray(others) ? others.flatMap(toAlternative) : [] }];
}

function toAlternative(said: unknown): TokenAlternative[] {
  if (typeof said !== 'object' || said === null) return [];
  const { token, logprob, bytes } = said as Record<string, unknown>;
  if (typeof token !== 'string' || typeof logprob !== 'number') return [];
  return [{ token, logprob, bytes: Array.isArray(bytes) ? (bytes as number[]) : null }];
}
