import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import type { RoutingConfig } from './routing-config.js';
import { type Env, parseEnv, type ProcessEnv } from './env.js';
import { findIdleSecrets } from './idle-secrets.js';
import { findMisspelt } from './misspelt-settings.js';
import { Secrets } from './secrets.js';
import { toAppConfig } from './to-app-config.js';
import { loadOptionalYaml, loadYamlFiles } from './yaml-files.js';

export interface LoadConfigOptions {
  /** The folder with `environments`, `services`, `secrets` and `agents.yaml`; CITADEL_CONFIG_DIR or the one of this package unless told. */
  readonly configDir?: string;
  /** Refuses files of routing that hold nothing, as one that is being written does. */
  readonly refuseEmpty?: boolean;
}

/** Everything that is configured, checked as a whole. Throws ConfigError for what cannot be used. */
export function loadConfig(processEnv: ProcessEnv, options: LoadConfigOptions = {}): AppConfig {
  const env = parseEnv(processEnv);
  const configDir = options.configDir ?? directoryOf(env) ?? join(PACKAGE_ROOT, 'config');
  const environment = env.CITADEL_ENV ?? 'production';
  const yaml = loadYamlFiles(configDir, environment);
  const workflowsYaml = loadOptionalYaml(configDir, 'workflows.yaml');
  if (options.refuseEmpty) for (const section of [yaml, workflowsYaml]) section.refuseEmptyFiles();
  const secrets = new Secrets(processEnv, join(configDir, 'secrets'));
  const config = toAppConfig({
    environment,
    version: readVersion(),
    env,
    yaml,
    streamingYaml: loadOptionalYaml(configDir, 'services/streaming-api.yaml'),
    alertsYaml: loadOptionalYaml(configDir, 'alerts.yaml'),
    oauthClientsYaml: loadOptionalYaml(configDir, 'oauth-clients.yaml'),
    pricesYaml: loadOptionalYaml(configDir, 'prices.yaml'),
    workflowsYaml,
    secrets,
  });
  const { sought } = secrets;
  const slips = [...findMisspelt(processEnv, sought), ...findIdleSecrets(processEnv, sought)];
  return { ...config, choices: [...config.choices, ...slips] };
}

/** What may change without a restart. All files are checked again, so a mistake in any of them shows itself now. */
export const reloadRouting = (processEnv: ProcessEnv, options?: LoadConfigOptions): RoutingConfig =>
  loadConfig(processEnv, { ...options, refuseEmpty: true }).routing;

function directoryOf({ CITADEL_CONFIG_DIR: directory }: Env): string | undefined {
  if (directory !== undefined && statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ConfigError(`CITADEL_CONFIG_DIR: ${directory} is not a directory`);
  return directory;
}

/** Seen from `src/config` and from `dist/config` alike. */
const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
