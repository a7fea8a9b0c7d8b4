import { Inject, Injectable } from '@nestjs/common';
import { AppConfig, isNamedBy, resolveAlias, type RoutingConfig } from '../../config/index.js';

/** Present in every configuration, also where nobody has one. */
const OLLAMA = 'ollama';

/** The routing settings in force. A reload replaces them as a whole. */
@Injectable()
export class RoutingTable {
  private routing: RoutingConfig;
  private readonly checks: ((routing: RoutingConfig) => void)[] = [];

  constructor(@Inject(AppConfig) config: AppConfig) {
    this.routing = config.routing;
  }

  get current(): RoutingConfig {
    return this.routing;
  }

  /** Adds what a feature demands of the settings it uses. Throws when those in force do not meet it. */
  demand(check: (routing: RoutingConfig) => void): void {
    check(this.routing);
    this.checks.push(check);
  }

  /** Throws, and leaves all as it was, when the settings do not meet every demand. */
  replace(routing: RoutingConfig): void {
    for (const check of this.checks) check(routing);
    this.routing = routing;
  }

  /** The name behind an alias, or the name itself. */
  resolve(model: string): string {
    return resolveAlias(this.routing, model);
  }

  /** Backends for a resolved name as the routes say, or undefined when none mentions it. */
  targetsFor(resolved: string): readonly { backend: string; model?: string }[] | undefined {
    return this.routing.routes.find(({ model }) => isNamedBy(model, resolved))?.targets;
  }

  /** Whether it is there although nobody asked for it: no request is sent there by its name. */
  isUnasked(backend: string): boolean {
    const { defaultBackend, routes, agents } = this.routing;
    return (
      backend === OLLAMA &&
      defaultBackend !== backend &&
      !routes.some(({ targets }) => targets.some((target) => target.backend === backend)) &&
      !agents.some((agent) => agent.backend === backend)
    );
  }
}
