import { describe, expect, it } from 'vitest';
import { ConfigError, type AgentSettings, type AppConfig, type RoutingConfig } from '../../config/index.js';
import { RoutingTable } from '../models/index.js';
import { AgentRegistry } from './agent-registry.js';
import { ProfileRegistry } from './profile-registry.js';
import { GuiProfile } from './profiles/gui.profile.js';

const routingOf = (...agents: Partial<AgentSettings>[]) =>
  ({ agents, profiles: {} }) as unknown as RoutingConfig;
const tableOf = (...agents: Partial<AgentSettings>[]) =>
  new RoutingTable({ routing: routingOf(...agents) } as AppConfig);

function registry(...agents: Partial<AgentSettings>[]): AgentRegistry {
  const routing = tableOf(...agents);
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

  it('keeps the settings it has when those read anew name a profile that does not exist', () => {
    const routing = tableOf({ key: 'a', profile: 'gui' });
    new AgentRegistry(routing, new ProfileRegistry([new GuiProfile()], routing)).onModuleInit();
    expect(() => routing.replace(routingOf({ key: 'a', profile: 'guy' }))).toThrow(ConfigError);
    expect(routing.current.agents).toEqual([{ key: 'a', profile: 'gui' }]);
  });
});
