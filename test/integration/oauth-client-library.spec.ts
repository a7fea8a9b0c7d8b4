import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLI_CALLBACK,
  JOB_SECRET,
  logInAndAllow,
  OAUTH_KINDS,
  type OAuthGateway,
  WEB_SECRET,
} from './oauth-support.js';

const INSECURE = { [oauth.allowInsecureRequests]: true };
const CLI: oauth.Client = { client_id: 'cli' };
const CLI_AUTH = oauth.None();

describe.each(OAUTH_KINDS)('oauth4webapi on $kind', ({ open }) => {
  let gateway: OAuthGateway;
  let server: oauth.AuthorizationServer;
  let userId: string;

  beforeAll(async () => {
    gateway = await open();
    userId = (await gateway.createUser()).id;
    const issuer = new URL(gateway.url);
    server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...INSECURE }),
    );
  });
  afterAll(() => gateway.close());

  it('completes the code flow, refreshes, looks, revokes and reads the user', async () => {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint!);
    url.search = new URLSearchParams({
      client_id: 'cli',
      redirect_uri: CLI_CALLBACK,
      response_type: 'code',
      scope: 'openid email',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    }).toString();
    const browser = gateway.browser();
    const back = await logInAndAllow(browser, await browser.open(url.href));
    const parameters = oauth.validateAuthResponse(server, CLI, new URL(back.url), state);
    const tokens = await oauth.processAuthorizationCodeResponse(
      server,
      CLI,
      await oauth.authorizationCodeGrantRequest(
        server,
        CLI,
        CLI_AUTH,
        parameters,
        CLI_CALLBACK,
        verifier,
        INSECURE,
      ),
      { requireIdToken: true },
    );
    // The scopes of OpenID Connect open the user info, and nothing of the API.
    const info = await oauth.processUserInfoResponse(
      server,
      CLI,
      userId,
      await oauth.userInfoRequest(server, CLI, tokens.access_token, INSECURE),
    );
    expect(info).toEqual({ sub: userId, email: 'ada@example.org', email_verified: true });
    const api = await fetch(`${gateway.url}/api/v1/auth/me`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect([api.status, api.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope"',
    ]);

    const refreshed = await oauth.processRefreshTokenResponse(
      server,
      CLI,
      await oauth.refreshTokenGrantRequest(server, CLI, CLI_AUTH, tokens.refresh_token!, INSECURE),
    );
    const web: oauth.Client = { client_id: 'web' };
    const look = async (token: string) =>
      oauth.processIntrospectionResponse(
        server,
        web,
        await oauth.introspectionRequest(server, web, oauth.ClientSecretBasic(WEB_SECRET), token, INSECURE),
      );
    for (const token of [refreshed.access_token, refreshed.refresh_token!])
      expect(await look(token)).toMatchObject({ active: true, sub: userId, client_id: 'cli' });
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, CLI, CLI_AUTH, refreshed.refresh_token!, INSECURE),
    );
    // The whole login is over with it.
    for (const token of [refreshed.access_token, refreshed.refresh_token!])
      expect(await look(token)).toEqual({ active: false });
  });

  it('completes the device flow', async () => {
    const started = await oauth.processDeviceAuthorizationResponse(
      server,
      CLI,
      await oauth.deviceAuthorizationRequest(server, CLI, CLI_AUTH, { scope: 'read' }, INSECURE),
    );
    const poll = async () =>
      oauth.processDeviceCodeResponse(
        server,
        CLI,
        await oauth.deviceCodeGrantRequest(server, CLI, CLI_AUTH, started.device_code, INSECURE),
      );
    await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending', status: 400 });
    await expect(poll()).rejects.toMatchObject({ error: 'slow_down', status: 400 });
    const browser = gateway.browser();
    const page = await browser.open(started.verification_uri);
    const confirm = await browser.submit(page, { user_code: started.user_code });
    await logInAndAllow(browser, await browser.submit(confirm, { confirm: 'yes' }));
    expect(await poll()).toMatchObject({ scope: 'read', token_type: 'bearer' });
  });

  it('gets tokens for a client itself, with its secret in either way', async () => {
    const job: oauth.Client = { client_id: 'job' };
    for (const auth of [oauth.ClientSecretBasic(JOB_SECRET), oauth.ClientSecretPost(JOB_SECRET)]) {
      const tokens = await oauth.processClientCredentialsResponse(
        server,
        job,
        await oauth.clientCredentialsGrantRequest(server, job, auth, { scope: 'read' }, INSECURE),
      );
      expect(tokens).toMatchObject({ scope: 'read', expires_in: 900 });
    }
    const answer = await oauth.clientCredentialsGrantRequest(
      server,
      job,
      oauth.ClientSecretBasic(JOB_SECRET),
      { scope: 'write' },
      INSECURE,
    );
    expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([
      400,
      'invalid_scope',
    ]);
  });
});
