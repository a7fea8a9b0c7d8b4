import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { type PlaceKind, Places } from './places.js';

/** Says at the start which endpoints and agents have limits in the configuration and are not there: a name may be mistyped. */
@Injectable()
export class UnknownPlaces implements OnApplicationBootstrap {
  private readonly logger = new Logger(UnknownPlaces.name);

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(Places) private readonly places: Places,
  ) {}

  onApplicationBootstrap(): void {
    for (const kind of ['endpoint', 'agent'] as const) {
      const unknown = this.named(kind).filter((name) => !this.places.has(kind, name));
      if (unknown.length > 0)
        this.logger.warn({ [`${kind}s`]: unknown }, `limits for ${kind}s that are not there hold nobody`);
    }
  }

  private named(scope: PlaceKind): string[] {
    const { rate, generations, budgets } = this.config.limits;
    const names = new Set([...rate[`${scope}s`].keys(), ...generations[`${scope}s`].keys()]);
    for (const budget of budgets)
      if (budget.scope === scope && budget.subject !== '*') names.add(budget.subject);
    return [...names];
  }
}
