import type { FastifyCorsOptions } from '@fastify/cors';

/** What a browser's script may read besides the body. */
const EXPOSED = [
  'X-Request-Id',
  'X-Correlation-ID',
  'X-Generation-ID',
  'X-Citadel-Backend',
  'X-Ignored-Parameters',
  'Retry-After',
  'X-RateLimit-Limit-Requests',
  'X-RateLimit-Limit-Tokens',
  'X-RateLimit-Remaining-Requests',
  'X-RateLimit-Remaining-Tokens',
  'X-RateLimit-Reset-Requests',
  'X-RateLimit-Reset-Tokens',
];

/**
 * Lets scripts of allowed origins in; `*` in an origin stands for any port. Requested headers are allowed as asked:
 * the official SDKs send a dozen of their own. Preflights are answered 200.
 */
export function corsOptions(origins: readonly string[]): FastifyCorsOptions {
  const allowed = origins.map((origin) => new RegExp(`^${origin.split('*').map(escape).join('\\d+')}$`));
  return {
    origin: allowed.length === 0 ? false : allowed,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED,
    maxAge: 600,
    strictPreflight: false,
    optionsSuccessStatus: 200,
  };
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
