import type { StreamingConfig } from './app-config.js';
import { firstSet } from './first-set.js';
import { logLevel } from './log-level.js';
import { host, httpUrl, port } from './network-parsers.js';
import { decimal, flag, text, wholeNumber } from './parser.js';
import type { Sources } from './sources.js';
import { toMs } from './to-ms.js';
import type { YamlSection } from './yaml-section.js';

const SECONDS = decimal(0.05, 86_400);
const COUNT = wholeNumber(1, 1_000_000);
const MEMORY_GB = decimal(0.1, 4096);
const KIB = 1024;
const MIB = 1024 * KIB;

export interface StreamingDecision {
  readonly config: StreamingConfig;
  /** For the start-up log: nothing where there is nothing to wonder about. */
  readonly choices: readonly string[];
}

/** The streaming API: a file of its own beside the gateway's, because its sections have the same names. */
export function toStreamingConfig({ env, streamingYaml }: Sources): StreamingDecision {
  const service = streamingYaml.section('service');
  const performance = streamingYaml.section('performance');
  const management = streamingYaml.section('connection_management');
  const config: StreamingConfig = {
    port: firstSet(env.STREAMING_API_PORT, service.read('port', port), 9096),
    memoryGb: firstSet(env.STREAMING_API_MEMORY_GB, performance.read('memory_limit_gb', MEMORY_GB), 2),
    cpuCores: firstSet(env.STREAMING_API_CPU_CORES, performance.read('cpu_cores', COUNT), 4),
    websocket: toWebSocket({ env, streamingYaml }, performance),
    sse: toSse({ env, streamingYaml }, performance),
    channels: toChannels({ env, streamingYaml }),
    broadcasts: {
      bufferBytes: firstSet(
        env.STREAMING_BUFFER_SIZE,
        performance.read('buffer_size', wholeNumber(KIB, 64 * MIB)),
        8 * KIB,
      ),
      flushMs: firstSet(
        env.STREAMING_FLUSH_INTERVAL,
        performance.read('flush_interval', wholeNumber(1, 60_000)),
        100,
      ),
      batchSize: firstSet(env.STREAMING_BATCH_SIZE, performance.read('batch_size', COUNT), 10),
    },
    connections: {
      firstMessageTimeoutMs: toMs(
        firstSet(
          env.STREAMING_API_CONNECTION_TIMEOUT,
          env.CONNECTION_TIMEOUT,
          management.read('timeout', SECONDS),
          300,
        ),
      ),
      cleanupMs: toMs(
        firstSet(env.CONNECTION_CLEANUP_INTERVAL, management.read('cleanup_interval', SECONDS), 60),
      ),
      maxIdleMs: toMs(
        firstSet(env.CONNECTION_MAX_IDLE_TIME, management.read('max_idle_time', SECONDS), 1800),
      ),
    },
    monitoring: toMonitoring({ env, streamingYaml }),
  };
  const idle = acceptWithoutEffect({ env, streamingYaml });
  return {
    config,
    choices: idle.length === 0 ? [] : [`streaming: set, and without effect here: ${idle.join(', ')}`],
  };
}

type Part = Pick<Sources, 'env' | 'streamingYaml'>;

function toWebSocket({ env, streamingYaml }: Part, performance: YamlSection): StreamingConfig['websocket'] {
  const websocket = streamingYaml.section('websocket');
  const most = firstSet(env.WEBSOCKET_MAX_CONNECTIONS, websocket.read('max_connections', COUNT), 1000);
  return {
    enabled: firstSet(env.WEBSOCKET_ENABLED, websocket.read('enabled', flag), true),
    maxConnections: most,
    maxConnectionsPerCaller: firstSet(
      env.WEBSOCKET_MAX_CONNECTIONS_PER_CALLER,
      websocket.read('max_connections_per_caller', COUNT),
      most,
    ),
    heartbeatMs: toMs(
      firstSet(env.WEBSOCKET_HEARTBEAT_INTERVAL, websocket.read('heartbeat_interval', SECONDS), 30),
    ),
    maxMessageBytes: firstSet(
      env.WEBSOCKET_MESSAGE_SIZE_LIMIT,
      websocket.read('message_size_limit', wholeNumber(KIB, 64 * MIB)),
      MIB,
    ),
    maxMessagesPerSecond: firstSet(
      env.WEBSOCKET_MAX_MESSAGES_PER_SECOND,
      websocket.read('max_messages_per_second', COUNT),
      100,
    ),
    compression: firstSet(
      env.STREAMING_COMPRESSION_ENABLED,
      websocket.read('compression_enabled', flag),
      performance.read('compression_enabled', flag),
      true,
    ),
  };
}

