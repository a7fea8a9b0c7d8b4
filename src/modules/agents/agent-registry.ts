import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { ConfigError, type AgentSettings } from '../../config/index.js';
import { RoutingTable } from '../models/index.js';
import { ProfileRegistry } from './profile-registry.js';

/** A path to an agent that is not there leads nowhere; a field with its name says something wrong. */
export type UnknownAgent = 'unknown_agent' | 'agent_not_found';

/** Agents by their key, as the configuration names them. */
@Injectable()
export class AgentRegistry implements OnModuleInit {
  constructor(
    @Inject(RoutingTable) private readonly routing: RoutingTable,
    @Inject(ProfileRegistry) private readonly profiles: ProfileRegistry,
  ) {}

  /** Refuses settings with an agent whose profile does not exist, now and when they are read anew. */
  onModuleInit(): void {
    this.routing.demand(({ agents }) => {
      for (const { key, profile } of agents) {
        if (this.profiles.find(profile) === undefined) {
          throw new ConfigError(`agents.yaml: agent ${key} names the unknown profile ${profile}`);
        }
      }
    });
  }

  find(key: string): AgentSettings | undefined {
    return this.routing.current.agents.find((agent) => agent.key === key);
  }

  /** Throws `unknown_agent`, or what is said where it is named. */
  get(key: string, param: string, otherwise: UnknownAgent = 'unknown_agent'): AgentSettings {
    const agent = this.find(key);
    if (agent === undefined) throw new GatewayError(otherwise, `No agent '${key.slice(0, 100)}'.`, { param });
    return agent;
  }
}
