export {
  type AlertRule,
  AppConfig,
  type AuditConfig,
  type DatabaseConfig,
  type EmbeddedDatabaseConfig,
  type HttpConfig,
  type IdentityConfig,
  type LogLevel,
  type MailConfig,
  type OAuthClientSettings,
  type PostgresConfig,
  type RedisConfig,
  type ResponseCacheConfig,
  type StoredResponsesConfig,
  type StreamingConfig,
  type UpstreamConfig,
} from './app-config.js';
export { ConfigError } from './config-error.js';
export { ConfigModule } from './config.module.js';
export { type ProcessEnv } from './env.js';
export { loadConfig, reloadRouting } from './load-config.js';
export type {
  BudgetPeriod,
  BudgetScope,
  BudgetSettings,
  LimitsConfig,
  PriceSettings,
  RateLimitConfig,
} from './limits-config.js';
export { isPrivateRange } from './network-parsers.js';
export { loadingOf } from './model-loading.js';
export { isConfiguredModel, isNamedBy, resolveAlias } from './model-names.js';
export { isNativeRedirectUri, isRedirectUri } from './redirect-uri.js';
export { readProcessEnv } from './read-process-env.js';
export { unreadable } from './unreadable.js';
export type {
  AgentSettings,
  BackendSettings,
  ReasoningField,
  RoutingConfig,
  WorkflowSettings,
} from './routing-config.js';
