import { Inject, Injectable } from '@nestjs/common';
import { AppConfig, isNamedBy, resolveAlias, type RoutingConfig } from '../../config/index.js';

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
}
