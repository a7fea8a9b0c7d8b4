import { isNamedBy, resolveAlias } from './model-names.js';
import { loadingOf } from './model-loading.js';
import type { AgentSettings, BackendSettings, RoutingConfig } from './routing-config.js';

/** One line where calls ask for one model with windows of different sizes. */
export function findWindowClashes(routing: RoutingConfig): string[] {
  const clashes = [...askersByWindow(routing)].flatMap(([place, windows]) => {
    if (windows.size < 2) return [];
    const said = [...windows].map(([size, askers]) => `${size} (${[...askers].join(', ')})`);
    return [`${place} ${said.join(', ')}`];
  });
  if (clashes.length === 0) return [];
  return [`models: Ollama loads a model anew whenever another num_ctx is asked for: ${clashes.join('; ')}`];
}

/** By where a model is: who asks for which window. */
function askersByWindow(routing: RoutingConfig): Map<string, Map<number, Set<string>>> {
  const places = new Map<string, Map<number, Set<string>>>();
  const note = (model: string, agent?: AgentSettings): void => {
    for (const { backend, name } of placesOf(routing, model, agent?.backend)) {
      const size = agent?.options.numCtx ?? loadingOf(backend, name).any.numCtx;
      if (size === undefined) continue;
      const place = `${name} at ${backend.name}`;
      const windows = places.get(place) ?? new Map<number, Set<string>>();
      places.set(place, windows.set(size, (windows.get(size) ?? new Set()).add(agent?.key ?? 'no agent')));
    }
  };
  const { agents, backends, defaultModel, embeddingModels } = routing;
  const resolve = (model: string) => resolveAlias(routing, model);
  const isOllama = (name = '') => backends.some((known) => known.name === name && known.kind === 'ollama');
  const asking = agents.filter(
    ({ instance, backend }) => !instance && (backend === undefined || isOllama(backend)),
  );
  const named = [defaultModel, ...asking.flatMap(({ model }) => model ?? []), ...backends.flatMap(namedBy)]
    .map(resolve)
    .filter((model) => !embeddingModels.includes(model));
  for (const model of new Set(named)) {
    note(model);
    for (const agent of asking)
      if (agent.model === undefined || resolve(agent.model) === model) note(model, agent);
  }
  return places;
}

/** The Ollamas that a model may be asked of, and its name there, as far as the configuration alone decides it. */
function placesOf(
  routing: RoutingConfig,
  model: string,
  pinned: string | undefined,
): { readonly backend: BackendSettings; readonly name: string }[] {
  const { backends, routes, defaultBackend } = routing;
  const route = pinned === undefined ? routes.find((known) => isNamedBy(known.model, model)) : undefined;
  return backends.flatMap((backend) => {
    if (backend.kind !== 'ollama') return [];
    if (route !== undefined)
      return route.targets
        .filter((target) => target.backend === backend.name)
        .map((target) => ({ backend, name: target.model ?? model }));
    const isAsked = backend.name === (pinned ?? defaultBackend);
    return isAsked || (pinned === undefined && namedBy(backend).includes(model))
      ? [{ backend, name: model }]
      : [];
  });
}

const namedBy = ({ loading }: BackendSettings): string[] =>
  (loading?.models ?? []).map(({ model }) => model).filter((model) => !model.endsWith('*'));
