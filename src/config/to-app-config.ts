import type { AppConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { firstSet } from './first-set.js';
import { logLevel } from './log-level.js';
import { flag, oneOf, text } from './parser.js';
import type { Sources } from './sources.js';
import { toAgentInstances } from './to-agent-instances.js';
import { toAlertRules } from './to-alert-rules.js';
import { toAuditConfig } from './to-audit-config.js';
import { toDatabaseConfig } from './to-database-config.js';
import { toHttpConfig } from './to-http-config.js';
import { toMailConfig } from './to-mail-config.js';
import { toIdentityConfig } from './to-identity-config.js';
import { toOAuthConfig } from './to-oauth-config.js';
import { toLimitsConfig, toPrices } from './to-limits-config.js';
import { toRedisConfig } from './to-redis-config.js';
import { toResponseCacheConfig } from './to-response-cache-config.js';
import { toRoutingConfig } from './to-routing-config.js';
import { toStoredResponsesConfig } from './to-stored-responses-config.js';
import { toStreamingConfig } from './to-streaming-config.js';
import { toStreamsConfig, toUpstreamConfig } from './to-streams-config.js';
import { toVectorDbConfig } from './to-vector-db-config.js';
import { findWindowClashes } from './window-clashes.js';

/** Decides every setting, and refuses what contradicts itself or is not known. */
export function toAppConfig(sources: Sources): AppConfig {
  const { environment, env, yaml, streamingYaml, alertsYaml, oauthClientsYaml, pricesYaml, workflowsYaml } =
    sources;
  const dataDir = (env.CITADEL_DATA_DIR ?? './data').replace(/(?<=.)\/+$/, '');
  const http = toHttpConfig(sources);
  const identity = toIdentityConfig(sources, dataDir, http.config.port);
  const database = toDatabaseConfig(sources, dataDir);
  const redis = toRedisConfig(sources);
  const audit = toAuditConfig(sources, dataDir);
  const mail = toMailConfig(sources);
  const instances = toAgentInstances(sources, http.config);
  const streaming = toStreamingConfig(sources);
  const routing = toRoutingConfig(sources, instances.all);
  const config: AppConfig = {
    environment,
    ...toProject(sources),
    dataDir,
    http: http.config,
    identity: identity.config,
    database: database.config,
    redis: redis.config,
    vectorDb: toVectorDbConfig(sources),
    audit: audit.config,
    mail: mail.config,
    upstream: toUpstreamConfig(sources),
    streams: toStreamsConfig(sources),
    streaming: streaming.config,
    alerts: toAlertRules(alertsYaml),
    responseCache: toResponseCacheConfig(sources),
    storedResponses: toStoredResponsesConfig(sources, audit.config),
    routing: routing.config,
    oauth: toOAuthConfig(sources, identity.config.audience),
    loadShed: firstSet(env.LOAD_SHED, yaml.section('limits').read('load_shed', flag), true),
    limits: toLimitsConfig(sources),
    prices: toPrices(pricesYaml),
    choices: [
      toChoice(sources),
      http.choice,
      identity.choice,
      database.choice,
      redis.choice,
      audit.choice,
      mail.choice,
      routing.choice,
      ...findWindowClashes(routing.config),
      ...instances.choices,
      ...streaming.choices,
    ],
  };
  yaml.refuseUnknownKeys();
  streamingYaml.refuseUnknownKeys();
  alertsYaml.refuseUnknownKeys();
  oauthClientsYaml.refuseUnknownKeys();
  pricesYaml.refuseUnknownKeys();
  workflowsYaml.refuseUnknownKeys();
  return config;
}

function toProject({ environment, version, env, yaml }: Sources): Pick<AppConfig, 'project' | 'logLevel'> {
  const project = yaml.section('project');
  const named = project.read('environment', oneOf('development', 'test', 'production'));
  if (named !== undefined && named !== environment) {
    throw new ConfigError(
      `${project.label('environment')} and CITADEL_ENV disagree: it must be ${environment}`,
    );
  }
  return {
    project: {
      name: project.read('name', text) ?? 'citadel-gateway',
      version,
      debug: project.read('debug', flag) ?? false,
    },
    logLevel: firstSet(env.LOG_LEVEL, project.read('log_level', logLevel), 'info'),
  };
}

const toChoice = ({ environment, env }: Sources): string =>
  `environment: ${environment}, from config/environments/${environment}.yaml (CITADEL_ENV is ${env.CITADEL_ENV ? '' : 'not '}set)`;
