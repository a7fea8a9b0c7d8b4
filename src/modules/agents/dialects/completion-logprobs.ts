import { parseLogprobs, type Logprobs } from '../../../contracts/logprobs.js';
import { toWireJson, type WireText } from '../../../contracts/wire-text.js';

/** Spells log probabilities as completions of a prompt do, of one answer from its beginning or from `offset` on. */
export class CompletionLogprobs {
  /** `offset` is where the first token stands in the text, in characters. */
  constructor(private offset = 0) {}

  /** Those of the next tokens, as JSON. */
  next(logprobs: Logprobs): WireText {
    const tokens = parseLogprobs(logprobs);
    const hasOthers = tokens.some(({ top_logprobs }) => top_logprobs.length > 0);
    return toWireJson({
      tokens: tokens.map(({ token }) => token),
      token_logprobs: tokens.map(({ logprob }) => logprob),
      top_logprobs: hasOthers
        ? tokens.map(({ top_logprobs }) =>
            Object.fromEntries(top_logprobs.map(({ token, logprob }) => [token, logprob])),
          )
        : null,
      text_offset: tokens.map(({ token }) => this.pass(token)),
    });
  }

  private pass(token: string): number {
    const { offset } = this;
    this.offset += lengthOf(token);
    return offset;
  }
}

/** In characters, of which some take two places in a JavaScript string. */
export const lengthOf = (text: string): number => Array.from(text).length;
