import { type CacheUse, cacheUseOf } from '../../../common/http/cache-use.js';
import type { Exchange } from '../../../common/http/exchange.js';
import type { ResponseCacheConfig } from '../../../config/index.js';
import type { GenerationSpec } from '../../generation/index.js';

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
  return cacheUseOf(exchange.request);
}
