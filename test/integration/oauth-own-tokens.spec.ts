import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TokenTerms, TokenIssuer } from '../../src/modules/identity/index.js';
import { OAUTH_KINDS, type OAuthGateway } from './oauth-support.js';

/** Tokens that no application asked for: of `p8fs-auth`, of devices, of other services. */
describe.each(OAUTH_KINDS)('who holds a token, and is no client, on $kind', ({ open }) => {
  let gateway: OAuthGateway;

  beforeAll(async () => {
    gateway = await open();
  });
  afterAll(() => gateway.close());

  const tokenOf = async (terms: Partial<TokenTerms> = {}): Promise<string> => {
    const ada = { subject: 'ada', tenant: 'default', role: 'user', scopes: ['read', 'write'] } as const;
    return (await gateway.app.get(TokenIssuer).issue({ ...ada, lifetimeS: 60, ...terms })).token;
  };
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(gateway.url + path, { method: 'POST', body: new URLSearchParams(fields), headers });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const isBelieved = async (token: string) =>
    (await fetch(`${gateway.url}/api/v1/auth/me`, { headers: bearer(token) })).status === 200;

  it.each<[string, (token: string) => Promise<Response>]>([
    ['alone', (token) => post('/oauth/revoke', { token })],
    ['as a bearer', (token) => post('/oauth/revoke', { token }, bearer(token))],
    ['beside the name of a client', (token) => post('/oauth/revoke', { token, client_id: 'cli' })],
  ])('ends it by showing it %s', async (_, revoke) => {
    const [token, other] = [await tokenOf(), await tokenOf()];
    const answer = await revoke(token);
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect([await isBelieved(token), await isBelieved(other)]).toEqual([false, true]);
  });

  it('ends nothing with what is no token, and is told the same', async () => {
    for (const token of ['nothing', 'a.b.c'])
      expect((await post('/oauth/revoke', { token })).status).toBe(200);
    expect((await post('/oauth/revoke', {})).status).toBe(400);
  });

  it('is told that it is active, and inactive once it has ended', async () => {
    const token = await tokenOf();
    const look = async () => (await post('/oauth/introspect', { token }, bearer(token))).json();
    expect(await look()).toMatchObject({ active: true, sub: 'ada', scope: 'read write' });
    await post('/oauth/revoke', { token });
    expect(await look()).toEqual({ active: false });
  });

  it('hears nothing of a token without showing that it is theirs', async () => {
    const token = await tokenOf();
    const answers = [
      await post('/oauth/introspect', { token }),
      await post('/oauth/introspect', { token, client_id: 'cli' }),
      await post('/oauth/introspect', { token, client_id: 'nobody' }),
      await post('/oauth/introspect', { token }, bearer(await tokenOf())),
      await post('/oauth/introspect', { token: 'opaque' }, bearer('opaque')),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
  });

  it('is told who they are without a scope for it, which only applications need', async () => {
    const user = await gateway.createUser('own@example.org');
    const ask = async (token: string) => {
      const answer = await fetch(`${gateway.url}/oauth/userinfo`, { headers: bearer(token) });
      return [answer.status, await answer.json()];
    };
    expect(await ask(await tokenOf({ subject: user.id }))).toEqual([
      200,
      { sub: user.id, name: 'Ada', email: 'own@example.org', email_verified: true },
    ]);
    expect(await ask(await tokenOf({ email: 'ada@elsewhere.org' }))).toEqual([
      200,
      { sub: 'ada', email: 'ada@elsewhere.org' },
    ]);
    for (const given of [{ grant: 'a consent' }, { clientId: 'job' }])
      expect(await ask(await tokenOf({ subject: user.id, ...given }))).toMatchObject([
        403,
        { error: 'insufficient_scope' },
      ]);
    expect((await ask(await tokenOf({ subject: user.id, tenant: 'elsewhere' })))[0]).toBe(401);
  });

  it.each<[string, RequestInit]>([
    ['nothing', {}],
    ['an empty object', { headers: { 'content-type': 'application/json' }, body: '{}' }],
  ])('gets an API key that ends soon, for %s', async (_, { headers, body }) => {
    const token = await tokenOf({ subject: `asks with ${body ? 'much' : 'nothing'}` });
    const answer = await fetch(`${gateway.url}/oauth/device/api-key`, {
      method: 'POST',
      headers: { ...bearer(token), ...headers },
      body,
    });
    expect(answer.status).toBe(201);
    const made = (await answer.json()) as { api_key: string };
    expect(made).toMatchObject({
      api_key: expect.stringMatching(/^pk_live_/),
      scope: 'read write',
      expires_in: 3600,
    });
    expect(await isBelieved(made.api_key)).toBe(true);
    const another = { method: 'POST', headers: bearer(made.api_key) };
    expect((await fetch(`${gateway.url}/oauth/device/api-key`, another)).status).toBe(403);
  });
});
