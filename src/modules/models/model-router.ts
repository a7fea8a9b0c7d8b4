import { Inject, Injectable } from '@nestjs/common';
import { SIMULATOR_PREFIX } from '../../backends/index.js';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { AgentSettings } from '../../config/index.js';
import { BackendDirectory } from './backend-directory.js';
import type { BackendGate } from './backend-gate.js';
import { BackendProbe } from './backend-probe.js';
import { ModelCatalog } from './model-catalog.js';
import type { Plan, Target } from './plan.js';
import { RoutingTable } from './routing-table.js';

/** As much of a name as is worth echoing. */
const MAX_ECHO_LENGTH = 256;

/** Decides where a request is served. Admission comes first: no backend hears of a model that is not admitted. */
@Injectable()
export class ModelRouter {
  constructor(
    @Inject(RoutingTable) private readonly routing: RoutingTable,
    @Inject(ModelCatalog) private readonly catalog: ModelCatalog,
    @Inject(BackendDirectory) private readonly directory: BackendDirectory,
    @Inject(BackendProbe) private readonly probe: BackendProbe,
  ) {}

  /** Where to generate with `requested`, which may be left out where the caller's agent or the default says it. */
  plan(requested: string | undefined, agent?: AgentSettings): Plan {
    const asked = agent?.model ?? requested ?? this.routing.current.defaultModel;
    const requestedModel = requested ?? asked;
    // It is echoed in every chunk, also where an agent brings its own model.
    if (!this.catalog.isName(requestedModel)) throw modelNotFound(requestedModel);
    // An agent that brings its own model and backend answers to any model name.
    const isPinned = agent?.model !== undefined && agent.backend !== undefined;
    if (!isPinned) this.requireGenerating(asked);
    const resolved = this.routing.resolve(asked);
    const targets = (
      agent?.backend === undefined ? this.targets(resolved) : [{ backend: agent.backend }]
    ).map(({ backend, model }): Target => ({ gate: this.gate(backend), model: model ?? resolved }));
    return { requestedModel, targets };
  }

  /** Where to make vectors with `requested`. Only where it is the same model: others would make other vectors. */
  planEmbedding(requested: string): Plan {
    if (!this.catalog.isAdmitted(requested)) throw modelNotFound(requested);
    const resolved = this.routing.resolve(requested);
    const targets = this.targets(resolved).map(({ backend, model }): Target => ({
      gate: this.gate(backend),
      model: model ?? resolved,
    }));
    return {
      requestedModel: requested,
      targets: targets.filter(({ model }) => model === targets[0]?.model),
    };
  }

  private requireGenerating(model: string): void {
    if (!this.catalog.isAdmitted(model)) throw modelNotFound(model);
    if (this.catalog.canGenerate(model)) return;
    throw new GatewayError('invalid_request', `The model '${model}' only makes embeddings.`, {
      param: 'model',
    });
  }

  private targets(resolved: string): readonly { backend: string; model?: string }[] {
    if (resolved.startsWith(SIMULATOR_PREFIX)) return [{ backend: 'simulator' }];
    const routed = this.routing.targetsFor(resolved);
    if (routed !== undefined) return routed;
    const { defaultBackend } = this.routing.current;
    const having = this.catalog.backendsWith(resolved);
    const answering = having.filter((name) => this.probe.status(name)?.health.reachable);
    const candidates = answering.length > 0 ? answering : having;
    const isDefault = candidates.length === 0 || candidates.includes(defaultBackend);
    return [{ backend: isDefault ? defaultBackend : candidates[0]! }];
  }

  private gate(backend: string): BackendGate {
    const gate = this.directory.find(this.probe.serving(backend));
    if (gate === undefined) throw new Error(`No backend is called "${backend}".`);
    return gate;
  }
}

export function modelNotFound(model: string): GatewayError {
  const name = model.length > MAX_ECHO_LENGTH ? `${model.slice(0, MAX_ECHO_LENGTH)}…` : model;
  return new GatewayError('model_not_found', `The model '${name}' does not exist`, { param: 'model' });
}
