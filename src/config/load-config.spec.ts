import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { loadConfig, reloadRouting } from './load-config.js';
import { JWT_KEYS } from './testing/jwt-keys.js';

const SHIPPED = fileURLToPath(new URL('../../config', import.meta.url));

function copyOfShipped(): string {
  const configDir = mkdtempSync(join(tmpdir(), 'config-'));
  cpSync(SHIPPED, configDir, { recursive: true });
  return configDir;
}

const AGENTS = [
  'p8-research',
  'p8-analysis',
  'p8-sim',
  'product_manager',
  'business_analyst',
  'software_developer',
  'qa_engineer',
  'devops_engineer',
  'travel',
  'content',
];
const DEMO_AGENTS = ['mockAgent', 'agentName', 'agent1', 'agent2', 'masterAgent', 'sub1'];

describe(loadConfig.name, () => {
  it('means production unless told, with the shipped server addresses', () => {
    expect(loadConfig(JWT_KEYS)).toMatchObject({
      environment: 'production',
      project: { name: 'citadel-gateway', debug: false },
      logLevel: 'info',
      http: { host: '0.0.0.0', port: 8002 },
      database: {
        kind: 'postgres',
        poolMax: 10,
        poolMin: 5,
        acquireTimeoutMs: 1000,
        statementTimeoutMs: 2000,
      },
      redis: { kind: 'redis', url: 'redis://localhost:6379/0', connectTimeoutMs: 500, commandTimeoutMs: 100 },
      vectorDb: { kind: 'qdrant', host: 'localhost', port: 6333 },
      routing: { admit: 'configured', defaultModel: 'phi3', defaultBackend: 'ollama', standIn: undefined },
    });
  });

  it.each(['development', 'test'])('needs nothing installed for %s', (environment) => {
    expect(loadConfig({ CITADEL_ENV: environment })).toMatchObject({
      environment,
      http: { host: '127.0.0.1', port: 8002 },
      database: { kind: 'embedded', directory: './data/postgres' },
      redis: { kind: 'memory' },
      vectorDb: { kind: 'none' },
      routing: { admit: 'listed' },
    });
  });

  it('ships the models, profiles and agents that clients rely on', () => {
    const { routing } = loadConfig(JWT_KEYS);
    expect(routing.aliases).toEqual({
      phi3: 'phi3:latest',
      openchat: 'openchat:latest',
      mixtral: 'mixtral:latest',
      'nous-hermes2-mixtral': 'nous-hermes2-mixtral:latest',
      'nomic-embed-text': 'nomic-embed-text:latest',
      'mixtral-8x7b': 'mixtral:latest',
      'gpt-4': 'phi3:latest',
      phi4: 'phi4',
    });
    expect(routing.validModels).toEqual([
      'phi3',
      'openchat',
      'mixtral',
      'nous-hermes2-mixtral',
      'nomic-embed-text',
    ]);
    expect(Object.keys(routing.profiles)).toEqual(['voice', 'copilot', 'gui', 'generic', 'smooth']);
    expect(routing.agents.map((agent) => agent.key)).toEqual(AGENTS);
    const demo = loadConfig({ CITADEL_ENV: 'test' }).routing.agents.slice(AGENTS.length);
    expect(demo.map((agent) => agent.key)).toEqual(DEMO_AGENTS);
    for (const agent of demo) expect(agent).toMatchObject({ backend: 'simulator', model: 'p8-sim' });
    expect(routing.agents.find((agent) => agent.key === 'p8-sim')).toMatchObject({
      backend: 'simulator',
      model: 'p8-sim',
    });
    expect(demo[0]!.methods).toHaveProperty('method2');
    expect(routing.workflows.map(({ name }) => name)).toEqual([
      'research-then-write',
      'second-opinions',
      'plan-a-feature',
    ]);
  });

  it('goes on without workflows', () => {
    const configDir = copyOfShipped();
    rmSync(join(configDir, 'workflows.yaml'));
    expect(loadConfig({ CITADEL_ENV: 'test' }, { configDir }).routing.workflows).toEqual([]);
  });

  it('keeps the state in CITADEL_DATA_DIR', () => {
    const config = loadConfig({ CITADEL_ENV: 'test', CITADEL_DATA_DIR: '/var/lib/citadel/' });
    expect(config).toMatchObject({
      dataDir: '/var/lib/citadel',
      database: { directory: '/var/lib/citadel/postgres' },
    });
  });

  it('lets the file of the environment outrank the file of the service', () => {
    const configDir = copyOfShipped();
    writeFileSync(
      join(configDir, 'environments/test.yaml'),
      'valid_models: [a]\nmodel_aliases: { phi3: other }\n',
    );
    const { routing } = loadConfig({ CITADEL_ENV: 'test' }, { configDir });
    expect(routing.validModels).toEqual(['a']);
    expect(routing.aliases).toMatchObject({ phi3: 'other', mixtral: 'mixtral:latest' });
  });

  it('reads secrets from the folder beside the settings', () => {
    const configDir = copyOfShipped();
    writeFileSync(join(configDir, 'secrets/DATABASE_PASSWORD'), 'kM2-9vQe7\n');
    expect(loadConfig(JWT_KEYS, { configDir }).database).toMatchObject({
      url: 'postgresql://citadel:kM2-9vQe7@localhost:5432/citadel_gateway',
    });
  });

  it.each(['environments/test.yaml', 'services/api-gateway/routing.yaml', 'agents.yaml'])(
    'refuses to go on without %s',
    (path) => {
      const configDir = copyOfShipped();
      rmSync(join(configDir, path));
      expect(() => loadConfig({ CITADEL_ENV: 'test' }, { configDir })).toThrow(
        new ConfigError(`config/${path} cannot be read (ENOENT)`),
      );
    },
  );

  it.each(['/nowhere/at/all', join(import.meta.dirname, 'load-config.ts')])(
    'says which setting names %s, where no settings are',
    (CITADEL_CONFIG_DIR) => {
      expect(() => loadConfig({ CITADEL_ENV: 'test', CITADEL_CONFIG_DIR })).toThrow(
        new ConfigError(`CITADEL_CONFIG_DIR: ${CITADEL_CONFIG_DIR} is not a directory`),
      );
    },
  );

  it('tells of a variable whose name has a slip in it', () => {
    expect(loadConfig({ CITADEL_ENV: 'test', AUTH_REQURE_ALL: 'on' }).choices).toContain(
      'settings: AUTH_REQURE_ALL is none; AUTH_REQUIRE_ALL is',
    );
  });

  it('says in which file and line YAML is broken', () => {
    const configDir = copyOfShipped();
    writeFileSync(join(configDir, 'agents.yaml'), 'agents:\n  - key: [a\n');
    expect(() => loadConfig({ CITADEL_ENV: 'test' }, { configDir })).toThrow(
      /^config\/agents\.yaml, line \d+: /,
    );
  });
});

