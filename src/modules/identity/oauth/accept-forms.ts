import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { wrongMediaType } from '../../../common/http/wrong-media-type.js';

const MOST_BYTES = 56 * 1024;

/** Where a route is said to take them, and nowhere else, bodies may be forms. */
export function acceptForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: MOST_BYTES },
    (request, body, done) => {
      if (request.routeOptions.config.takesForms !== true) return done(wrongMediaType(request));
      if (!isUtf8(body as Buffer)) return done(new GatewayError('invalid_request', 'The form is not UTF-8.'));
      const form = new URLSearchParams((body as Buffer).toString('utf8'));
      if (!isStorable(form)) return done(malformed('A field contains U+0000.'));
      done(null, form);
    },
  );
}

/** No database keeps U+0000 in a text, and nothing needs it. */
export const isStorable = (fields: URLSearchParams): boolean =>
  [...fields].every(([name, value]) => !name.includes('\0') && !value.includes('\0'));

/** What was sent, as a form, whichever way it came. */
export function toForm(body: unknown): URLSearchParams {
  if (body instanceof URLSearchParams) return new URLSearchParams(body);
  const form = new URLSearchParams();
  if (body === undefined || body === null) return form;
  if (typeof body !== 'object' || Array.isArray(body)) throw malformed('The body must be a JSON object.');
  for (const [name, value] of Object.entries(body)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each === null || each === undefined) continue;
      if (typeof each === 'object') throw malformed(`${name} must be a text.`);
      form.append(name, String(each as string | number | boolean));
    }
  }
  return form;
}

const malformed = (message: string) => new GatewayError('invalid_request', message);
