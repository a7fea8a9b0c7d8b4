import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyContextConfig } from 'fastify';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** What callers can show, as `docs/authentication.md` has it. Signatures have no word in OpenAPI. */
export const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token, or an API key.' },
  api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key: `pk_live_…`.' },
  ticket: { type: 'apiKey', in: 'query', name: 'ticket', description: 'For browsers; good for one stream.' },
} as const;

type Scheme = keyof typeof SECURITY_SCHEMES;

/** Which of them a route takes. An empty one among them: from trusted networks none is needed. */
export function describeCredentials(operation: Operation, terms: FastifyContextConfig): void {
  const { policy, makesCredentials = false, takesTickets = false } = terms;
  if (policy === undefined || policy === 'pub') return;
  const schemes: Scheme[] = makesCredentials ? ['bearer'] : ['bearer', 'api_key'];
  if (takesTickets) schemes.push('ticket');
  operation.security = [...(policy === 'net' ? [{}] : []), ...schemes.map((scheme) => ({ [scheme]: [] }))];
}
