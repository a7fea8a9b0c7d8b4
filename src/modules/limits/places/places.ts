import { Inject, Injectable } from '@nestjs/common';
import { RoutingTable } from '../../models/index.js';
import { Endpoints } from './endpoints.js';

/** What of a limit's subjects is named by the gateway itself. */
export type PlaceKind = 'endpoint' | 'agent';

/** Endpoints and agents as they are now: agents may change with the configuration. */
@Injectable()
export class Places {
  constructor(
    @Inject(Endpoints) private readonly endpoints: Endpoints,
    @Inject(RoutingTable) private readonly routing: RoutingTable,
  ) {}

  has(kind: PlaceKind, name: string): boolean {
    if (kind === 'endpoint') return this.endpoints.has(name);
    return this.routing.current.agents.some(({ key }) => key === name);
  }
}
