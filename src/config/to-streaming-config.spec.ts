import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ProcessEnv } from './env.js';
import { createSources } from './testing/create-sources.js';
import { toStreamingConfig } from './to-streaming-config.js';
import { toUpstreamConfig } from './to-streams-config.js';

const SHIPPED = readFileSync(new URL('../../config/services/streaming-api.yaml', import.meta.url), 'utf8');

const DEFAULTS = {
  port: 9096,
  memoryGb: 2,
  cpuCores: 4,
  websocket: {
    enabled: true,
    maxConnections: 1000,
    maxConnectionsPerCaller: 1000,
    heartbeatMs: 30_000,
    maxMessageBytes: 1_048_576,
    maxMessagesPerSecond: 100,
    compression: true,
  },
  sse: {
    enabled: true,
    maxConnections: 500,
    maxConnectionsPerCaller: 500,
    retryMs: 5000,
    keepAliveMs: 30_000,
    compression: true,
  },
  channels: { chat: true, metrics: true, alerts: true, status: true },
  broadcasts: { bufferBytes: 8192, flushMs: 100, batchSize: 10 },
  connections: { firstMessageTimeoutMs: 300_000, cleanupMs: 60_000, maxIdleMs: 1_800_000 },
  monitoring: { gateway: undefined, metricsServer: undefined, customMetrics: undefined },
};

describe(toStreamingConfig.name, () => {
  it.each([
    ['without a file', ''],
    ['with the shipped file', SHIPPED],
  ])('has the defaults %s', (_, streamingYaml) => {
    const sources = createSources({ streamingYaml });
    expect(toStreamingConfig(sources).config).toEqual(DEFAULTS);
    expect(toUpstreamConfig(sources).keptConnections).toBe(100);
    expect(() => sources.streamingYaml.refuseUnknownKeys()).not.toThrow();
  });

  it('lets the environment outrank the file, and the file the defaults', () => {
    const streamingYaml = 'websocket:\n  max_connections: 7\n  heartbeat_interval: 3\n';
    const env = { WEBSOCKET_MAX_CONNECTIONS: '9', STREAMING_CHAT_ENABLED: 'false' };
    expect(toStreamingConfig(createSources({ env, streamingYaml })).config).toMatchObject({
      websocket: { maxConnections: 9, heartbeatMs: 3000, maxMessageBytes: 1_048_576 },
      channels: { chat: false, metrics: true },
    });
  });

  it('takes both blocks of one name as one', () => {
    const streamingYaml =
      'performance:\n  batch_size: 3\nsse:\n  enabled: false\nperformance:\n  cpu_cores: 8\n';
    expect(toStreamingConfig(createSources({ streamingYaml })).config).toMatchObject({
      broadcasts: { batchSize: 3 },
      cpuCores: 8,
      sse: { enabled: false },
    });
  });

  it('says what it took without effect', () => {
    const choicesOf = (env: ProcessEnv, streamingYaml = '') =>
      toStreamingConfig(createSources({ env, streamingYaml })).choices;
    expect(choicesOf({})).toEqual([]);
    expect(choicesOf({ STREAMING_API_MEMORY_GB: '3' })).toEqual([
      'streaming: set, and without effect here: STREAMING_API_MEMORY_GB',
    ]);
    expect(choicesOf({}, 'service:\n  workers: 3\nperformance:\n  cpu_cores: 8\n')).toEqual([
      'streaming: set, and without effect here: STREAMING_API_CPU_CORES, service.workers',
    ]);
  });

  it('says nothing of what the shipped file says', () => {
    expect(toStreamingConfig(createSources({ streamingYaml: SHIPPED })).choices).toEqual([]);
  });

  it('refuses what cannot be', () => {
    expect(() => toStreamingConfig(createSources({ streamingYaml: 'service:\n  port: 0\n' }))).toThrow(
      'streaming.yaml: service.port must be a port from 1 to 65535',
    );
  });
});
