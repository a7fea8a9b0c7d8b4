import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLI_CALLBACK,
  JOB_SECRET,
  logInAndAllow,
  OAUTH_KINDS,
  type OAuthGateway,
  WEB_CALLBACK,
  WEB_SECRET,
} from './oauth-support.js';

describe.each(OAUTH_KINDS)('openid-client on $kind', ({ open }) => {
  let gateway: OAuthGateway;
  let userId: string;

  beforeAll(async () => {
    gateway = await open();
    userId = (await gateway.createUser()).id;
  });
  afterAll(() => gateway.close());

  const discover = (id: string, secret?: string) =>
    client.discovery(
      new URL(gateway.url),
      id,
      undefined,
      secret === undefined ? client.None() : client.ClientSecretPost(secret),
      { execute: [client.allowInsecureRequests] },
    );

  /** From the first redirect to the tokens. */
  async function logIn(config: client.Configuration, redirectUri: string, scope: string) {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const isOpenId = scope.split(' ').includes('openid');
    const nonce = isOpenId ? client.randomNonce() : undefined;
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      ...(nonce === undefined ? {} : { nonce }),
    });
    const browser = gateway.browser();
    const back = await logInAndAllow(browser, await browser.open(url.href));
    const tokens = await client.authorizationCodeGrant(config, new URL(back.url), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    });
    return { tokens, back: new URL(back.url), verifier };
  }

  const me = (token: string) =>
    fetch(`${gateway.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } });

  it('logs a user of a confidential client in: code, id token, user info, API', async () => {
    const config = await discover('web', WEB_SECRET);
    const { tokens, back } = await logIn(config, WEB_CALLBACK, 'openid email profile read write');
    expect(back.searchParams.get('iss')).toBe(gateway.url);
    expect(tokens.claims()?.sub).toBe(userId);
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 900 });
    expect(tokens.scope?.split(' ').sort()).toEqual(['email', 'openid', 'profile', 'read', 'write']);
    expect(await client.fetchUserInfo(config, tokens.access_token, userId)).toEqual({
      sub: userId,
      name: 'Ada',
      email: 'ada@example.org',
      email_verified: true,
    });
    const answer = await me(tokens.access_token);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        id: userId,
        tenant: 'default',
        role: 'user',
        scopes: expect.arrayContaining(['read', 'write']) as string[],
        email: 'ada@example.org',
        name: 'Ada',
      },
    ]);
  });

  it('logs in a public client at any port of this computer, and refreshes', async () => {
    const config = await discover('cli');
    const { tokens } = await logIn(
      config,
      CLI_CALLBACK.replace('127.0.0.1', '127.0.0.1:49152'),
      'read write',
    );
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    expect((await me(refreshed.access_token)).status).toBe(200);
  });

  it('ends the whole family when a refresh token comes twice', async () => {
    const config = await discover('cli');
    const { tokens } = await logIn(config, CLI_CALLBACK, 'read write');
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!);
    await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(client.refreshTokenGrant(config, refreshed.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect((await me(refreshed.access_token)).status).toBe(401);
    expect((await me(tokens.access_token)).status).toBe(401);
  });

  it('ends what a code gave when the code comes twice, and leaves other logins alone', async () => {
    const config = await discover('cli');
    const other = await logIn(config, CLI_CALLBACK, 'read write');
    const { tokens, back, verifier } = await logIn(config, CLI_CALLBACK, 'read write');
    expect((await me(tokens.access_token)).status).toBe(200);
    const again = await fetch(`${gateway.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'cli',
        code: back.searchParams.get('code')!,
        redirect_uri: CLI_CALLBACK,
        code_verifier: verifier,
      }),
    });
    expect([again.status, ((await again.json()) as { error: string }).error]).toEqual([400, 'invalid_grant']);
    expect((await me(tokens.access_token)).status).toBe(401);
    await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect((await me(other.tokens.access_token)).status).toBe(200);
  });

  it('gives a client tokens of its own', async () => {
    const config = await discover('job', JOB_SECRET);
    const tokens = await client.clientCredentialsGrant(config);
    expect(tokens.scope).toBe('read');
    expect(await (await me(tokens.access_token)).json()).toMatchObject({ id: 'job', scopes: ['read'] });
    await expect(client.clientCredentialsGrant(await discover('job', 'wrong'))).rejects.toMatchObject({
      cause: [{ scheme: 'basic', parameters: { error: 'invalid_client' } }],
    });
  });

  it('tells clients about tokens and takes tokens back', async () => {
    const config = await discover('cli');
    const web = await discover('web', WEB_SECRET);
    const { tokens } = await logIn(config, CLI_CALLBACK, 'read');
    expect(await client.tokenIntrospection(web, tokens.access_token)).toMatchObject({
      active: true,
      sub: userId,
      client_id: 'cli',
      scope: 'read',
      token_type: 'Bearer',
    });
    const foreign = await discover('foreign', WEB_SECRET);
    expect(await client.tokenIntrospection(foreign, tokens.access_token)).toEqual({ active: false });
    expect(await client.tokenIntrospection(foreign, tokens.refresh_token!)).toEqual({ active: false });
    // Naming a client is no proof.
    await expect(client.tokenIntrospection(config, tokens.access_token)).rejects.toThrow();
    await client.tokenRevocation(web, tokens.access_token);
    expect((await me(tokens.access_token)).status).toBe(200);
    await client.tokenRevocation(config, tokens.access_token);
    expect((await me(tokens.access_token)).status).toBe(401);
    expect(await client.tokenIntrospection(web, tokens.access_token)).toEqual({ active: false });
    await client.tokenRevocation(config, tokens.refresh_token!);
    await client.tokenRevocation(config, 'never-was-one');
    await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('connects a device that waits, on the page where its code is typed', async () => {
    const config = await discover('cli');
    const started = await client.initiateDeviceAuthorization(config, { scope: 'read write' });
    expect(started).toMatchObject({ interval: 5, expires_in: 600 });
    expect(started.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    const browser = gateway.browser();
    const asked = await browser.open(started.verification_uri_complete!);
    const confirm = await browser.submit(asked, { user_code: started.user_code });
    expect(confirm.text).toContain('Command line');
    const done = await logInAndAllow(browser, await browser.submit(confirm, { confirm: 'yes' }));
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('Connected')]);
    const answer = await fetch(`${gateway.url}/oauth/device/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'cli', device_code: started.device_code }),
    });
    expect(answer.status).toBe(200);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect(await (await me(token)).json()).toMatchObject({ id: userId, email: 'ada@example.org' });
  });

  it('tells clients by its name that a grant is not for them', async () => {
    const refused = { status: 400, error: 'unauthorized_client' };
    const cli = await discover('cli');
    await expect(client.clientCredentialsGrant(cli)).rejects.toMatchObject(refused);
    await expect(
      client.initiateDeviceAuthorization(await discover('web', WEB_SECRET), {}),
    ).rejects.toMatchObject(refused);
    const missing = await fetch(`${gateway.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'cli' }),
    });
    expect(await missing.json()).toMatchObject({ error: 'invalid_request' });
  });
});
