import { describe, expect, it } from 'vitest';
import type { Environment } from './app-config.js';
import { ConfigError } from './config-error.js';
import type { ProcessEnv } from './env.js';
import { createSources } from './testing/create-sources.js';
import { toHttpConfig } from './to-http-config.js';

const fromEnv = (env: ProcessEnv) => toHttpConfig(createSources({ env })).config;

describe(toHttpConfig.name, () => {
  it('prefers P8FS_API_HOST and P8FS_API_PORT, then HOST and PORT, then YAML, then the default', () => {
    const yaml = 'service: { host: 10.0.0.1, port: 1001 }';
    const pick = (env: ProcessEnv, source = yaml) => {
      const { host, port } = toHttpConfig(createSources({ env, yaml: source })).config;
      return [host, port];
    };
    expect(
      pick({ P8FS_API_HOST: '10.0.0.3', HOST: '10.0.0.2', P8FS_API_PORT: '1003', PORT: '1002' }),
    ).toEqual(['10.0.0.3', 1003]);
    expect(pick({ HOST: '10.0.0.2', PORT: '1002' })).toEqual(['10.0.0.2', 1002]);
    expect(pick({})).toEqual(['10.0.0.1', 1001]);
    expect(pick({}, '')).toEqual(['127.0.0.1', 8002]);
  });

  it('listens everywhere in production, and lets no web page call', () => {
    const { config } = toHttpConfig(createSources({ environment: 'production' }));
    expect(config).toMatchObject({ host: '0.0.0.0', corsOrigins: [] });
  });

  it('lets pages of localhost call in development', () => {
    const { config } = toHttpConfig(createSources({ environment: 'development' }));
    expect(config.corsOrigins).toContain('http://localhost:*');
    expect(
      toHttpConfig(createSources({ environment: 'development', env: { P8FS_CORS_ORIGINS: '[]' } })).config
        .corsOrigins,
    ).toEqual([]);
  });

  it('knows the names of its own pages, and in production every name unless some are told', () => {
    const decide = (environment: Environment, env: ProcessEnv) =>
      toHttpConfig(createSources({ environment, env })).config.allowedHosts;
    const P8FS_CORS_ORIGINS = 'https://chat.example.org:8443,http://10.0.0.1:*';
    expect(decide('development', { P8FS_CORS_ORIGINS })).toEqual(['chat.example.org', '10.0.0.1']);
    expect(decide('development', { P8FS_CORS_ORIGINS: '*' })).toEqual(['*']);
    expect(decide('production', { P8FS_CORS_ORIGINS })).toEqual(['*']);
    expect(decide('production', { P8FS_CORS_ORIGINS, ALLOWED_HOSTS: 'ai.example.org' })).toEqual([
      'ai.example.org',
      'chat.example.org',
      '10.0.0.1',
    ]);
    expect(decide('production', { ALLOWED_HOSTS: '[]' })).toEqual([]);
    expect(decide('test', { ALLOWED_HOSTS: '*' })).toEqual(['*']);
    expect(() => decide('test', { ALLOWED_HOSTS: 'ai.example.org:443' })).toThrow('ALLOWED_HOSTS must be');
  });

  it('trusts the loopback only, unless told', () => {
    expect(fromEnv({}).trustedNetworks).toEqual(['127.0.0.0/8', '::1/128']);
    expect(fromEnv({ TRUSTED_NETWORKS: '192.168.10.0/24,::1' }).trustedNetworks).toEqual([
      '192.168.10.0/24',
      '::1/128',
    ]);
    expect(fromEnv({ TRUSTED_NETWORKS: '[]' }).trustedNetworks).toEqual([]);
  });

  it('trusts no network of the internet in production, unless told to', () => {
    const inProduction = (ranges: string, more: ProcessEnv = {}) =>
      toHttpConfig(createSources({ environment: 'production', env: { TRUSTED_NETWORKS: ranges, ...more } }))
        .config.trustedNetworks;
    for (const range of [
      '0.0.0.0/0',
      '::/0',
      '203.0.113.7',
      '10.0.0.0/7',
      '172.16.0.0/11',
      'fc00::/6',
      '2001:db8::/32',
    ])
      expect(() => inProduction(`127.0.0.0/8,${range}`)).toThrow(/TRUSTED_NETWORKS contains .* not private/);
    const own = [
      '10.1.0.0/16',
      '172.16.0.0/12',
      '192.168.10.0/24',
      '100.64.0.0/10',
      '169.254.0.1/32',
      'fd00::/8',
      'fe80::/10',
      '::1/128',
    ];
    expect(inProduction(own.join())).toEqual(own);
    expect(inProduction('0.0.0.0/0', { ALLOW_PUBLIC_TRUST: 'true' })).toEqual(['0.0.0.0/0']);
    expect(fromEnv({ TRUSTED_NETWORKS: '0.0.0.0/0' }).trustedNetworks).toEqual(['0.0.0.0/0']);
  });

  it('gives chat routes room for images, unless a limit is set', () => {
    expect(fromEnv({})).toMatchObject({ maxBodyBytes: 4_194_304, maxChatBodyBytes: 20_971_520 });
    expect(fromEnv({ MAX_BODY_BYTES: '1000' })).toMatchObject({ maxBodyBytes: 1000, maxChatBodyBytes: 1000 });
  });

  it('counts in milliseconds inside', () => {
    expect(fromEnv({})).toMatchObject({ requestTimeoutMs: undefined, drainTimeoutMs: 30_000 });
    expect(fromEnv({ P8FS_REQUEST_TIMEOUT: '2.5', DRAIN_TIMEOUT_S: '0' })).toMatchObject({
      requestTimeoutMs: 2500,
      drainTimeoutMs: 0,
    });
  });

  it('refuses the main port among the further ports', () => {
    expect(() => fromEnv({ EXTRA_PORTS: '8000,8002' })).toThrow(ConfigError);
    expect(fromEnv({ EXTRA_PORTS: '8000,8002', PORT: '9000' }).extraPorts).toEqual([8000, 8002]);
  });

  it('checks YAML that the environment outranks', () => {
    const sources = createSources({ env: { PORT: '9000' }, yaml: 'service: { port: many }' });
    expect(() => toHttpConfig(sources)).toThrow('example.yaml: service.port must be a port from 0 to 65535');
  });

  it('says where it listens and whom it trusts', () => {
    expect(toHttpConfig(createSources({ env: { HOST: '::1', EXTRA_PORTS: '8000' } })).choice).toBe(
      'http: [::1]:8002, also on 8000; no credential needed from 127.0.0.0/8, ::1/128',
    );
    expect(toHttpConfig(createSources({ env: { AUTH_REQUIRE_ALL: 'true' } })).choice).toContain(
      'every caller needs a credential',
    );
  });
});
