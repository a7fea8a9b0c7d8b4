import { ConfigError } from './config-error.js';
import { logLevel } from './log-level.js';
import { mailAddress } from './mail-parsers.js';
import {
  cidr,
  host,
  hostOrAny,
  httpUrl,
  listenPort,
  origin,
  port,
  postgresUrl,
  redisUrl,
} from './network-parsers.js';
import {
  decimal,
  flag,
  listOf,
  oneOf,
  type Parsed,
  type Parser,
  text,
  wholeNumber,
  wholeNumberOrNone,
} from './parser.js';

/** A table: every environment variable this program understands, besides the secrets. `.env.example` explains each. */
const PARSERS = {
  CITADEL_ENV: oneOf('development', 'test', 'production'),
  CITADEL_DATA_DIR: text,
  CITADEL_CONFIG_DIR: text,
  LOG_LEVEL: logLevel,

  P8FS_API_HOST: host,
  HOST: host,
  P8FS_API_PORT: listenPort,
  PORT: listenPort,
  EXTRA_PORTS: listOf(port),
  TRUSTED_NETWORKS: listOf(cidr),
  ALLOW_PUBLIC_TRUST: flag,
  AUTH_REQUIRE_ALL: flag,
  PUBLIC_URL: httpUrl,
  AUTH_AUDIENCE: text,
  AUTH_FAILURES_PER_MINUTE: wholeNumber(1, 1_000_000),
  DEVICE_SIGN_UP: flag,
  P8FS_CORS_ORIGINS: listOf(origin),
  ALLOWED_HOSTS: listOf(hostOrAny),
  MAX_BODY_BYTES: wholeNumber(1),
  P8FS_REQUEST_TIMEOUT: decimal(0.001, 86_400),
  DRAIN_TIMEOUT_S: decimal(0, 3600),
  RATE_LIMIT: flag,
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000),
  RATE_LIMIT_PREMIUM_PER_MINUTE: wholeNumber(1, 1_000_000),
  RATE_LIMIT_ADMIN_PER_MINUTE: wholeNumber(1, 1_000_000),
  RATE_LIMIT_DEVICE_PER_MINUTE: wholeNumber(1, 1_000_000),
  GENERATIONS_PER_USER: wholeNumber(1, 1_000_000),
  GENERATIONS_PER_TENANT: wholeNumber(1, 1_000_000),
  GENERATIONS_PER_DEVICE: wholeNumber(1, 1_000_000),
  LIMIT_LEASE_S: decimal(0.1, 3600),
  REPLICAS: wholeNumber(1, 10_000),
  LOAD_SHED: flag,

  OAUTH_ACCESS_TOKEN_TTL_S: wholeNumber(1, 86_400),
  OAUTH_REFRESH_TOKEN_TTL_S: wholeNumber(1, 31_536_000),
  OAUTH_SESSION_TTL_S: wholeNumber(1, 2_592_000),
  OAUTH_REGISTRATION: flag,

  // There is one. Who names another one must not believe that their data lies there.
  P8FS_STORAGE_PROVIDER: oneOf('postgresql'),
  DATABASE_URL: postgresUrl,
  DATABASE_HOST: host,
  DATABASE_PORT: port,
  DATABASE_NAME: text,
  DATABASE_USER: text,
  REDIS_URL: redisUrl,

  AUDIT_MODE: oneOf('required', 'best_effort', 'off'),
  AUDIT_SPOOL_MAX_BYTES: wholeNumber(1),
  AUDIT_SIGNING_KEY_FILE: text,
  AUDIT_CHECKPOINT_DIR: text,
  AUDIT_CHECKPOINT_INTERVAL_S: decimal(0.1, 86_400),
  AUDIT_RETENTION_DAYS: decimal(0, 36_500),

  MAIL_FROM: mailAddress,

  OLLAMA_URL: httpUrl,
  OPENAI_BASE_URL: httpUrl,
  PRODUCT_MANAGER_PHI4_URL: httpUrl,
  BUSINESS_ANALYST_PHI4_URL: httpUrl,
  SOFTWARE_DEVELOPER_PHI4_URL: httpUrl,
  QA_ENGINEER_PHI4_URL: httpUrl,
  DEVOPS_ENGINEER_PHI4_URL: httpUrl,
  AI_SERVICE_URL: httpUrl,
  UPSTREAM_CONNECT_TIMEOUT_MS: wholeNumber(1, 3_600_000),
  UPSTREAM_FIRST_TOKEN_TIMEOUT_MS: wholeNumber(1, 3_600_000),
  UPSTREAM_IDLE_TIMEOUT_MS: wholeNumber(1, 3_600_000),

  DEFAULT_MODEL: text,
  DEFAULT_MAX_TOKENS: wholeNumberOrNone(1, 1_000_000),
  VALID_MODELS: listOf(text),
  MODELS_ADMIT: oneOf('configured', 'listed', 'any'),

  GENERATION_MAX_STREAMS: wholeNumber(1),
  STREAM_RESUME_TTL_S: decimal(0, 86_400),
  STREAM_LOG_MAX_BYTES: wholeNumber(0),
  ENTERPRISE_STREAM: oneOf('allow', 'ignore', 'reject'),
  REASONING_FIELD: oneOf('reasoning_content', 'reasoning'),
  FRAMES_TEXT: oneOf('so_far', 'delta'),

  STREAMING_API_PORT: port,
  STREAMING_API_MEMORY_GB: decimal(0.1, 4096),
  STREAMING_API_CPU_CORES: wholeNumber(1, 4096),
  STREAMING_API_CONNECTION_TIMEOUT: decimal(0.05, 86_400),
  WEBSOCKET_ENABLED: flag,
  WEBSOCKET_MAX_CONNECTIONS: wholeNumber(1, 1_000_000),
  WEBSOCKET_MAX_CONNECTIONS_PER_CALLER: wholeNumber(1, 1_000_000),
  WEBSOCKET_HEARTBEAT_INTERVAL: decimal(0.05, 86_400),
  WEBSOCKET_MESSAGE_SIZE_LIMIT: wholeNumber(1024, 64 * 1024 * 1024),
  WEBSOCKET_MAX_MESSAGES_PER_SECOND: wholeNumber(1, 1_000_000),
  SSE_ENABLED: flag,
  SSE_MAX_CONNECTIONS: wholeNumber(1, 1_000_000),
  SSE_MAX_CONNECTIONS_PER_CALLER: wholeNumber(1, 1_000_000),
  SSE_RETRY_TIMEOUT: wholeNumber(1, 3_600_000),
  SSE_KEEP_ALIVE_INTERVAL: decimal(0.05, 86_400),
  STREAMING_CHAT_ENABLED: flag,
  STREAMING_METRICS_ENABLED: flag,
  STREAMING_ALERTS_ENABLED: flag,
  STREAMING_STATUS_ENABLED: flag,
  STREAMING_BUFFER_SIZE: wholeNumber(1024, 64 * 1024 * 1024),
  STREAMING_FLUSH_INTERVAL: wholeNumber(1, 60_000),
  STREAMING_COMPRESSION_ENABLED: flag,
  STREAMING_BATCH_SIZE: wholeNumber(1, 1_000_000),
  CONNECTION_POOL_SIZE: wholeNumber(1, 1_000_000),
  CONNECTION_TIMEOUT: decimal(0.05, 86_400),
  CONNECTION_CLEANUP_INTERVAL: decimal(0.05, 86_400),
  CONNECTION_MAX_IDLE_TIME: decimal(0.05, 86_400),
  API_GATEWAY_ENDPOINT: httpUrl,
  METRICS_SERVER_ENDPOINT: httpUrl,
  CUSTOM_METRICS_ENDPOINT: httpUrl,

  RESPONSES_TTL_DAYS: decimal(0, 3_650),
  RESPONSE_CACHE: oneOf('on', 'deterministic', 'off'),
  RESPONSE_CACHE_TTL_S: decimal(0.001, 2_592_000),
} satisfies Record<string, Parser<unknown>>;

export type EnvKey = keyof typeof PARSERS;
export type Env = { readonly [Key in EnvKey]: Parsed<(typeof PARSERS)[Key]> | undefined };

export const ENV_KEYS = Object.keys(PARSERS) as readonly EnvKey[];

/** What the operating system hands to a process. */
export type ProcessEnv = Readonly<Record<string, string | undefined>>;

/** The environment by its own names. An empty variable counts as unset; all malformed ones are told at once. */
export function parseEnv(source: ProcessEnv): Env {
  const problems: string[] = [];
  const values = ENV_KEYS.map((key) => {
    const raw = source[key];
    if (raw === undefined || raw.trim() === '') return [key, undefined];
    const parser: Parser<unknown> = PARSERS[key];
    const value = parser.parse(raw);
    if (value === undefined) problems.push(`${key} must be ${parser.expected}`);
    return [key, value];
  });
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return Object.fromEntries(values) as Env;
}
