import type { Failure } from '../../../contracts/failure.js';
import { cancelFailure, type Outcome } from '../../../contracts/generation-outcome.js';
import type { FinishReason } from '../../../contracts/model-backend.js';
import type { Usage } from '../../../contracts/usage.js';

export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled';

/** What a response says of its end. */
export interface ResponseEnd {
  readonly status: ResponseStatus;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly incomplete: 'max_output_tokens' | 'content_filter' | null;
}

export const NOT_ENDED: ResponseEnd = { status: 'in_progress', error: null, incomplete: null };

export function toEnd(outcome: Outcome): ResponseEnd {
  if (outcome.status === 'finished') return finishedFor(outcome.finishReasons[0]);
  if (outcome.status === 'failed') return failedBy(outcome.failure);
  const { reason } = outcome;
  if (reason === 'cancelled' || reason === 'client_gone')
    return { status: 'cancelled', error: null, incomplete: null };
  return failedBy(cancelFailure(reason));
}

function finishedFor(reason: FinishReason | undefined): ResponseEnd {
  if (reason === 'length') return { status: 'incomplete', error: null, incomplete: 'max_output_tokens' };
  if (reason === 'content_filter') return { status: 'incomplete', error: null, incomplete: 'content_filter' };
  return { status: 'completed', error: null, incomplete: null };
}

const failedBy = ({ code, message }: Failure): ResponseEnd => ({
  status: 'failed',
  error: { code: PUBLISHED_CODES[code] ?? 'server_error', message },
  incomplete: null,
});

/** What was used until the end, where somebody is left who could say it. */
export const usageAt = (outcome: Outcome, usage: Usage): Usage | null =>
  outcome.status === 'failed' && outcome.failure.code === 'interrupted' ? null : usage;

/**
 * The protocol has few codes of its own; the message says the rest. By that of a context which is too long, agents know
 * to shorten it, and not to try again.
 */
const PUBLISHED_CODES: Partial<Record<Failure['code'], string>> = {
  rate_limit_exceeded: 'rate_limit_exceeded',
  invalid_request: 'invalid_prompt',
  context_length_exceeded: 'context_length_exceeded',
};
