import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';

const load = (env: Record<string, string> = {}) => loadConfig({ CITADEL_ENV: 'test', PORT: '8002', ...env });
const agentOf = (key: string, env?: Record<string, string>) =>
  load(env).routing.agents.find((agent) => agent.key === key);
const instancesOf = (env?: Record<string, string>) =>
  load(env)
    .routing.backends.filter(({ kind }) => kind === 'agent-instance')
    .map(({ name, url }) => `${name} ${url}`);
const saidOf = (env: Record<string, string>) =>
  load(env).choices.filter((line) => line.startsWith('agents:'));

const PM = 'PRODUCT_MANAGER_PHI4_URL';
const PM_URL = 'http://product-manager-phi4:8001';

describe('instances of agents', () => {
  it('are not there unless somebody says where', () => {
    expect([instancesOf(), saidOf({})]).toEqual([[], []]);
    expect(agentOf('product_manager')).not.toHaveProperty('instance');
  });

  it('serve their own agent, and no other', () => {
    expect(instancesOf({ [PM]: PM_URL })).toEqual([`product_manager_phi4 ${PM_URL}`]);
    expect(agentOf('product_manager', { [PM]: PM_URL })).toMatchObject({
      instance: { backend: 'product_manager_phi4', model: 'phi4' },
    });
    expect(agentOf('qa_engineer', { [PM]: PM_URL })).not.toHaveProperty('instance');
    expect(saidOf({ [PM]: PM_URL })).toEqual([`agents: product_manager at ${PM_URL} (${PM})`]);
  });

  it.each([
    ['business_analyst', 'BUSINESS_ANALYST_PHI4_URL'],
    ['software_developer', 'SOFTWARE_DEVELOPER_PHI4_URL'],
    ['qa_engineer', 'QA_ENGINEER_PHI4_URL'],
    ['devops_engineer', 'DEVOPS_ENGINEER_PHI4_URL'],
  ])('of %s are named by %s', (key, variable) => {
    expect(agentOf(key, { [variable]: 'http://somewhere:8001' })).toMatchObject({
      instance: { backend: `${key}_phi4` },
    });
  });

  it('may be one for all those five that have none of their own, and for no other agent', () => {
    const env = { [PM]: PM_URL, AI_SERVICE_URL: 'http://ai:9' };
    expect(instancesOf(env)).toEqual([
      `product_manager_phi4 ${PM_URL}`,
      'business_analyst_phi4 http://ai:9',
      'software_developer_phi4 http://ai:9',
      'qa_engineer_phi4 http://ai:9',
      'devops_engineer_phi4 http://ai:9',
    ]);
    expect(agentOf('travel', env)).not.toHaveProperty('instance');
  });

  it.each([
    'http://localhost:8002',
    'http://127.0.0.1:8002/',
    'http://[::1]:8080',
    `http://${hostname()}:8080`,
  ])('at %s are this gateway: the agent is served here', (url) => {
    const env = { [PM]: url, EXTRA_PORTS: '8080' };
    expect(instancesOf(env)).toEqual([]);
    expect(agentOf('product_manager', env)).not.toHaveProperty('instance');
    expect(saidOf(env)).toEqual([expect.stringContaining('product_manager is served here') as string]);
  });

  it('at another port of this machine are another service', () => {
    expect(instancesOf({ [PM]: 'http://localhost:8101' })).toHaveLength(1);
  });
});
