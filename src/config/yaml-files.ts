import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './app-config.js';
import { parseYaml, type YamlMap } from './parse-yaml.js';
import { unreadable } from './unreadable.js';
import { YamlSection } from './yaml-section.js';

/** Any YAML file below the folder of settings; `path` names it in messages as well. */
function loadYamlFile(configDir: string, path: string): YamlMap {
  const file = `config/${path}`;
  let source: string;
  try {
    source = readFileSync(join(configDir, path), 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return parseYaml(source, file);
}

/** All files as one tree; the environment's own file outranks those of the services. */
export function loadYamlFiles(configDir: string, environment: Environment): YamlSection {
  const paths = [`environments/${environment}.yaml`, 'services/api-gateway/routing.yaml', 'agents.yaml'];
  return new YamlSection(
    paths.map((path) => ({ file: `config/${path}`, map: loadYamlFile(configDir, path) })),
  );
}

/** One file as a tree of its own; an empty one where the file is not there. */
export function loadOptionalYaml(configDir: string, path: string): YamlSection {
  const isThere = existsSync(join(configDir, path));
  return new YamlSection(isThere ? [{ file: `config/${path}`, map: loadYamlFile(configDir, path) }] : []);
}
