import type { BackendSettings, ModelRoute } from './routing-config.js';
import { ConfigError } from './config-error.js';
import { name, type Parser, text } from './parser.js';
import type { YamlSection } from './yaml-section.js';

/** Which backends serve which models. A route may be written for an alias; it is kept for the name behind it. */
export function toRoutes(
  routes: readonly YamlSection[],
  aliases: Readonly<Record<string, string>>,
  backends: readonly BackendSettings[],
): readonly ModelRoute[] {
  const models = new Set<string>();
  return routes.map((route) => {
    const written = route.require('model', modelPattern);
    const model = aliases[written] ?? written;
    if (models.has(model))
      throw new ConfigError(`${route.label('model')}: an earlier route has this model already`);
    models.add(model);
    const targets = route.list('targets').map((target) => ({
      backend: requireBackend(target, target.require('backend', name), backends),
      ...optionalModel(target),
    }));
    if (targets.length === 0)
      throw new ConfigError(`${route.label('targets')} must name at least one backend`);
    return { model, targets };
  });
}

/** Refuses a name that no backend has. */
export function requireBackend(
  section: YamlSection,
  backend: string,
  backends: readonly BackendSettings[],
  key = 'backend',
): string {
  if (backends.some((known) => known.name === backend)) return backend;
  const known = backends.map((settings) => settings.name).join(', ');
  throw new ConfigError(`${section.label(key)} names the unknown backend ${backend}; there are ${known}`);
}

export const modelPattern: Parser<string> = {
  expected: 'a model name, or the beginning of one followed by `*`',
  parse: (raw) => {
    const value = text.parse(raw);
    return value !== undefined && !value.slice(0, -1).includes('*') ? value : undefined;
  },
};

function optionalModel(target: YamlSection): { model?: string } {
  const model = target.read('model', text);
  return model === undefined ? {} : { model };
}
