import type { FastifyInstance } from 'fastify';
import type { PinoLogger } from './pino-logger.js';
import { onRequestEnd } from './request-end.js';

/** One line per request. Never a URL, a header or a body: these hold what callers say. */
export function logRequests(fastify: FastifyInstance, logger: PinoLogger): void {
  const log = logger.unredacted('Requests');
  onRequestEnd(fastify, ({ id, method, route, status, durationMs, aborted, generation }) => {
    log.info(
      {
        requestId: id,
        method,
        route,
        status,
        durationMs: Math.round(durationMs * 100) / 100,
        generation,
        aborted: aborted || undefined,
      },
      'request',
    );
  });
}
