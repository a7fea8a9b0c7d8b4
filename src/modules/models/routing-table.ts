import { Inject, Injectable } from '@nestjs/common';
import { AppConfig, resolveAlias, type RoutingConfig } from '../../config/index.js';

/** The routing settings in force. A reload replaces them as a whole. */
@Injectable()
export class RoutingTable {
  private routing: RoutingConfig;

  constructor(@Inject(AppConfig) config: AppConfig) {
    this.routing = config.routing;
  }

  get current(): RoutingConfig {
    return this.routing;
  }

  replace(routing: RoutingConfig): void {
    this.routing = routing;
  }

  /** The name behind an alias, or the name itself. */
  resolve(model: string): string {
    return resolveAlias(this.routing, model);
  }

  /** Backends for a resolved name as the routes say, or undefined when none mentions it. */
  targetsFor(resolved: string): readonly { backend: string; model?: string }[] | undefined {
    return this.routing.routes.find(({ model }) =>
      model.endsWith('*') ? resolved.startsWith(model.slice(0, -1)) : model === resolved,
    )?.targets;
  }
}
