import type { FastifyRequest } from 'fastify';
import { headerOf } from '../../common/http/request-context.js';
import type { Call } from './call.js';

/** How long an answer waits for a caller who sent an `Idempotency-Key` and left. */
const RETURN_S = 30;

/** By which a request is known when it comes again; undefined when it has none. */
export const idempotencyKeyOf = (request: FastifyRequest): string | undefined =>
  headerOf(request, 'idempotency-key');

/** The call of one who sends a key, and so means to come back. */
export const toReturningCall = (call: Call): Call => ({
  ...call,
  terms: { ...call.terms, graceS: Math.max(RETURN_S, call.terms.graceS ?? 0) },
});
