import { toWireJson, type WireText } from './wire-text.js';

/** A token that the model took, and those it might have taken in its place, as OpenAI's chat completions say it. */
export interface TokenLogprob extends TokenAlternative {
  /** The most likely ones, as many as were asked for; the token itself may be among them. */
  readonly top_logprobs: readonly TokenAlternative[];
}

export interface TokenAlternative {
  readonly token: string;
  /** Natural logarithm of its probability, at most 0. */
  readonly logprob: number;
  /** The token's bytes, where the server says them: one character may be several tokens. */
  readonly bytes: readonly number[] | null;
}

/** `TokenLogprob`s in JSON, one after another with commas between, ready to stand in a list. */
export type Logprobs = WireText;

export const toLogprobs = (tokens: readonly TokenLogprob[]): Logprobs => toWireJson(tokens).slice(1, -1);

export const joinLogprobs = (first: Logprobs, second: Logprobs): Logprobs => `${first},${second}`;

export function parseLogprobs(logprobs: Logprobs): TokenLogprob[] {
  return JSON.parse(Buffer.from(`[${logprobs}]`, 'latin1').toString('utf8')) as TokenLogprob[];
}
