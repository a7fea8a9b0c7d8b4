import { ConfigError } from './config-error.js';
import { toRecord } from './model-names.js';
import { text } from './parser.js';
import type { YamlSection } from './yaml-section.js';

/** In YAML, stands for the configured default model. */
const DEFAULT_MODEL_MARK = '$default';

/** Follows chains to their end. A name that points at itself is an end: such a model is known under its own name. */
export function toAliases(modelAliases: YamlSection, defaultModel: string): Readonly<Record<string, string>> {
  const targets = new Map(
    modelAliases.keys().map((alias) => [alias, toTarget(modelAliases.require(alias, text), defaultModel)]),
  );

  const resolve = (alias: string): string => {
    const seen = new Set<string>();
    let current = alias;
    for (
      let next = targets.get(current);
      next !== undefined && next !== current;
      next = targets.get(current)
    ) {
      seen.add(current);
      if (seen.has(next)) {
        throw new ConfigError(
          `${modelAliases.label(alias)} leads in a circle: ${[...seen, next].join(' → ')}`,
        );
      }
      current = next;
    }
    return current;
  };
  return toRecord([...targets.keys()].map((alias) => [alias, resolve(alias)] as const));
}

const toTarget = (target: string, defaultModel: string): string =>
  target === DEFAULT_MODEL_MARK ? defaultModel : target;
