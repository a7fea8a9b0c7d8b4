import { describe, expect, it } from 'vitest';
import type { Environment } from './app-config.js';
import { createSources } from './testing/create-sources.js';
import { toRoutingConfig } from './to-routing-config.js';

const agentsOf = (yaml: string, environment?: Environment) =>
  toRoutingConfig(createSources({ yaml, environment })).config.agents;

describe('agents', () => {
  it('have every setting that YAML gives, and no empty ones', () => {
    const yaml = `
agents:
  - key: coder
    description: Writes code.
    persona: You write code.
    profile: copilot
    model: phi4
    backend: ollama
    options: { num_ctx: 4096, keep_alive: -1, temperature: 0, max_tokens: 100 }
    methods: { review: Say what is wrong with it. }
  - key: plain
`;
    expect(agentsOf(yaml)).toStrictEqual([
      {
        key: 'coder',
        description: 'Writes code.',
        persona: 'You write code.',
        profile: 'copilot',
        model: 'phi4',
        backend: 'ollama',
        options: { numCtx: 4096, keepAlive: -1, temperature: 0, maxTokens: 100 },
        methods: { review: 'Say what is wrong with it.' },
      },
      { key: 'plain', description: '', profile: 'generic', options: {} },
    ]);
  });

  it('of a demonstration are there outside production only, and are checked in production too', () => {
    const yaml = 'models_admit: any\nagents: [{ key: mock, demo: true }, { key: real }]';
    const keysIn = (environment: Environment) => agentsOf(yaml, environment).map(({ key }) => key);
    expect(keysIn('development')).toEqual(['mock', 'real']);
    expect(keysIn('test')).toEqual(['mock', 'real']);
    expect(keysIn('production')).toEqual(['real']);
    expect(() => agentsOf('models_admit: any\nagents: [{ key: stats, demo: true }]', 'production')).toThrow(
      /reserved/,
    );
  });

  it.each([
    ['agents: [{ key: a }, { key: a }]', 'agents[1].key: there is an agent a already'],
    ['agents: [{ key: stats }]', 'agents[0].key: stats is reserved'],
    ['agents: [{ key: a/b }]', 'agents[0].key must be a name of letters'],
    ['agents: [{ description: x }]', 'agents[0].key is missing'],
    ['agents: [{ key: a, backend: gpu }]', 'agents[0].backend names the unknown backend gpu'],
    [
      'agents: [{ key: a, options: { keep_alive: long } }]',
      'agents[0].options.keep_alive must be a duration such as',
    ],
    [
      'agents: [{ key: a, options: { temperature: 3 } }]',
      'agents[0].options.temperature must be a number from 0 to 2',
    ],
    [
      'agents: [{ key: a, methods: { b c: x } }]',
      'agents[0].methods.b c: its name must be a name of letters',
    ],
    ['agents: [{ key: a, methods: { b: } }]', 'agents[0].methods.b is missing'],
  ])('refuse %j', (yaml, message) => {
    expect(() => agentsOf(yaml)).toThrow(`example.yaml: ${message}`);
  });
});
