import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { RoutingTable } from '../../models/index.js';
import { Endpoints } from './endpoints.js';

/** Says at the start which endpoints and agents have limits in the configuration and are not there: a name may be mistyped. */
@Injectable()
export class UnknownPlaces implements OnApplicationBootstrap {
  private readonly logger = new Logger(UnknownPlaces.name);

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(Endpoints) private readonly known: Endpoints,
    @Inject(RoutingTable) private readonly routing: RoutingTable,
  ) {}

  onApplicationBootstrap(): void {
    const keys = new Set(this.routing.current.agents.map(({ key }) => key));
    const endpoints = this.named('endpoint').filter((name) => !this.known.has(name));
    const agents = this.named('agent').filter((name) => !keys.has(name));
    if (endpoints.length > 0)
      this.logger.warn({ endpoints }, 'limits for endpoints that are not there hold nobody');
    if (agents.length > 0) this.logger.warn({ agents }, 'limits for agents that are not there hold nobody');
  }

  private named(scope: 'endpoint' | 'agent'): string[] {
    const { rate, generations, budgets } = this.config.limits;
    const names = new Set([...rate[`${scope}s`].keys(), ...generations[`${scope}s`].keys()]);
    for (const budget of budgets)
      if (budget.scope === scope && budget.subject !== '*') names.add(budget.subject);
    return [...names];
  }
}
