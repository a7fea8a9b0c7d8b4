import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { JOB_SECRET, OAUTH_KINDS, type OAuthGateway } from './oauth-support.js';

const KEYS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

describe('the settings of the authorization server', { timeout: 60_000 }, () => {
  let gateway: OAuthGateway | undefined;
  const open = async (env: Record<string, string>) => (gateway = await OAUTH_KINDS[0]!.open(env));
  afterEach(() => gateway?.close());

  it.each(['RS256', 'EdDSA'] as const)('sign with a key of %s', async (alg) => {
    const { privateKey, publicKey } = KEYS[alg]();
    const { url } = await open({
      P8FS_JWT_PRIVATE_KEY_PEM: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      P8FS_JWT_PUBLIC_KEY_PEM: String(publicKey.export({ type: 'spki', format: 'pem' })),
      OAUTH_ACCESS_TOKEN_TTL_S: '120',
    });
    const answer = await fetch(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'job',
        client_secret: JOB_SECRET,
      }),
    });
    const { access_token: token, expires_in: lifetime } = (await answer.json()) as {
      access_token: string;
      expires_in: number;
    };
    const keys = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: url,
      audience: 'citadel-gateway',
    });
    expect(protectedHeader).toMatchObject({ alg, typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: 'job', id: 'job', role: 'user', tenant: 'default', scope: 'read' });
    expect([lifetime, payload.exp! - payload.iat!]).toEqual([120, 120]);
  });

  it('let clients register themselves when they are told to, as users of the default tenant', async () => {
    const { url, dataSource } = await open({ OAUTH_REGISTRATION: 'on' });
    const register = async (metadata: object) => {
      const response = await fetch(`${url}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_name: 'Stranger', ...metadata }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    };
    const made = await register({
      redirect_uris: ['http://127.0.0.1/cb'],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      tenant: 'elsewhere',
      role: 'admin',
    });
    expect(made.status).toBe(201);
    expect(made.body).not.toHaveProperty('client_secret');
    expect(await dataSource.query('SELECT tenant, role, secret_hash FROM oauth_clients')).toEqual([
      { tenant: 'default', role: 'user', secret_hash: null },
    ]);
    const refused = await register({ redirect_uris: ['http://example.org/cb'] });
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_redirect_uri']);
    for (const wrong of [
      { redirect_uris: 'https://example.org/cb' },
      { client_name: 'x'.repeat(256) },
      { client_name: 'Reports\n\nYour administrator' },
      { client_name: 'strop\u202eeR' },
      { redirect_uris: Array.from({ length: 21 }, (_, index) => `https://example.org/${index}`) },
      { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    ]) {
      const { status } = await register({ redirect_uris: ['https://example.org/cb'], ...wrong });
      expect([Object.keys(wrong)[0], status]).toEqual([Object.keys(wrong)[0], 400]);
    }
  });

  it('let clients that register themselves say how they show their secret', async () => {
    const { url } = await open({ OAUTH_REGISTRATION: 'on' });
    for (const method of ['client_secret_basic', 'client_secret_post']) {
      const made = await fetch(`${url}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          redirect_uris: ['https://example.org/cb'],
          token_endpoint_auth_method: method,
        }),
      });
      const { client_id, client_secret } = (await made.json()) as Record<string, string>;
      expect([method, made.status]).toEqual([method, 201]);
      const revoke = (secret: string) =>
        fetch(`${url}/oauth/revoke`, {
          method: 'POST',
          body: new URLSearchParams({ client_id: client_id!, client_secret: secret, token: 'x' }),
        });
      expect((await revoke(client_secret!)).status).toBe(200);
      expect((await revoke('guessed')).status).toBe(401);
    }
  });

  it('ask no host that a stranger names', async () => {
    const { url } = await open({ OAUTH_REGISTRATION: 'on' });
    let connections = 0;
    const named = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(named, 'listening');
    const { port } = named.address() as AddressInfo;
    const response = await fetch(`${url}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['https://example.org/cb'],
        sector_identifier_uri: `https://127.0.0.1:${port}/addresses`,
      }),
    });
    named.close();
    expect([response.status, connections]).toEqual([400, 0]);
  });
});
