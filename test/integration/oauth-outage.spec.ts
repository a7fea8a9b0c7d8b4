import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TokenIssuer } from '../../src/modules/identity/index.js';
import { eventually } from '../support/eventually.js';
import { createOnServer, SERVER_URL, TcpProxy } from './database-support.js';
import { JOB_SECRET, openOAuth, type OAuthGateway } from './oauth-support.js';

describe.runIf(SERVER_URL)('the authorization server while its database is away', () => {
  let database: Awaited<ReturnType<typeof createOnServer>>;
  let proxy: TcpProxy;
  let gateway: OAuthGateway;

  beforeEach(async () => {
    database = await createOnServer();
    proxy = new TcpProxy(new URL(database.config.url));
    await proxy.start();
    gateway = await openOAuth({ DATABASE_URL: proxy.url });
  });
  afterEach(async () => {
    await gateway.close();
    await proxy.cut().catch(() => undefined);
    await database.remove();
  });

  const ask = async (path: string, fields: Record<string, string>) => {
    const response = await fetch(gateway.url + path, { method: 'POST', body: new URLSearchParams(fields) });
    const { error } = (await response.json()) as { error?: string };
    return [response.status, error];
  };
  const job = { client_id: 'job', client_secret: JOB_SECRET };

  it('calls nothing wrong that it cannot look up, and goes on when the database is back', async () => {
    const ada = await gateway.createUser();
    const grant = { ...job, grant_type: 'client_credentials', scope: 'read' };
    expect(await ask('/oauth/token', grant)).toEqual([200, undefined]);
    const terms = {
      subject: ada.id,
      tenant: 'default',
      role: 'user',
      scopes: ['openid'],
      lifetimeS: 300,
    } as const;
    const bearer = `Bearer ${(await gateway.app.get(TokenIssuer).issue(terms)).token}`;
    await proxy.cut();
    const away = [503, 'temporarily_unavailable'];
    const code = {
      grant_type: 'authorization_code',
      client_id: 'cli',
      code: 'c',
      code_verifier: 'v'.repeat(43),
    };
    const redirect = { redirect_uri: 'http://127.0.0.1/callback' };
    expect(await ask('/oauth/token', { ...code, ...redirect })).toEqual(away);
    const refresh = { grant_type: 'refresh_token', client_id: 'cli', refresh_token: 'r' };
    expect(await ask('/oauth/token', refresh)).toEqual(away);
    expect(await ask('/oauth/device/code', { client_id: 'not-known-yet' })).toEqual(away);
    const userinfo = await fetch(`${gateway.url}/oauth/userinfo`, { headers: { authorization: bearer } });
    expect([userinfo.status, userinfo.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await userinfo.json()).toMatchObject({ error: 'temporarily_unavailable' });
    const query = 'client_id=not-known-yet&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback';
    const pages = [
      { path: `/oauth/authorize?${query}`, says: 'Error: temporarily_unavailable' },
      { path: '/oauth/device', says: 'Connect a device' },
      {
        path: '/oauth/device',
        form: { user_code: 'BCDF-GHJK' },
        says: 'Error: temporarily_unavailable',
      },
    ];
    for (const { path, form, says } of pages) {
      const asked = form && { method: 'POST', body: new URLSearchParams(form) };
      const seen = await gateway.browser().open(path, asked);
      expect([seen.status, seen.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
      expect(seen.text).toContain('The database does not answer just now.');
      expect(seen.text).toContain(says);
    }
    await proxy.start();
    await eventually(async () => (await ask('/oauth/token', grant))[0] === 200);
  });
});
