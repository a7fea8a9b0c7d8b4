import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { headerOf } from '../../common/http/request-context.js';
import type { Call } from './call.js';

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;
/** How long an answer waits for a caller who sent an `Idempotency-Key` and left. */
const RETURN_S = 30;

/** By which a request is known when it comes again; undefined when it has none. Throws `invalid_value` for what is no key. */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = headerOf(request, 'idempotency-key');
  return key === undefined ? undefined : requireIdempotencyKey(key, 'Idempotency-Key');
}

/** Throws `invalid_value`, with the name the caller knows it by, for what is no key. */
export function requireIdempotencyKey(key: unknown, param: string): string {
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw new GatewayError('invalid_value', `${param} must be 1 to 255 visible characters.`, { param });
}

/** The call of one who sends a key, and so means to come back. */
export const toReturningCall = (call: Call): Call => ({
  ...call,
  terms: { ...call.terms, graceS: Math.max(RETURN_S, call.terms.graceS ?? 0) },
});
