import type { FastifyInstance } from 'fastify';
import { ERROR_CATALOGUE } from '../../common/errors/error-catalogue.js';
import { renderError } from '../../common/errors/render-error.js';
import type { LoadMonitor } from './load-monitor.js';

const RETRY_AFTER_S = 3;
/** Browsers' event sources can only say GET. */
const GENERATING_METHODS = new Set(['POST', 'GET']);
const REFUSAL = { code: 'server_busy', message: 'The gateway is at its limit.' } as const;

/**
 * While overloaded, requests for new generations are refused before anything of them is read, on the shortest way
 * there is: no exception, no line in the log. All others are served.
 */
export function shedLoad(
  fastify: FastifyInstance,
  monitor: LoadMonitor,
  isGenerating: (route: string) => boolean,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!monitor.overloaded || !GENERATING_METHODS.has(request.method)) return done();
    if (!isGenerating(request.routeOptions.url ?? '')) return done();
    monitor.noteRefusal();
    void reply
      .status(ERROR_CATALOGUE[REFUSAL.code].status)
      .header('retry-after', String(RETRY_AFTER_S))
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(renderError(request.url, REFUSAL)));
  });
}
