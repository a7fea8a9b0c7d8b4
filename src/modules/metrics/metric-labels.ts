import { Inject, Injectable } from '@nestjs/common';
import type { OutcomeRecord } from '../../contracts/journal.js';
import { BackendProbe, isSameModel, RoutingTable } from '../models/index.js';
import { LabelSet } from './label-set.js';

const MAX_MODELS = 100;
const MAX_AGENTS = 50;
const NO_AGENT = 'none';

/** The values of labels that follow the configuration. What a caller chose never becomes one. */
@Injectable()
export class MetricLabels {
  private readonly models: LabelSet;
  private readonly agents: LabelSet;

  constructor(
    @Inject(RoutingTable) private readonly routing: RoutingTable,
    @Inject(BackendProbe) probe: BackendProbe,
  ) {
    this.models = new LabelSet(
      MAX_MODELS,
      (model) => isConfigured(routing, model) || isListed(routing, probe, model),
    );
    this.agents = new LabelSet(MAX_AGENTS, (agent) =>
      routing.current.agents.some(({ key }) => key === agent),
    );
  }

  /** For a model's name at its backend. */
  model(model: string | undefined): string {
    return this.models.toLabel(model ?? '');
  }

  /** For the model of a generation: of one that reached no backend, what its caller or its agent asked for. */
  modelOf({ begin, backendModel }: Pick<OutcomeRecord, 'begin' | 'backendModel'>): string {
    if (backendModel !== undefined) return this.model(backendModel);
    const { current } = this.routing;
    const agent = current.agents.find(({ key }) => key === begin.agent);
    return this.model(this.routing.resolve(agent?.model ?? begin.model));
  }

  agent(key: string | undefined): string {
    return key === undefined ? NO_AGENT : this.agents.toLabel(key);
  }
}

function isConfigured({ current }: RoutingTable, model: string): boolean {
  const { aliases, validModels, defaultModel, embeddingModels, routes, agents } = current;
  return (
    model === defaultModel ||
    validModels.includes(model) ||
    embeddingModels.includes(model) ||
    Object.values(aliases).includes(model) ||
    routes.some((route) => route.model === model || route.targets.some((target) => target.model === model)) ||
    agents.some((agent) => agent.model === model)
  );
}

function isListed({ current }: RoutingTable, probe: BackendProbe, model: string): boolean {
  return current.backends.some(({ name }) =>
    probe.status(name)?.models.some(({ id }) => isSameModel(id, model)),
  );
}
