import type { ResponseCacheConfig } from './app-config.js';
import { firstSet } from './first-set.js';
import { decimal, oneOf } from './parser.js';
import type { Sources } from './sources.js';
import { toMs } from './to-ms.js';

const MODE = oneOf('on', 'deterministic', 'off');
const MONTH_S = 2_592_000;

/** Whether whole answers are kept, and for how long. */
export function toResponseCacheConfig({ env, yaml }: Sources): ResponseCacheConfig {
  const section = yaml.section('response_cache');
  return {
    mode: firstSet<ResponseCacheConfig['mode']>(env.RESPONSE_CACHE, section.read('mode', MODE), 'on'),
    ttlMs: toMs(firstSet(env.RESPONSE_CACHE_TTL_S, section.read('ttl', decimal(0.001, MONTH_S)), 3600)),
  };
}
