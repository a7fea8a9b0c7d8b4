import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TokenIssuer } from '../../src/modules/identity/index.js';
import { OAUTH_KINDS, type OAuthGateway, WEB_SECRET } from './oauth-support.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

describe.each(OAUTH_KINDS)('devices on $kind', ({ open }) => {
  let gateway: OAuthGateway;
  let userId: string;

  beforeAll(async () => {
    gateway = await open();
    userId = (await gateway.createUser()).id;
  });
  beforeEach(() => gateway.dataSource.query('DELETE FROM attempts'));
  afterAll(() => gateway.close());

  const post = (path: string, body: Record<string, string>, headers = {}) =>
    fetch(gateway.url + path, { method: 'POST', body: new URLSearchParams(body), headers });
  const start = async () =>
    (await (await post('/oauth/device/code', { client_id: 'cli', scope: 'read write' })).json()) as {
      device_code: string;
      user_code: string;
    };
  const poll = async (code: string, path = '/oauth/device/token') => {
    const response = await post(path, { grant_type: GRANT, client_id: 'cli', device_code: code });
    const body = (await response.json()) as { error?: string; access_token?: string };
    return { status: response.status, ...body };
  };
  const bearer = async (scopes: readonly string[], subject = userId, tenant = 'default') => {
    const terms = { subject, tenant, role: 'user' as const, scopes, lifetimeS: 300 };
    const { token } = await gateway.app.get(TokenIssuer).issue(terms);
    return { authorization: `Bearer ${token}` };
  };
  const approve = async (body: Record<string, string>, headers: object) => {
    const response = await post('/oauth/device/approve', body, headers);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  /** As though so many seconds had passed since the last poll that counted. */
  const pass = (seconds: number) =>
    gateway.dataSource.query(
      `UPDATE oauth_state SET polled_at = polled_at - make_interval(secs => $1) WHERE model = 'DeviceCode'`,
      [seconds],
    );

  it.each(['/oauth/device/token', '/oauth/token'])('are slowed down at %s when they hurry', async (path) => {
    const { device_code: code } = await start();
    const ask = () => poll(code, path);
    expect(await ask()).toMatchObject({ status: 400, error: 'authorization_pending' });
    expect(await ask()).toMatchObject({ status: 400, error: 'slow_down' });
    await pass(6);
    // Five seconds longer since then, counted from the last poll that was in time.
    expect(await ask()).toMatchObject({ error: 'slow_down' });
    await pass(10);
    expect(await ask()).toMatchObject({ error: 'authorization_pending' });
    await pass(14);
    expect(await ask()).toMatchObject({ error: 'slow_down' });
  });

  it('may read and write where they name no scope, whichever way their client shows its secret', async () => {
    const { id } = await gateway.createUser('viewer@elsewhere.org', { tenant: 'elsewhere' });
    const user = await bearer(['read', 'write'], id, 'elsewhere');
    const basic = { authorization: `Basic ${Buffer.from(`foreign:${WEB_SECRET}`).toString('base64')}` };
    const inForm = { client_id: 'foreign', client_secret: WEB_SECRET };
    for (const [fields, headers] of [
      [{}, basic],
      [{ scope: '' }, basic],
      [{ ...inForm, scope: '' }, {}],
    ] as const) {
      const begun = await post('/oauth/device/code', { ...fields }, headers);
      const { device_code: code, user_code: userCode } = (await begun.json()) as Record<string, string>;
      expect((await approve({ user_code: userCode! }, user)).status).toBe(200);
      const given = await post('/oauth/device/token', { grant_type: GRANT, device_code: code! }, basic);
      expect(await given.json()).toMatchObject({ scope: 'read write' });
    }
  });

  it('are let in by who is logged in elsewhere, at once and once', async () => {
    const { device_code: code, user_code: userCode } = await start();
    await poll(code);
    expect(await approve({ user_code: userCode.toLowerCase() }, await bearer(['read', 'write']))).toEqual({
      status: 200,
      body: { status: 'approved' },
    });
    // However fast it asks now.
    const tokens = await poll(code);
    expect(tokens).toMatchObject({ status: 200, token_type: 'Bearer', scope: 'read write' });
    expect(await poll(code)).toMatchObject({ status: 400, error: 'invalid_grant' });
    const me = await fetch(`${gateway.url}/api/v1/auth/me`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    // The code came twice, so what it gave is over.
    expect(me.status).toBe(401);
  });

  it.each(['default', 'elsewhere'])(
    'are let in for a while by who has no account here, in the tenant %s',
    async (tenant) => {
      const basic = { authorization: `Basic ${Buffer.from(`foreign:${WEB_SECRET}`).toString('base64')}` };
      const [fields, headers] = tenant === 'default' ? [{ client_id: 'cli' }, {}] : [{}, basic];
      const begun = await post('/oauth/device/code', { ...fields, scope: 'openid read' }, headers);
      const { device_code: code, user_code: userCode } = (await begun.json()) as Record<string, string>;
      const guest = await bearer(['read', 'write'], 'guest', tenant);
      expect((await approve({ user_code: userCode! }, guest)).status).toBe(200);
      const given = await post('/oauth/device/token', { ...fields, device_code: code! }, headers);
      const tokens = (await given.json()) as { access_token: string };
      // Nobody here would know when to end them.
      expect([given.status, Object.keys(tokens)]).toEqual([
        200,
        expect.not.arrayContaining(['refresh_token']),
      ]);
      const me = await fetch(`${gateway.url}/api/v1/auth/me`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      });
      expect(await me.json()).toMatchObject({
        id: 'guest',
        tenant,
        role: 'user',
        scopes: ['openid', 'read'],
      });
    },
  );

  it('are let in by nobody who is disabled', async () => {
    const { id, tenant } = await gateway.createUser('gone@example.org');
    const { device_code: code, user_code: userCode } = await start();
    const headers = await bearer(['read', 'write'], id, tenant);
    expect((await approve({ user_code: userCode }, headers)).status).toBe(200);
    await gateway.dataSource.query('UPDATE users SET disabled = true WHERE id = $1', [id]);
    expect(await poll(code)).toMatchObject({ status: 400, error: 'invalid_grant' });
    const another = await start();
    expect(await approve({ user_code: another.user_code }, headers)).toMatchObject({ status: 403 });
  });

  it('are refused by who is logged in elsewhere', async () => {
    const { device_code: code, user_code: userCode } = await start();
    const headers = await bearer(['read', 'write']);
    expect((await approve({ user_code: userCode, approve: 'false' }, headers)).body).toEqual({
      status: 'denied',
    });
    expect(await approve({ user_code: userCode }, headers)).toMatchObject({ status: 400 });
    expect(await poll(code)).toMatchObject({ status: 400, error: 'access_denied' });
  });

  it('are refused on the page', async () => {
    const { device_code: code, user_code: userCode } = await start();
    const browser = gateway.browser();
    const confirm = await browser.submit(await browser.open('/oauth/device'), { user_code: userCode });
    const refused = await browser.submit(confirm, { abort: 'yes' });
    expect(refused.text).toContain('Refused');
    expect(await poll(code)).toMatchObject({ status: 400, error: 'access_denied' });
  });

  it('learn that they came too late', async () => {
    const { device_code: code, user_code: userCode } = await start();
    // What is sealed has its end in it, so the clock is what has to be moved.
    const now = Date.now;
    Date.now = () => now() + 601_000;
    try {
      expect(await poll(code)).toMatchObject({ status: 400, error: 'expired_token' });
    } finally {
      Date.now = now;
    }
    expect((await approve({ user_code: userCode }, await bearer(['read', 'write']))).status).toBe(200);
  });

  it('get no more than who lets them in', async () => {
    const { user_code: userCode } = await start();
    expect(await approve({ user_code: userCode }, await bearer(['write']))).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope' },
    });
    expect((await approve({ user_code: userCode }, {})).status).toBe(401);
  });

  it('are let in by no token that has less than its user', async () => {
    const { user_code: userCode } = await start();
    const { id } = await gateway.createUser('boss@example.org', { role: 'admin' });
    const headers = await bearer(['read', 'write'], id);
    expect(await approve({ user_code: userCode }, headers)).toMatchObject({
      status: 403,
      body: { error: 'forbidden' },
    });
    expect(await approve({ user_code: userCode, approve: 'false' }, headers)).toMatchObject({ status: 200 });
  });

  it('are not found by strangers, who may not guess for long', async () => {
    const { user_code: userCode } = await start();
    const headers = await bearer(['read', 'write'], 'eve', 'elsewhere');
    for (let round = 0; round < 5; round += 1)
      expect((await approve({ user_code: userCode }, headers)).status).toBe(404);
    const late = await post('/oauth/device/approve', { user_code: userCode }, headers);
    expect([late.status, Number(late.headers.get('retry-after')) > 0]).toEqual([429, true]);
    // Of the same name, and somebody else.
    const namesake = await bearer(['read', 'write'], 'eve', 'third');
    expect((await approve({ user_code: userCode }, namesake)).status).toBe(404);
  });

  it('cannot be guessed on the page for long', async () => {
    const browser = gateway.browser();
    let page = await browser.open('/oauth/device');
    for (let round = 0; round < 5; round += 1) {
      page = await browser.submit(page, { user_code: `WRNG-XYZ${'BCDFG'[round]}` });
      expect([page.status, page.text]).toEqual([200, expect.stringContaining('There is no such code')]);
    }
    const late = await browser.submit(page, { user_code: 'WRNG-XYZZ' });
    expect([late.status, Number(late.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });
});
