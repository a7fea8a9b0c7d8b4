import type { FastifyRequest } from 'fastify';
import { headerOf } from './request-context.js';

/** `refresh`: what is asked for is made anew, and takes the place of what is kept. `bypass`: nor is it kept. */
export type CacheUse = 'use' | 'refresh' | 'bypass';

const NO_STORE = /(?:^|[\s,])no-store(?:[\s,;]|$)/i;
const NO_CACHE = /(?:^|[\s,])no-cache(?:[\s,;=]|$)/i;

/** What the caller wants of the cache, by its `Cache-Control`. */
export function cacheUseOf(request: FastifyRequest): CacheUse {
  const wanted = headerOf(request, 'cache-control');
  if (wanted === undefined) return 'use';
  if (NO_STORE.test(wanted)) return 'bypass';
  return NO_CACHE.test(wanted) ? 'refresh' : 'use';
}
