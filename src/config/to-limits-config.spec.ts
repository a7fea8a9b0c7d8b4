import { describe, expect, it } from 'vitest';
import { createSources } from './testing/create-sources.js';
import { toAppConfig } from './to-app-config.js';
import { toLimitsConfig } from './to-limits-config.js';

describe(toLimitsConfig.name, () => {
  it('has a default for everything', () => {
    expect(toLimitsConfig(createSources())).toEqual({
      rate: {
        enabled: true,
        perMinute: { anonymous: 100, user: 100, premium: 300, admin: 1000 },
        devicePerMinute: undefined,
        endpoints: new Map(),
        agents: new Map(),
      },
      generations: {
        perUser: 200,
        perTenant: undefined,
        perDevice: undefined,
        endpoints: new Map(),
        agents: new Map(),
      },
      budgets: [],
      leaseMs: 15_000,
      replicas: 1,
    });
  });

  it('prefers the environment to YAML', () => {
    const yaml = `
limits:
  rate_limit_per_minute: 1
  rate_limit_premium_per_minute: 2
  rate_limit_admin_per_minute: 3
  rate_limit_device_per_minute: 4
  generations_per_user: 5
  generations_per_tenant: 6
  generations_per_device: 9
  lease: 7
  replicas: 8
`;
    expect(toLimitsConfig(createSources({ yaml }))).toMatchObject({
      rate: { perMinute: { user: 1, premium: 2, admin: 3 }, devicePerMinute: 4 },
      generations: { perUser: 5, perTenant: 6, perDevice: 9 },
      leaseMs: 7_000,
      replicas: 8,
    });
    const env = {
      RATE_LIMIT_PER_MINUTE: '11',
      RATE_LIMIT_PREMIUM_PER_MINUTE: '12',
      RATE_LIMIT_ADMIN_PER_MINUTE: '13',
      RATE_LIMIT_DEVICE_PER_MINUTE: '14',
      GENERATIONS_PER_USER: '15',
      GENERATIONS_PER_TENANT: '16',
      GENERATIONS_PER_DEVICE: '19',
      LIMIT_LEASE_S: '0.5',
      REPLICAS: '18',
    };
    expect(toLimitsConfig(createSources({ yaml, env }))).toMatchObject({
      rate: { perMinute: { user: 11, premium: 12, admin: 13 }, devicePerMinute: 14 },
      generations: { perUser: 15, perTenant: 16, perDevice: 19 },
      leaseMs: 500,
      replicas: 18,
    });
  });

  it('reads limits of endpoints and agents, and budgets', () => {
    const yaml = `
limits:
  endpoints: [{ route: POST /api/v1/embeddings, per_minute: 600 }]
  agents: [{ agent: qa_engineer, per_minute: 20 }]
  budgets:
    - { tenant: acme, tokens: 1000 }
    - { user: ada, tenant: acme, period: day, dollars: 0.5 }
    - { role: user, period: total, tokens: 5, dollars: 1 }
    - { device: '*', period: day, tokens: 6 }
    - { agent: writer, tenant: acme, tokens: 7 }
    - { endpoint: POST /v1/chat/completions, tokens: 8 }
    - { endpoint: '*', tokens: 9 }
`;
    const { rate, budgets } = toAppConfig(createSources({ yaml })).limits;
    expect(rate.endpoints).toEqual(new Map([['POST /api/v1/embeddings', 600]]));
    expect(rate.agents).toEqual(new Map([['qa_engineer', 20]]));
    expect(budgets).toEqual([
      {
        scope: 'tenant',
        subject: 'acme',
        tenant: undefined,
        period: 'month',
        tokens: 1000,
        dollars: undefined,
      },
      { scope: 'user', subject: 'ada', tenant: 'acme', period: 'day', tokens: undefined, dollars: 0.5 },
      { scope: 'role', subject: 'user', tenant: undefined, period: 'total', tokens: 5, dollars: 1 },
      { scope: 'device', subject: '*', tenant: undefined, period: 'day', tokens: 6, dollars: undefined },
      { scope: 'agent', subject: 'writer', tenant: 'acme', period: 'month', tokens: 7, dollars: undefined },
      expect.objectContaining({ scope: 'endpoint', subject: 'POST /v1/chat/completions', tokens: 8 }),
      expect.objectContaining({ scope: 'endpoint', subject: '*', tokens: 9 }),
    ]);
  });

  it('reads how many generations run at an endpoint and of an agent, with or without a limit of requests', () => {
    const yaml = `
limits:
  endpoints:
    - { route: POST /v1/chat/completions, generations: 3 }
    - { route: GET /ws/ai/stream, per_minute: 4, generations: 5 }
  agents: [{ agent: qa_engineer, generations: 2 }, { agent: writer, per_minute: 6 }]
`;
    const { rate, generations } = toAppConfig(createSources({ yaml })).limits;
    expect(rate.endpoints).toEqual(new Map([['GET /ws/ai/stream', 4]]));
    expect(rate.agents).toEqual(new Map([['writer', 6]]));
    expect(generations.endpoints).toEqual(
      new Map([
        ['POST /v1/chat/completions', 3],
        ['GET /ws/ai/stream', 5],
      ]),
    );
    expect(generations.agents).toEqual(new Map([['qa_engineer', 2]]));
  });

  it.each([
    ['limits: { agents: [{ agent: writer }] }', /limits\.agents\[0\]\.per_minute or generations is missing/],
    ['limits: { endpoints: [{ route: GET /a }] }', /limits\.endpoints\[0\]\.per_minute or generations/],
    ['limits: { agents: [{ agent: writer, generations: 0 }] }', /whole number/],
    [
      'limits: { budgets: [{ tokens: 5 }] }',
      /tenant or user, key, role, device, agent or endpoint is missing/,
    ],
    ['limits: { budgets: [{ tenant: acme }] }', /tokens or dollars is missing/],
    ['limits: { budgets: [{ tenant: acme, tokens: -1 }] }', /whole number/],
    ['limits: { budgets: [{ role: king, tokens: 1 }] }', /one of/],
    ['limits: { budgets: [{ endpoint: /v1/chat, tokens: 1 }] }', /a method and a route template/],
    ['limits: { budgets: [{ tenant: acme, tokens: 1, token: 1 }] }', /not a known key/],
    ['limits: { endpoints: [{ route: /api, per_minute: 5 }] }', /a method and a route template/],
    [
      'limits: { budgets: [{ endpoint: "POST /v1/agents/{key}/completions", tokens: 1 }] }',
      /a method and a route template/,
    ],
    [
      'limits: { endpoints: [{ route: GET /a, per_minute: 5 }, { route: GET /a, generations: 2 }] }',
      /limits\.endpoints\[1\]\.route names GET \/a for the second time/,
    ],
    [
      'limits: { agents: [{ agent: writer, per_minute: 5 }, { agent: writer, per_minute: 6 }] }',
      /limits\.agents\[1\]\.agent names writer for the second time/,
    ],
    ['limits: { rate_limit_per_minute: 0 }', /whole number/],
  ])('refuses %s', (yaml, message) => {
    expect(() => toAppConfig(createSources({ yaml }))).toThrow(message);
  });

  it('reads prices, and refuses what it does not know', () => {
    const pricesYaml = 'prices: [{ model: gpt-4o*, backend: openai, input: 2.5, output: 10 }]';
    expect(toAppConfig(createSources({ pricesYaml })).prices).toEqual([
      { model: 'gpt-4o*', backend: 'openai', input: 2.5, output: 10 },
    ]);
    expect(() =>
      toAppConfig(createSources({ pricesYaml: 'prices: [{ model: a, input: 1, output: 1, cached: 1 }]' })),
    ).toThrow(/not a known key/);
    expect(() => toAppConfig(createSources({ pricesYaml: 'price: []' }))).toThrow(/not a known key/);
  });
});
