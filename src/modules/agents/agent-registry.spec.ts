import { describe, expect, it } from 'vitest';
import { ConfigError, type AgentSettings } from '../../config/index.js';
import type { RoutingTable } from '../models/index.js';
import { AgentRegistry } from './agent-registry.js';
import { ProfileRegistry } from './profile-registry.js';
import { GuiProfile } from './profiles/gui.profile.js';

function registry(...agents: Partial<AgentSettings>[]): AgentRegistry {
  const routing = { current: { agents, profiles: {} } } as unknown as RoutingTable;
  return new AgentRegistry(routing, new ProfileRegistry([new GuiProfile()], routing));
}

describe(AgentRegistry.name, () => {
  it('finds an agent by its key', () => {
    const agents = registry({ key: 'a', profile: 'gui' }, { key: 'b', profile: 'gui' });
    expect(agents.get('b', 'agent_key')).toEqual({ key: 'b', profile: 'gui' });
    expect(agents.find('c')).toBeUndefined();
  });

  it('refuses an unknown key with the name of the parameter, and repeats no more than its beginning', () => {
    const key = 'x'.repeat(5000);
    const refusal = expect.objectContaining({
      code: 'unknown_agent',
      param: 'X-P8-Agent',
      message: `No agent '${'x'.repeat(100)}'.`,
    }) as Error;
    expect(() => registry().get(key, 'X-P8-Agent')).toThrow(refusal);
  });

  it('lets the application start only when every profile named by an agent exists', () => {
    expect(() => registry({ key: 'a', profile: 'gui' }).onModuleInit()).not.toThrow();
    expect(() => registry({ key: 'a', profile: 'guy' }).onModuleInit()).toThrow(ConfigError);
  });
});
