import type { Environment } from './app-config.js';
import type { Env } from './env.js';
import type { Secrets } from './secrets.js';
import type { YamlSection } from './yaml-section.js';

/** Where settings come from. The environment outranks YAML, YAML the defaults. */
export interface Sources {
  readonly environment: Environment;
  /** Of this program. */
  readonly version: string;
  readonly env: Env;
  readonly yaml: YamlSection;
  /** The file of the streaming API. */
  readonly streamingYaml: YamlSection;
  /** The rules of alerts. */
  readonly alertsYaml: YamlSection;
  /** OAuth clients. */
  readonly oauthClientsYaml: YamlSection;
  /** What models cost. */
  readonly pricesYaml: YamlSection;
  /** Workflows that callers can ask for by name. */
  readonly workflowsYaml: YamlSection;
  readonly secrets: Secrets;
}

/** A settled part of the configuration, and one line that says what was chosen and why. */
export interface Decision<T> {
  readonly config: T;
  /** For the start-up log; never a secret. */
  readonly choice: string;
}
