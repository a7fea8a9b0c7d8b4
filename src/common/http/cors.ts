import type { FastifyCorsOptions } from '@fastify/cors';

/** What a browser's script may read besides the body. */
const EXPOSED = [
  'X-Request-Id',
  'X-Correlation-ID',
  'X-Generation-ID',
  'X-Citadel-Backend',
  'X-Citadel-Overhead-Ms',
  'X-Cache',
  'X-Encrypted',
  'X-Ignored-Parameters',
  'Idempotent-Replayed',
  'Retry-After',
  'Retry-After-Ms',
  'X-Should-Retry',
  'X-RateLimit-Limit-Requests',
  'X-RateLimit-Limit-Tokens',
  'X-RateLimit-Remaining-Requests',
  'X-RateLimit-Remaining-Tokens',
  'X-RateLimit-Reset-Requests',
  'X-RateLimit-Reset-Tokens',
];

/**
 * Lets scripts of allowed origins in; `*` lets all in. Requested headers are allowed as asked:
 * the official SDKs send a dozen of their own. Preflights are answered 200.
 */
export function corsOptions(origins: readonly string[]): FastifyCorsOptions {
  const allowed = origins.includes('*') || origins.map(toOriginPattern);
  return {
    origin: allowed === true || allowed.length > 0 ? allowed : false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED,
    maxAge: 600,
    strictPreflight: false,
    optionsSuccessStatus: 200,
  };
}

/** `:*` at the end stands for any port, and for none. */
export function toOriginPattern(origin: string): RegExp {
  const [name = '', anyPort] = origin.split(/:\*$/);
  return new RegExp(`^${escape(name)}${anyPort === undefined ? '' : '(?::\\d+)?'}$`);
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
