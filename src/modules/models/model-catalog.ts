import { Inject, Injectable } from '@nestjs/common';
import { SIMULATOR_PREFIX } from '../../backends/index.js';
import { AppConfig, isConfiguredModel } from '../../config/index.js';
import type { BackendModel } from '../../contracts/model-backend.js';
import { BackendProbe } from './backend-probe.js';
import { isSameModel } from './is-same-model.js';
import { RoutingTable } from './routing-table.js';

/** Models that come from the configuration have no date of their own: this is when their list was drawn up. */
const CONFIGURED_SINCE = Date.UTC(2025, 0, 1) / 1000;

/** Long enough for simulator names, which carry settings. */
const NAME = /^[^\p{Cc}]{1,256}$/u;

export interface ListedModel {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly ownedBy: string;
}

/** Which models exist and who may ask for them. Decides on what is configured and was last seen; asks nobody. */
@Injectable()
export class ModelCatalog {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(RoutingTable) private readonly routing: RoutingTable,
    @Inject(BackendProbe) private readonly probe: BackendProbe,
  ) {}

  /** The configured names, and outside `configured` what the backends have. */
  list(): ListedModel[] {
    const { validModels, admit } = this.routing.current;
    const models = new Map<string, ListedModel>();
    for (const id of validModels) models.set(id, { id, created: CONFIGURED_SINCE, ownedBy: 'citadel' });
    if (admit !== 'configured') {
      for (const { id, created, ownedBy } of this.listedByBackends()) {
        if (!models.has(id))
          models.set(id, { id, created: created ?? CONFIGURED_SINCE, ownedBy: ownedBy ?? 'citadel' });
      }
    }
    return [...models.values()];
  }

  find(model: string): ListedModel | undefined {
    if (!this.isAdmitted(model)) return undefined;
    return (
      this.list().find(({ id }) => id === model) ?? {
        id: model,
        created: CONFIGURED_SINCE,
        ownedBy: 'citadel',
      }
    );
  }

  /** Whether it could be a model's name at all. */
  isName(model: string): boolean {
    return NAME.test(model);
  }

  isAdmitted(model: string): boolean {
    if (!this.isName(model)) return false;
    if (isConfiguredModel(this.routing.current, model)) return true;
    const { admit } = this.routing.current;
    const resolved = this.routing.resolve(model);
    if (resolved.startsWith(SIMULATOR_PREFIX)) return this.config.environment !== 'production';
    if (admit === 'configured') return false;
    return admit === 'any' || this.backendsWith(resolved).length > 0;
  }

  /** Models that only embed cannot chat. */
  canGenerate(model: string): boolean {
    const resolved = this.routing.resolve(model);
    const { embeddingModels } = this.routing.current;
    if (embeddingModels.includes(resolved)) return false;
    for (const { name } of this.routing.current.backends) {
      const listed = this.listing(name, resolved);
      if (listed !== undefined) return listed.chat;
    }
    return true;
  }

  /** Names of backends that were last seen with this model. */
  backendsWith(resolved: string): string[] {
    return this.routing.current.backends
      .map(({ name }) => name)
      .filter((name) => this.listing(name, resolved) !== undefined);
  }

  /** The model as a backend listed it when last seen. */
  listing(backend: string, resolved: string): BackendModel | undefined {
    return this.probe.status(backend)?.models.find(({ id }) => isSameModel(id, resolved));
  }

  private listedByBackends(): BackendModel[] {
    return this.routing.current.backends.flatMap(({ name }) => [...(this.probe.status(name)?.models ?? [])]);
  }
}
