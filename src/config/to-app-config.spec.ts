import { describe, expect, it } from 'vitest';
import { createSources } from './testing/create-sources.js';
import { toAppConfig } from './to-app-config.js';

describe(toAppConfig.name, () => {
  it('has a default for everything', () => {
    expect(toAppConfig(createSources())).toMatchObject({
      environment: 'test',
      project: { name: 'citadel-gateway', version: '1.2.3', debug: false },
      logLevel: 'info',
      dataDir: './data',
      vectorDb: { kind: 'none' },
      upstream: { connectTimeoutMs: 1000, firstTokenTimeoutMs: 60_000, idleTimeoutMs: 30_000 },
      streams: {
        maxStreams: 10_000,
        resumeTtlMs: 300_000,
        logMaxBytes: 67_108_864,
        enterpriseStream: 'allow',
        reasoningField: 'reasoning_content',
        defaultMaxTokens: 1000,
      },
      responseCache: { mode: 'on', ttlMs: 3_600_000 },
      loadShed: true,
      limits: { rate: { enabled: true } },
    });
  });

  it('prefers the environment to YAML', () => {
    const yaml = `
project: { log_level: DEBUG }
upstream: { connect_timeout_ms: 2, first_token_timeout_ms: 2, idle_timeout_ms: 2 }
streams: { max_streams: 2, resume_ttl: 2, log_max_bytes: 2, enterprise_stream: reject, reasoning_field: reasoning, default_max_tokens: none }
limits: { rate_limit: off, load_shed: off }
response_cache: { mode: off, ttl: 2 }
`;
    expect(toAppConfig(createSources({ yaml }))).toMatchObject({
      logLevel: 'debug',
      upstream: { connectTimeoutMs: 2, firstTokenTimeoutMs: 2, idleTimeoutMs: 2 },
      streams: {
        maxStreams: 2,
        resumeTtlMs: 2000,
        logMaxBytes: 2,
        enterpriseStream: 'reject',
        reasoningField: 'reasoning',
        defaultMaxTokens: 'none',
      },
      responseCache: { mode: 'off', ttlMs: 2000 },
      loadShed: false,
      limits: { rate: { enabled: false } },
    });
    const env = {
      LOG_LEVEL: 'ERROR',
      UPSTREAM_CONNECT_TIMEOUT_MS: '3',
      UPSTREAM_FIRST_TOKEN_TIMEOUT_MS: '3',
      UPSTREAM_IDLE_TIMEOUT_MS: '3',
      GENERATION_MAX_STREAMS: '3',
      STREAM_RESUME_TTL_S: '3',
      STREAM_LOG_MAX_BYTES: '3',
      ENTERPRISE_STREAM: 'ignore',
      REASONING_FIELD: 'reasoning_content',
      DEFAULT_MAX_TOKENS: '3',
      RESPONSE_CACHE: 'deterministic',
      RESPONSE_CACHE_TTL_S: '0.5',
      RATE_LIMIT: 'on',
      LOAD_SHED: 'on',
    };
    expect(toAppConfig(createSources({ yaml, env }))).toMatchObject({
      logLevel: 'error',
      upstream: { connectTimeoutMs: 3, firstTokenTimeoutMs: 3, idleTimeoutMs: 3 },
      streams: {
        maxStreams: 3,
        resumeTtlMs: 3000,
        logMaxBytes: 3,
        enterpriseStream: 'ignore',
        reasoningField: 'reasoning_content',
        defaultMaxTokens: 3,
      },
      responseCache: { mode: 'deterministic', ttlMs: 500 },
      loadShed: true,
      limits: { rate: { enabled: true } },
    });
  });

  it('resolves the key of the vector store by its name', () => {
    const yaml =
      'integration: { vector_db: { provider: qdrant, host: q, port: 1, api_key_secret_name: Q_KEY } }';
    expect(toAppConfig(createSources({ yaml, env: { Q_KEY: 'k' } })).vectorDb).toEqual({
      kind: 'qdrant',
      host: 'q',
      port: 1,
      apiKey: 'k',
    });
    expect(toAppConfig(createSources({ yaml })).vectorDb).toEqual({ kind: 'qdrant', host: 'q', port: 1 });
  });

  it('refuses a file that says it belongs to another environment', () => {
    expect(() => toAppConfig(createSources({ yaml: 'project: { environment: production }' }))).toThrow(
      'example.yaml: project.environment and CITADEL_ENV disagree',
    );
  });

  it('refuses a key it does not know', () => {
    expect(() => toAppConfig(createSources({ yaml: 'valid_modles: [a]' }))).toThrow(
      'example.yaml: valid_modles is not a known key',
    );
    expect(() => toAppConfig(createSources({ yaml: 'agents: [{ key: a, persnoa: x }]' }))).toThrow(
      'agents[0].persnoa is not',
    );
  });

  it('never tells a secret in its choices', () => {
    const env = {
      DATABASE_URL: 'postgresql://u:hunter2@db/x',
      REDIS_URL: 'redis://:hunter2@cache',
      OPENAI_BASE_URL: 'http://vllm/v1',
      OPENAI_API_KEY: 'hunter2',
    };
    const { choices } = toAppConfig(createSources({ env }));
    expect(choices).toHaveLength(8);
    expect(choices.join('\n')).not.toContain('hunter2');
  });
});
