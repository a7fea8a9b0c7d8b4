import { createHash, randomBytes } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLI_CALLBACK,
  logInAndAllow,
  OAUTH_KINDS,
  type OAuthGateway,
  WEB_CALLBACK,
} from './oauth-support.js';

describe.each(OAUTH_KINDS)('the authorization server on $kind', ({ open }) => {
  let gateway: OAuthGateway;

  beforeAll(async () => {
    gateway = await open();
    await gateway.createUser();
    await gateway.createUser('bob@elsewhere.org', { tenant: 'elsewhere' });
  });
  afterAll(() => gateway.close());

  const authorize = (parameters: Record<string, string>) => {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: 'cli',
      response_type: 'code',
      redirect_uri: CLI_CALLBACK,
      scope: 'read',
      state: 'the state',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    for (const [name, value] of [...query]) if (value === '') query.delete(name);
    return { verifier, url: `/oauth/authorize?${query.toString()}` };
  };
  const refusal = async (parameters: Record<string, string>) => {
    const seen = await gateway.browser().open(authorize(parameters).url);
    if (seen.status !== 0) return seen;
    // Where tokens were asked for, the answer comes as a fragment.
    const { searchParams, hash } = new URL(seen.url);
    return Object.fromEntries(new URLSearchParams(hash === '' ? searchParams : hash.slice(1)));
  };
  const post = (path: string, body: Record<string, string> | URLSearchParams, headers = {}) =>
    fetch(gateway.url + path, { method: 'POST', body: new URLSearchParams(body), headers });
  const errorOf = async (response: Response) => {
    const { error } = (await response.json()) as { error: string };
    return [response.status, error];
  };
  const codeOf = async (parameters: Record<string, string> = {}) => {
    const { verifier, url } = authorize(parameters);
    const browser = gateway.browser();
    const back = await logInAndAllow(browser, await browser.open(url));
    return { verifier, code: new URL(back.url).searchParams.get('code')! };
  };
  const exchange = ({ code, verifier }: { code: string; verifier: string }, more = {}) =>
    post('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: 'cli',
      redirect_uri: CLI_CALLBACK,
      code,
      code_verifier: verifier,
      ...more,
    });

  it('says where everything is, with the keys of the gateway', async () => {
    const issuer = new URL(gateway.url);
    for (const algorithm of ['oidc', 'oauth2'] as const) {
      const found = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, { algorithm, [oauth.allowInsecureRequests]: true }),
      );
      expect(found).toMatchObject({
        issuer: gateway.url,
        authorization_endpoint: `${gateway.url}/oauth/authorize`,
        token_endpoint: `${gateway.url}/oauth/token`,
        device_authorization_endpoint: `${gateway.url}/oauth/device/code`,
        revocation_endpoint: `${gateway.url}/oauth/revoke`,
        introspection_endpoint: `${gateway.url}/oauth/introspect`,
        userinfo_endpoint: `${gateway.url}/oauth/userinfo`,
        jwks_uri: `${gateway.url}/.well-known/jwks.json`,
        code_challenge_methods_supported: ['S256'],
        response_types_supported: ['code'],
        authorization_response_iss_parameter_supported: true,
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      });
      expect(found).not.toHaveProperty('registration_endpoint');
    }
  });

  it('gives no code without PKCE, nor with the plain one, and says so to the client', async () => {
    expect(await refusal({ code_challenge: '', code_challenge_method: '' })).toMatchObject({
      error: 'invalid_request',
      state: 'the state',
      iss: gateway.url,
    });
    expect(await refusal({ code_challenge_method: 'plain' })).toMatchObject({ error: 'invalid_request' });
    expect(await refusal({ code_challenge_method: '' })).toMatchObject({ error: 'invalid_request' });
  });

  it('has no other flow', async () => {
    expect(await refusal({ response_type: 'token' })).toMatchObject({ error: 'unsupported_response_type' });
    const password = { grant_type: 'password', client_id: 'cli', username: 'ada@example.org', password: 'x' };
    expect(await errorOf(await post('/oauth/token', password))).toEqual([400, 'unsupported_grant_type']);
    const register = await fetch(`${gateway.url}/oauth/register`, { method: 'POST' });
    expect(await errorOf(register)).toEqual([404, 'not_found']);
  });

  it.each([
    ['another path', `${CLI_CALLBACK}/more`],
    ['a query', `${CLI_CALLBACK}?x=1`],
    ['another host', 'http://127.0.0.2/callback'],
    ['elsewhere', 'https://evil.example.org/callback'],
    ['https', 'https://127.0.0.1/callback'],
  ])('shows an error and leads nowhere for a redirect to %s', async (_, redirectUri) => {
    const seen = await refusal({ redirect_uri: redirectUri });
    expect([seen.status, seen.text]).toEqual([400, expect.stringContaining('invalid_redirect_uri')]);
  });

  it('takes no other port for what is not this computer', async () => {
    const seen = await refusal({ client_id: 'web', redirect_uri: WEB_CALLBACK.replace('.org', '.org:8443') });
    expect([seen.status, seen.text]).toEqual([400, expect.stringContaining('invalid_redirect_uri')]);
  });

  it.each([
    ['another verifier', { code_verifier: randomBytes(32).toString('base64url') }],
    ['no verifier', { code_verifier: '' }],
    ['another address', { redirect_uri: `${CLI_CALLBACK}2` }],
    ['another client', { client_id: 'other' }],
  ])('takes a code no more that was shown with %s', async (_what, more) => {
    const grant = await codeOf();
    expect(await errorOf(await exchange(grant, more))).toEqual([400, 'invalid_grant']);
    expect(await errorOf(await exchange(grant))).toEqual([400, 'invalid_grant']);
  });

  it.each([
    ['by a client that is none', { client_id: 'nobody' }],
    ['by a client that does not prove itself', { client_id: 'web' }],
  ])('takes a code still that was shown %s', async (_what, more) => {
    const grant = await codeOf();
    expect((await exchange(grant, more)).status).toBe(401);
    expect((await exchange(grant)).status).toBe(200);
  });

  it('ends what a code gave when it comes again, but not for a stranger who only saw the code', async () => {
    const grant = await codeOf({ scope: 'openid read' });
    const { access_token } = (await (await exchange(grant)).json()) as { access_token: string };
    const again = { code_verifier: randomBytes(32).toString('base64url') };
    const info = () =>
      fetch(`${gateway.url}/oauth/userinfo`, { headers: { authorization: `Bearer ${access_token}` } });
    expect((await info()).status).toBe(200);
    expect((await exchange(grant, again)).status).toBe(400);
    expect((await info()).status).toBe(200);
    expect((await exchange(grant)).status).toBe(400);
    expect((await info()).status).toBe(401);
  });

  it('gives codes that expire', async () => {
    const grant = await codeOf();
    await gateway.dataSource.query(
      `UPDATE oauth_state SET payload = payload || '{"exp": 1000}' WHERE model = 'AuthorizationCode'`,
    );
    expect(await errorOf(await exchange(grant))).toEqual([400, 'invalid_grant']);
  });

  it('gives a code to one of many who come at once', async () => {
    const grant = await codeOf();
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(grant)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  it('gives tokens for its own resources only', async () => {
    expect(await refusal({ resource: 'https://evil.example.org/' })).toMatchObject({
      error: 'invalid_target',
    });
    const grant = await codeOf({ resource: `${gateway.url}/api/mcp` });
    expect((await exchange(grant)).status).toBe(200);
  });

  it('lets users of other tenants in nowhere', async () => {
    const browser = gateway.browser();
    const page = await browser.open(authorize({}).url);
    const seen = await logInAndAllow(browser, page, 'bob@elsewhere.org');
    expect([seen.status, seen.text]).toEqual([400, expect.stringContaining('wrong')]);
  });

  it('asks who is logged in again for a client of another tenant', async () => {
    const browser = gateway.browser();
    await logInAndAllow(browser, await browser.open(authorize({}).url));
    const foreign = authorize({ client_id: 'foreign', redirect_uri: WEB_CALLBACK });
    const page = await browser.open(foreign.url);
    expect(page.text).toContain('name="password"');
    const back = await logInAndAllow(browser, page, 'bob@elsewhere.org');
    expect(new URL(back.url).searchParams.get('code')).toBeTruthy();
  });

  it('takes no form that it has not shown', async () => {
    const browser = gateway.browser();
    const page = await browser.open(authorize({}).url);
    const forged = await browser.submit(page, { csrf: 'x'.repeat(43), action: 'deny' });
    expect([forged.status, forged.text]).toEqual([403, expect.stringContaining('does not belong')]);
    const stranger = await gateway.browser().open(page.url);
    expect([stranger.status, stranger.text]).toEqual([404, expect.stringContaining('another browser')]);
  });

  it('tells the client when the user refuses', async () => {
    const browser = gateway.browser();
    const page = await browser.open(authorize({}).url);
    const back = await browser.submit(page, { action: 'deny' });
    expect(Object.fromEntries(new URL(back.url).searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'the state',
      iss: gateway.url,
    });
  });

  it('shows pages that nothing can be put into and nobody can frame', async () => {
    const page = await gateway.browser().open(authorize({}).url);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http:\/\/127\.0\.0\.1; /,
    );
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.text).not.toMatch(/<script|\son\w+=|https?:\/\//);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('takes forms and JSON, and nothing else, and forms nowhere else', async () => {
    const json = await fetch(`${gateway.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'refresh_token', client_id: 'cli', refresh_token: 'none' }),
    });
    expect(await errorOf(json)).toEqual([400, 'invalid_grant']);
    const xml = await fetch(`${gateway.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/xml' },
      body: '<x/>',
    });
    expect(await errorOf(xml)).toEqual([415, 'unsupported_media_type']);
    for (const path of ['/v1/chat/completions', '/oauth/register', '/oauth/device/register'])
      expect([path, (await post(path, { model: 'x' })).status]).toEqual([path, 415]);
    const twice = new URLSearchParams('grant_type=refresh_token&grant_type=refresh_token&client_id=cli');
    expect(await errorOf(await post('/oauth/token', twice))).toEqual([400, 'invalid_request']);
  });

  it('says which types a route takes', async () => {
    const send = async (path: string, type: string) => {
      const options = { method: 'POST', headers: { 'content-type': type }, body: 'x' };
      return (await fetch(gateway.url + path, options)).text();
    };
    const both = 'must be application/x-www-form-urlencoded or application/json';
    for (const type of ['application/xml', 'application/octet-stream', 'nonsense']) {
      expect(await send('/oauth/token', type)).toContain(both);
      expect(await send('/oauth/device/pair', type)).toContain('must be application/json');
      expect(await send('/v1/chat/completions', type)).toContain('must be application/json');
    }
  });

  it('takes no text that could not be stored', async () => {
    for (const name of ['client_id', 'state', 'nonce', 'scope']) {
      const { status } = await fetch(gateway.url + authorize({ [name]: 'a\0b' }).url, { redirect: 'manual' });
      expect([name, status]).toEqual([name, 400]);
    }
    expect(await errorOf(await post('/oauth/token', { client_id: 'a\0b' }))).toEqual([
      400,
      'invalid_request',
    ]);
    const browser = gateway.browser();
    const page = await browser.open(authorize({}).url);
    const fields = { email: 'a\0@example.org', password: 'x', action: 'login' };
    expect((await browser.submit(page, fields)).status).toBe(400);
  });

  it('lets the bearer look at their own token, and at no other', async () => {
    const issued = async () => {
      const { access_token } = (await (await exchange(await codeOf())).json()) as { access_token: string };
      return access_token;
    };
    const own = await issued();
    const other = await issued();
    const ask = (token: string, headers = {}) => post('/oauth/introspect', { token }, headers);
    const bearer = { authorization: `Bearer ${own}` };
    const told = await ask(own, bearer);
    expect(told.status).toBe(200);
    expect(await told.json()).toMatchObject({ active: true, client_id: 'cli' });
    expect(await errorOf(await ask(other, bearer))).toEqual([401, 'unauthorized']);
    expect(await errorOf(await ask(own))).toEqual([401, 'invalid_client']);
    expect((await ask(own, { authorization: 'Bearer x' })).status).toBe(401);
  });

  it('keeps nothing in the database that opens a door', async () => {
    const grant = await codeOf();
    const tokens = (await (await exchange(grant)).json()) as { refresh_token: string };
    const browser = gateway.browser();
    await browser.open(authorize({}).url);
    const device = (await (await post('/oauth/device/code', { client_id: 'cli' })).json()) as {
      device_code: string;
      user_code: string;
    };
    const rows: unknown = await gateway.dataSource.query('SELECT * FROM oauth_state');
    const users: unknown = await gateway.dataSource.query('SELECT * FROM users');
    const stored = JSON.stringify([rows, users]);
    for (const secret of [
      grant.code,
      tokens.refresh_token,
      device.device_code,
      device.user_code.replace('-', ''),
      'a horse and nothing else',
    ])
      expect(stored).not.toContain(secret);
  });
});
