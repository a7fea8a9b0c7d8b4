import type { Environment } from '../app-config.js';
import { parseEnv, type ProcessEnv } from '../env.js';
import { parseYaml } from '../parse-yaml.js';
import { Secrets } from '../secrets.js';
import type { Sources } from '../sources.js';
import { YamlSection } from '../yaml-section.js';

export interface SourcesExample {
  readonly environment?: Environment;
  readonly env?: ProcessEnv;
  /** The text of `example.yaml`. */
  readonly yaml?: string;
  /** The text of `streaming.yaml`. */
  readonly streamingYaml?: string;
  /** The text of `alerts.yaml`. */
  readonly alertsYaml?: string;
  /** The text of `oauth-clients.yaml`. */
  readonly oauthClientsYaml?: string;
  /** The text of `prices.yaml`. */
  readonly pricesYaml?: string;
  /** The text of `workflows.yaml`. */
  readonly workflowsYaml?: string;
  readonly secretsFolder?: string;
}

/** For specs: settings without any file. */
export function createSources({
  environment = 'test',
  env = {},
  yaml = '',
  streamingYaml = '',
  alertsYaml = '',
  oauthClientsYaml = '',
  pricesYaml = '',
  workflowsYaml = '',
  secretsFolder = '/nowhere',
}: SourcesExample = {}): Sources {
  return {
    environment,
    version: '1.2.3',
    env: parseEnv(env),
    yaml: toSection('example.yaml', yaml),
    streamingYaml: toSection('streaming.yaml', streamingYaml),
    alertsYaml: toSection('alerts.yaml', alertsYaml),
    oauthClientsYaml: toSection('oauth-clients.yaml', oauthClientsYaml),
    pricesYaml: toSection('prices.yaml', pricesYaml),
    workflowsYaml: toSection('workflows.yaml', workflowsYaml),
    secrets: new Secrets(env, secretsFolder),
  };
}

const toSection = (file: string, text: string) => new YamlSection([{ file, map: parseYaml(text, file) }]);
