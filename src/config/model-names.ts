import type { RoutingConfig } from './routing-config.js';

/** The backend's own name for what a caller wrote. */
export const resolveAlias = ({ aliases }: Pick<RoutingConfig, 'aliases'>, model: string): string =>
  aliases[model] ?? model;

/** What `MODELS_ADMIT=configured` admits: the valid models under each of their names, and the aliases in YAML. */
export const isConfiguredModel = (
  routing: Pick<RoutingConfig, 'aliases' | 'validModels' | 'admitAliases'>,
  model: string,
): boolean => {
  if (routing.admitAliases && routing.aliases[model] !== undefined) return true;
  const resolved = resolveAlias(routing, model);
  return routing.validModels.some((valid) => valid === model || resolveAlias(routing, valid) === resolved);
};

/** Whether a model is meant by a pattern: its name, or its beginning and `*`. */
export const isNamedBy = (pattern: string, model: string): boolean =>
  pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model;

/** A record without prototype: a name from outside, such as `constructor`, finds nothing in it. */
export const toRecord = <T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> =>
  Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));
