import type { RedisConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { host, port, withoutCredentials } from './network-parsers.js';
import { decimal, wholeNumber } from './parser.js';
import { isSampleSecret } from './sample-secrets.js';
import type { Decision, Sources } from './sources.js';
import { toMs } from './to-ms.js';

/** Redis where one is named, else the memory of this process. */
export function toRedisConfig({ environment, env, yaml }: Sources): Decision<RedisConfig> {
  const redis = yaml.section('redis');
  const seconds = decimal(0.001, 3600);
  const hostname = redis.read('host', host);
  const portNumber = redis.read('port', port) ?? 6379;
  const database = redis.read('database', wholeNumber(0, 1_000_000)) ?? 0;
  const commandTimeoutMs = toMs(redis.read('socket_timeout', seconds) ?? 0.1);
  const connectTimeoutMs = toMs(redis.read('socket_connect_timeout', seconds) ?? 0.5);
  // Accepted because installed files have it: commands share one connection, which is below any limit.
  redis.read('max_connections', wholeNumber(1, 100_000));

  const authority = hostname?.includes(':') ? `[${hostname}]` : hostname;
  const url = env.REDIS_URL ?? (authority && `redis://${authority}:${portNumber}/${database}`);
  if (url === undefined)
    return { config: { kind: 'memory' }, choice: 'cache: memory (REDIS_URL is not set)' };

  const password = decodeURIComponent(new URL(url).password);
  if (environment === 'production' && password !== '' && isSampleSecret(password)) {
    throw new ConfigError('The password in REDIS_URL is a known sample; set one of your own');
  }
  return {
    config: { kind: 'redis', url, connectTimeoutMs, commandTimeoutMs },
    choice: `cache: Redis at ${withoutCredentials(url)} (${env.REDIS_URL ? 'REDIS_URL' : redis.label('host')})`,
  };
}
