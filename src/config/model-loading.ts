import { isNamedBy, resolveAlias } from './model-names.js';
import { type Parser, wholeNumber } from './parser.js';
import type { BackendLoading, BackendSettings, ModelLoading, RoutingConfig } from './routing-config.js';
import { modelPattern } from './to-routes.js';
import type { YamlSection } from './yaml-section.js';

/** What an agent, a backend or one of its models says of it. An absent setting is an absent key. */
export function readModelLoading(section: YamlSection): ModelLoading {
  const numCtx = section.read('num_ctx', wholeNumber(1));
  const kept = section.read('keep_alive', keepAlive);
  return { ...(numCtx !== undefined && { numCtx }), ...(kept !== undefined && { keepAlive: kept }) };
}

/** Undefined where nothing is said. */
export function readBackendLoading(
  section: YamlSection,
  aliases: RoutingConfig['aliases'],
): BackendLoading | undefined {
  const loading = readModelLoading(section);
  const models = section.list('models').map((entry) => ({
    model: resolveAlias({ aliases }, entry.require('model', modelPattern)),
    ...readModelLoading(entry),
  }));
  return models.length === 0 && Object.keys(loading).length === 0 ? undefined : { ...loading, models };
}

/** What is said of a model by its name at the backend, and of it as of all. */
export function loadingOf(
  { loading }: Pick<BackendSettings, 'loading'>,
  model: string,
): { readonly own: ModelLoading; readonly any: ModelLoading } {
  const own = loading?.models.find((entry) => isNamedBy(tagged(entry.model), tagged(model))) ?? {};
  return { own, any: { ...loading, ...own } };
}

/** Ollama takes a name without a tag for its `latest`. */
const tagged = (model: string): string =>
  model.endsWith('*') || /:[^/]*$/.test(model) ? model : `${model}:latest`;

/** As Ollama takes it. */
const keepAlive: Parser<string | number> = {
  expected: 'a duration such as `5m`, a number of seconds, or -1 for always',
  parse: (raw) => {
    if (typeof raw === 'number') return Number.isInteger(raw) && raw >= -1 ? raw : undefined;
    return typeof raw === 'string' && /^(\d+(\.\d+)?(ms|s|m|h))+$/.test(raw) ? raw : undefined;
  },
};