function toSse({ env, streamingYaml }: Part, performance: YamlSection): StreamingConfig['sse'] {
  const sse = streamingYaml.section('sse');
  const most = firstSet(env.SSE_MAX_CONNECTIONS, sse.read('max_connections', COUNT), 500);
  return {
    enabled: firstSet(env.SSE_ENABLED, sse.read('enabled', flag), true),
    maxConnections: most,
    maxConnectionsPerCaller: firstSet(
      env.SSE_MAX_CONNECTIONS_PER_CALLER,
      sse.read('max_connections_per_caller', COUNT),
      most,
    ),
    retryMs: firstSet(env.SSE_RETRY_TIMEOUT, sse.read('retry_timeout', wholeNumber(1, 3_600_000)), 5000),
    keepAliveMs: toMs(firstSet(env.SSE_KEEP_ALIVE_INTERVAL, sse.read('keep_alive_interval', SECONDS), 30)),
    compression: firstSet(
      env.STREAMING_COMPRESSION_ENABLED,
      sse.read('compression_enabled', flag),
      performance.read('compression_enabled', flag),
      true,
    ),
  };
}

function toChannels({ env, streamingYaml }: Part): StreamingConfig['channels'] {
  const streaming = streamingYaml.section('streaming');
  return {
    chat: firstSet(env.STREAMING_CHAT_ENABLED, streaming.read('chat_enabled', flag), true),
    metrics: firstSet(env.STREAMING_METRICS_ENABLED, streaming.read('metrics_enabled', flag), true),
    alerts: firstSet(env.STREAMING_ALERTS_ENABLED, streaming.read('alerts_enabled', flag), true),
    status: firstSet(env.STREAMING_STATUS_ENABLED, streaming.read('status_enabled', flag), true),
  };
}

function toMonitoring({ env, streamingYaml }: Part): StreamingConfig['monitoring'] {
  const monitoring = streamingYaml.section('monitoring');
  return {
    gateway: firstSet(env.API_GATEWAY_ENDPOINT, monitoring.read('api_gateway_endpoint', httpUrl), undefined),
    metricsServer: firstSet(
      env.METRICS_SERVER_ENDPOINT,
      monitoring.read('metrics_server_endpoint', httpUrl),
      undefined,
    ),
    customMetrics: firstSet(
      env.CUSTOM_METRICS_ENDPOINT,
      monitoring.read('custom_metrics_endpoint', httpUrl),
      undefined,
    ),
  };
}

/**
 * What such files also hold, by name where it is not as shipped. There is one process, and its name, address and log level are
 * the gateway's; its memory and cores are given by who starts it.
 */
function acceptWithoutEffect({ env, streamingYaml }: Part): readonly string[] {
  const service = streamingYaml.section('service');
  const performance = streamingYaml.section('performance');
  const memoryGb = performance.read('memory_limit_gb', MEMORY_GB);
  const cpuCores = performance.read('cpu_cores', COUNT);
  const isAsShipped = {
    STREAMING_API_MEMORY_GB: firstSet(env.STREAMING_API_MEMORY_GB, memoryGb, 2) === 2,
    STREAMING_API_CPU_CORES: firstSet(env.STREAMING_API_CPU_CORES, cpuCores, 4) === 4,
    'service.name': firstSet(service.read('name', text), 'streaming-api') === 'streaming-api',
    'service.host': firstSet(service.read('host', host), '0.0.0.0') === '0.0.0.0',
    'service.workers': firstSet(service.read('workers', COUNT), 2) === 2,
    'performance.log_level': firstSet(performance.read('log_level', logLevel), 'info') === 'info',
  };
  return Object.entries(isAsShipped).flatMap(([name, isShipped]) => (isShipped ? [] : [name]));
}
