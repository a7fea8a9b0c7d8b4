import { headerOf } from '../../../common/http/request-context.js';
import type { Exchange } from '../../../common/http/exchange.js';
import type { ResponseCacheConfig } from '../../../config/index.js';
import type { GenerationSpec } from '../../generation/index.js';

/** `refresh`: the answer is made anew, and takes the place of the one that is kept. */
export type CacheUse = 'use' | 'refresh' | 'bypass';

const NO_STORE = /(?:^|[\s,])no-store(?:[\s,;]|$)/i;
const NO_CACHE = /(?:^|[\s,])no-cache(?:[\s,;=]|$)/i;

/** What the settings and the caller want of the cache. A conversation that goes on is not answered from it. */
export function chooseCacheUse(
  exchange: Exchange,
  { session, request }: GenerationSpec,
  mode: ResponseCacheConfig['mode'],
): CacheUse {
  if (mode === 'off' || session !== undefined) return 'bypass';
  if (mode === 'deterministic') {
    const { temperature, seed } = request(0).sampling;
    if (temperature !== 0 && seed === undefined) return 'bypass';
  }
  const wanted = headerOf(exchange.request, 'cache-control');
  if (wanted === undefined) return 'use';
  if (NO_STORE.test(wanted)) return 'bypass';
  return NO_CACHE.test(wanted) ? 'refresh' : 'use';
}
