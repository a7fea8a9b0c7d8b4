import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { AgentSettings } from '../../config/index.js';
import { AgentRegistry, type UnknownAgent } from './agent-registry.js';
import { ProfileRegistry } from './profile-registry.js';

/** What a caller's agent type stands for. */
export interface AgentType {
  readonly profile: string;
  readonly agent?: AgentSettings;
}

/** The types of agents a caller may name: streaming profiles and configured agents. */
@Injectable()
export class AgentTypes {
  constructor(
    @Inject(AgentRegistry) private readonly agents: AgentRegistry,
    @Inject(ProfileRegistry) private readonly profiles: ProfileRegistry,
  ) {}

  /** Throws `unknown_agent`, or what is said where it is named. */
  get(type: unknown, param = 'agent_type', otherwise: UnknownAgent = 'unknown_agent'): AgentType {
    if (typeof type === 'string') {
      if (this.profiles.find(type) !== undefined) return { profile: type };
      const agent = this.agents.find(type);
      if (agent !== undefined) return { profile: agent.profile, agent };
    }
    throw new GatewayError(otherwise, `${param} names no streaming profile and no agent`, { param });
  }
}
