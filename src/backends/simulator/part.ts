import type { Logprobs } from '../../contracts/logprobs.js';
import type { FinishReason, ToolCallDelta } from '../../contracts/model-backend.js';

/** One piece of an answer before it is played: what one call of the sink will carry. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly logprobs?: Logprobs }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'tool-call'; readonly delta: ToolCallDelta };

/** An answer is made while it is played, so that a long one costs no memory. What it returns is how it ends. */
export type Parts = Generator<Part, FinishReason, undefined>;
