import { ERROR_CATALOGUE } from './error-catalogue.js';
import type { GatewayError } from './gateway.error.js';

const LONGEST_WAIT_S = 60;

/**
 * Whether the same request is of no use again within a minute. OpenAI's clients ask again after every 409, 429 and 5xx,
 * and wait for it as long as `Retry-After` says, be it until tomorrow, unless they are told not to.
 */
export function isFinal({ code, retryAfterS }: Pick<GatewayError, 'code' | 'retryAfterS'>): boolean {
  if (retryAfterS !== undefined) return retryAfterS > LONGEST_WAIT_S;
  return ERROR_CATALOGUE[code].status === 409 || code === 'insufficient_quota' || code === 'loop_detected';
}