describe(reloadRouting.name, () => {
  it('reads models, backends, agents and workflows anew', () => {
    const configDir = copyOfShipped();
    expect(reloadRouting({ CITADEL_ENV: 'production', ...JWT_KEYS }, { configDir }).agents).toHaveLength(
      AGENTS.length,
    );
    writeFileSync(join(configDir, 'agents.yaml'), 'agents: [{ key: only }]\n');
    expect(reloadRouting({ CITADEL_ENV: 'production', ...JWT_KEYS }, { configDir }).agents).toHaveLength(1);
    writeFileSync(join(configDir, 'workflows.yaml'), 'workflows: []\nworkflow: x\n');
    expect(() => reloadRouting({ CITADEL_ENV: 'test' }, { configDir })).toThrow(
      'config/workflows.yaml: workflow is not a known key',
    );
  });

  it.each([
    ['services/api-gateway/routing.yaml', ''],
    ['services/api-gateway/routing.yaml', '# routes\n\n---\n'],
    ['environments/test.yaml', ''],
    ['agents.yaml', '\n'],
    ['workflows.yaml', ''],
  ])('refuses %s while it is being written: case %#', (file, source) => {
    const configDir = copyOfShipped();
    writeFileSync(join(configDir, file), source);
    expect(() => reloadRouting({ CITADEL_ENV: 'test' }, { configDir })).toThrow(
      new ConfigError(`config/${file} is empty`),
    );
  });

  it('takes a file that says that it holds nothing', () => {
    const configDir = copyOfShipped();
    writeFileSync(join(configDir, 'workflows.yaml'), '{}\n');
    expect(() => reloadRouting({ CITADEL_ENV: 'test' }, { configDir })).not.toThrow();
  });

  it('leaves it to the start to take an empty file of routing', () => {
    const configDir = copyOfShipped();
    writeFileSync(join(configDir, 'services/api-gateway/routing.yaml'), '');
    expect(() => loadConfig({ CITADEL_ENV: 'test' }, { configDir })).not.toThrow();
  });
});
