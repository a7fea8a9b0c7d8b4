export {
  type AlertRule,
  AppConfig,
  type AuditConfig,
  type DatabaseConfig,
  type EmbeddedDatabaseConfig,
  type Environment,
  type HttpConfig,
  type IdentityConfig,
  type LogLevel,
  type MailConfig,
  type OAuthClientSettings,
  type OAuthConfig,
  type PostgresConfig,
  type RedisConfig,
  type ResponseCacheConfig,
  type StreamingConfig,
  type StreamsConfig,
  type UpstreamConfig,
  type VectorDbConfig,
} from './app-config.js';
export { ConfigError } from './config-error.js';
export { ConfigModule } from './config.module.js';
export { ENV_KEYS, type ProcessEnv } from './env.js';
export { loadConfig, type LoadConfigOptions, reloadRouting } from './load-config.js';
export type {
  BudgetPeriod,
  BudgetScope,
  BudgetSettings,
  LimitsConfig,
  PriceSettings,
  RateLimitConfig,
} from './limits-config.js';
export { isConfiguredModel, resolveAlias } from './model-names.js';
export { isNativeRedirectUri, isRedirectUri } from './redirect-uri.js';
export { readProcessEnv } from './read-process-env.js';
export { unreadable } from './unreadable.js';
export type {
  AgentSettings,
  BackendSettings,
  ModelRoute,
  RoutingConfig,
  WorkflowSettings,
} from './routing-config.js';
