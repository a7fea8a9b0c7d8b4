import { describe, expect, it } from 'vitest';
import { createSources } from './testing/create-sources.js';
import { toRedisConfig } from './to-redis-config.js';

const YAML =
  'redis: { host: cache, database: 2, max_connections: 20, socket_timeout: 5, socket_connect_timeout: 5 }';

describe(toRedisConfig.name, () => {
  it('is the memory of the process where nothing names a server', () => {
    expect(toRedisConfig(createSources())).toEqual({
      config: { kind: 'memory' },
      choice: 'cache: memory (REDIS_URL is not set)',
    });
  });

  it('prefers REDIS_URL to YAML, and shows no password', () => {
    expect(toRedisConfig(createSources({ yaml: YAML }))).toEqual({
      config: { kind: 'redis', url: 'redis://cache:6379/2', connectTimeoutMs: 5000, commandTimeoutMs: 5000 },
      choice: 'cache: Redis at redis://cache:6379/2 (example.yaml: redis.host)',
    });
    expect(
      toRedisConfig(createSources({ yaml: YAML, env: { REDIS_URL: 'rediss://:hunter2@other:6380/0' } })),
    ).toMatchObject({
      config: { url: 'rediss://:hunter2@other:6380/0' },
      choice: 'cache: Redis at rediss://other:6380/0 (REDIS_URL)',
    });
  });

  it('waits no longer than a cache is worth', () => {
    expect(toRedisConfig(createSources({ env: { REDIS_URL: 'redis://cache' } })).config).toMatchObject({
      connectTimeoutMs: 500,
      commandTimeoutMs: 100,
    });
  });

  it('refuses a sample password in production', () => {
    const env = { REDIS_URL: 'redis://:password@cache' };
    expect(() => toRedisConfig(createSources({ environment: 'production', env }))).toThrow(
      'REDIS_URL is a known sample',
    );
  });
});
