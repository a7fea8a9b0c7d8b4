import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../errors/gateway.error.js';
import { parseJsonBody } from './json-body.js';

const JSON_CONTENT = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-?8|"utf-?8")[ \t]*)?;?$/i;

/** Bodies are `application/json` in UTF-8 and nothing else, unless a route brings a parser of its own. */
export function acceptJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      if (!JSON_CONTENT.test(request.headers['content-type'] ?? '')) {
        throw new GatewayError('unsupported_media_type', 'The body must be application/json in UTF-8.');
      }
      if ((request.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
        throw new GatewayError('unsupported_media_type', 'The body must not be compressed.');
      }
      done(null, (body as Buffer).length === 0 ? undefined : parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}
