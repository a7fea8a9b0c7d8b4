import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSources } from './testing/create-sources.js';
import { DEMO_CLIENT, toOAuthConfig } from './to-oauth-config.js';

const read = (oauthClientsYaml: string, env = {}) => toOAuthConfig(createSources({ oauthClientsYaml, env }));

describe(toOAuthConfig, () => {
  it('keeps tokens short, logins for a day of work, and strangers from registering clients', () => {
    expect(toOAuthConfig(createSources())).toEqual({
      accessTokenTtlS: 900,
      refreshTokenTtlS: 2_592_000,
      sessionTtlS: 28_800,
      registration: false,
      demo: false,
      clients: [],
    });
  });

  it('has a demo client in development only', () => {
    expect(toOAuthConfig(createSources({ environment: 'development' }))).toMatchObject({
      demo: true,
      clients: [DEMO_CLIENT],
    });
  });

  it('reads clients, and keeps the hash of a secret', () => {
    const yaml = 'clients: [{ id: web, redirect_uris: ["https://x.org/cb"], secret_env: WEB }]';
    expect(read(yaml, { WEB: 'the secret' }).clients).toEqual([
      {
        id: 'web',
        name: 'web',
        tenant: 'default',
        role: 'user',
        secretHash: createHash('sha256').update('the secret').digest('base64url'),
        redirectUris: ['https://x.org/cb'],
        grants: ['authorization_code', 'refresh_token'],
        scopes: ['openid', 'profile', 'email', 'offline_access', 'read', 'write'],
      },
    ]);
  });

  it.each([
    ['clients: [{ id: a }]', 'redirect_uris is missing'],
    ['clients: [{ id: a, grants: [client_credentials] }]', 'secret_env is missing'],
    ['clients: [{ id: a, grants: [device_code], secret_env: NOT_SET }]', 'names NOT_SET, which is not set'],
    ['clients: [{ id: a, redirect_uris: ["http://x.org/cb"] }]', 'redirect_uris must be'],
    ['clients: [{ id: a, grants: [implicit] }]', 'grants must be'],
    ['clients: [{ id: a, grants: [device_code] }, { id: a, grants: [device_code] }]', 'declared twice'],
  ])('refuses %s', (yaml, message) => {
    expect(() => read(yaml)).toThrow(message);
  });
});
