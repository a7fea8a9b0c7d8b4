import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOB_SECRET, OAUTH_KINDS, type OAuthGateway } from './oauth-support.js';

const MOST = 3;

describe('the secret of a client', () => {
  let gateway: OAuthGateway;

  beforeAll(async () => {
    gateway = await OAUTH_KINDS[0]!.open({ AUTH_FAILURES_PER_MINUTE: String(MOST) });
  });
  afterAll(() => gateway.close());

  const ask = (path: string, fields: Record<string, string>, authorization?: string) =>
    fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: authorization === undefined ? {} : { authorization },
      body: new URLSearchParams(fields),
    });
  const basic = (secret: string) => `Basic ${Buffer.from(`job:${secret}`).toString('base64')}`;
  const grant = { grant_type: 'client_credentials', scope: 'read' };

  it('is not guessed: different wrong ones are counted by address, at every endpoint and in either form', async () => {
    expect((await ask('/oauth/token', grant, basic(JOB_SECRET))).status).toBe(200);
    expect((await ask('/oauth/token', grant, basic('wrong 1'))).status).toBe(401);
    // A client that has not noticed that its secret is wrong guesses nothing.
    expect((await ask('/oauth/token', grant, basic('wrong 1'))).status).toBe(401);
    const named = { client_id: 'job', client_secret: 'wrong 2' };
    expect((await ask('/oauth/token', { ...grant, ...named })).status).toBe(401);
    expect((await ask('/oauth/device/token', { device_code: 'any' }, basic('wrong 3'))).status).toBe(401);

    const refused = await ask('/oauth/revoke', { token: 'any' }, basic('wrong 4'));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('/oauth/token', grant, basic(JOB_SECRET))).status).toBe(429);
    expect((await ask('/oauth/introspect', { token: 'any' }, basic('wrong 5'))).status).toBe(429);
    expect((await ask('/oauth/device/code', {}, basic('wrong 6'))).status).toBe(429);
  });

  it('is nothing that clients without one have to wait for', async () => {
    const answer = await ask('/oauth/token', {
      grant_type: 'refresh_token',
      client_id: 'cli',
      refresh_token: 'x',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant' });
  });
});
