import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../errors/gateway.error.js';
import { parseJsonBody } from './json-body.js';

const JSON_CONTENT = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?$/i;

/** Bodies are `application/json` in UTF-8 and nothing else, unless a route brings a parser of its own. */
export function acceptJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      if (!JSON_CONTENT.test(request.headers['content-type'] ?? '')) {
        throw new GatewayError('unsupported_media_type', 'The body must be application/json in UTF-8.');
      }
      done(null, (body as Buffer).length === 0 ? undefined : parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}
