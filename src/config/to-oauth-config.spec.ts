import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSources } from './testing/create-sources.js';
import { DEMO_CLIENT, toOAuthConfig } from './to-oauth-config.js';

const AUDIENCE = 'citadel-gateway';

const read = (oauthClientsYaml: string, env = {}) =>
  toOAuthConfig(createSources({ oauthClientsYaml, env }), AUDIENCE);

describe(toOAuthConfig, () => {
  it('keeps tokens short, logins for a day of work, and strangers from registering clients', () => {
    expect(toOAuthConfig(createSources(), AUDIENCE)).toEqual({
      accessTokenTtlS: 900,
      refreshTokenTtlS: 2_592_000,
      sessionTtlS: 28_800,
      registration: false,
      demo: false,
      clients: [],
    });
  });

  it('has a demo client in development only', () => {
    expect(toOAuthConfig(createSources({ environment: 'development' }), AUDIENCE)).toMatchObject({
      demo: true,
      clients: [DEMO_CLIENT],
    });
  });

  it('refuses a client whose ID tokens would look like access tokens', () => {
    const yaml = `clients: [{ id: ${AUDIENCE}, redirect_uris: ["https://x.org/cb"] }]`;
    expect(() => read(yaml)).toThrow('AUTH_AUDIENCE');
  });

  it('reads clients, and keeps the hash of a secret', () => {
    const yaml = 'clients: [{ id: web, redirect_uris: ["https://x.org/cb"], secret_env: WEB }]';
    expect(read(yaml, { WEB: 'sixteen letters!' }).clients).toEqual([
      {
        id: 'web',
        name: 'web',
        tenant: 'default',
        role: 'user',
        secretHash: createHash('sha256').update('sixteen letters!').digest('base64url'),
        redirectUris: ['https://x.org/cb'],
        grants: ['authorization_code', 'refresh_token'],
        scopes: ['openid', 'profile', 'email', 'offline_access', 'read', 'write'],
      },
    ]);
  });

  it('refuses a secret that could be guessed, and names where it stands', () => {
    const yaml = 'clients: [{ id: web, grants: [client_credentials], secret_env: WEB }]';
    const refused = () => read(yaml, { WEB: 'fifteen letters' });
    expect(refused).toThrow('secret_env names WEB, whose value has fewer than 16 characters');
    expect(refused).not.toThrow(/fifteen/);
  });

  it.each([
    ['clients: [{ id: a }]', 'redirect_uris is missing'],
    ['clients: [{ id: a, grants: [client_credentials] }]', 'secret_env is missing'],
    ['clients: [{ id: a, grants: [device_code], secret_env: NOT_SET }]', 'names NOT_SET, which is not set'],
    ['clients: [{ id: a, redirect_uris: ["http://x.org/cb"] }]', 'redirect_uris must be'],
    ['clients: [{ id: a, grants: [implicit] }]', 'grants must be'],
    ['clients: [{ id: a, grants: [] }]', 'grants is empty'],
    ['clients: [{ id: a, grants: [device_code], scopes: [] }]', 'scopes is empty'],
    ['clients: [{ id: a, grants: [device_code] }, { id: a, grants: [device_code] }]', 'declared twice'],
  ])('refuses %s', (yaml, message) => {
    expect(() => read(yaml)).toThrow(message);
  });
});
