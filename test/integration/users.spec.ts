import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/common/errors/gateway.error.js';
import { TokenIssuer } from '../../src/modules/identity/index.js';
import { Login, type UserRole, UserSessions } from '../../src/modules/identity/users/index.js';
import { CLI_CALLBACK, OAUTH_KINDS, type OAuthGateway, PASSWORD } from './oauth-support.js';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe.each(OAUTH_KINDS)('users on $kind', ({ open }) => {
  let gateway: OAuthGateway;
  let adminId: string;

  beforeAll(async () => {
    gateway = await open();
    adminId = (await gateway.createUser('root@example.org', { role: 'admin' })).id;
  });
  beforeEach(() => gateway.dataSource.query('DELETE FROM attempts'));
  afterAll(() => gateway.close());

  const bearer = async (subject: string, role: UserRole, tenant = 'default') => {
    const terms = { subject, tenant, role, scopes: ['read', 'write'], lifetimeS: 300 };
    return (await gateway.app.get(TokenIssuer).issue(terms)).token;
  };
  const call = async (token: string, method: string, path: string, body?: object) => {
    const response = await fetch(gateway.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  };
  const asAdmin = async (method: string, path: string, body?: object) =>
    call(await bearer(adminId, 'admin'), method, `/api/v1/admin${path}`, body);
  const loginPage = async () => {
    const query = new URLSearchParams({
      client_id: 'cli',
      response_type: 'code',
      redirect_uri: CLI_CALLBACK,
      scope: 'read',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    });
    const browser = gateway.browser();
    return { browser, page: await browser.open(`/oauth/authorize?${query.toString()}`) };
  };
  const tryPassword = async (email: string, password: string) => {
    const { browser, page } = await loginPage();
    return browser.submit(page, { email, password, action: 'login' });
  };

  it('begin with an administrator, who has to choose a password', async () => {
    const file = join(gateway.dataDir, 'admin-password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const password = (await readFile(file, 'utf8')).trim();
    const { browser, page } = await loginPage();
    const choose = await browser.submit(page, { email: 'admin@localhost', password, action: 'login' });
    expect(choose.text).toContain('Choose a password');
    // A keeper of passwords takes no notice of fields of the type `hidden`.
    expect(choose.text).toMatch(
      /<input name="email" type="email" autocomplete="username" value="admin@localhost"/,
    );
    const next = 'something of their own choice';
    const submit = (fields: object) =>
      browser.submit(choose, { password, new_password: next, repeated: next, action: 'password', ...fields });
    for (const wrong of [
      { repeated: 'else' },
      { new_password: 'short', repeated: 'short' },
      { password: 'x' },
    ])
      expect((await submit(wrong)).status).toBe(400);
    expect((await submit({ new_password: password, repeated: password })).text).toContain('another one');
    expect((await submit({})).text).toContain('Allow Command line?');
    expect((await tryPassword('admin@localhost', password)).status).toBe(400);
    expect((await tryPassword('admin@localhost', next)).text).toContain('Allow Command line?');
  });

  it('are made, shown, changed and deleted by administrators of their tenant', async () => {
    const made = await asAdmin('POST', '/users', {
      email: 'New@Example.org',
      password: PASSWORD,
      role: 'premium',
    });
    expect(made).toMatchObject({
      status: 201,
      body: { email: 'New@Example.org', role: 'premium', must_change_password: true, disabled: false },
    });
    expect(JSON.stringify(made.body)).not.toMatch(/hash|argon/);
    const path = `/users/${made.body.id as string}`;
    expect((await asAdmin('POST', '/users', { email: 'new@example.ORG' })).body.error).toBe('email_taken');
    expect((await asAdmin('PATCH', path, { name: 'New', disabled: true })).body).toMatchObject({
      name: 'New',
      disabled: true,
      role: 'premium',
    });
    expect((await tryPassword('new@example.org', PASSWORD)).status).toBe(400);
    expect((await asAdmin('GET', path)).status).toBe(200);
    expect((await asAdmin('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await asAdmin(method, path)).status).toBe(404);
    expect((await asAdmin('GET', '/users/not-an-id')).status).toBe(404);
  });

  it('are not changed a little, where something cannot be changed', async () => {
    const user = await gateway.createUser('fixed@example.org');
    for (const field of ['email', 'tenant', 'disbled', 'x'.repeat(99)]) {
      const { status, body } = await asAdmin('PATCH', `/users/${user.id}`, { name: 'Other', [field]: true });
      expect([status, body.error]).toEqual([400, 'unsupported_parameter']);
      expect(body.message).toBe(
        `${field.slice(0, 64)} is not taken here; role, name, disabled, password are.`,
      );
    }
    expect((await asAdmin('GET', `/users/${user.id}`)).body.name).toBe('Ada');
    const made = await asAdmin('POST', '/users', { email: 'off@example.org', disabled: true });
    expect([made.status, made.body.error]).toEqual([400, 'unsupported_parameter']);
  });

  it.each([
    ['POST', '/api/v1/auth/api-keys', { name: 'mine' }],
    ['POST', '/api/v1/auth/password', { current_password: PASSWORD, new_password: 'another long one' }],
    ['POST', '/api/v1/admin/oauth-clients', { name: 'A robot', grants: ['client_credentials'] }],
    ['PUT', '/api/v1/admin/budgets/tenant/default', { period: 'month', tokens: 1_000_000 }],
    ['POST', '/api/v1/audit/verify', {}],
    ['POST', '/api/v1/audit/erasures', { user_id: 'nobody' }],
  ])('are told what cannot be said to %s %s', async (method, path, fields) => {
    for (const field of ['tenantId', 'owner_id', 'allowed_routes']) {
      const token = await bearer(adminId, 'admin');
      const { status, body } = await call(token, method, path, { ...fields, [field]: 'other' });
      expect([status, body.error]).toEqual([400, 'unsupported_parameter']);
      expect(body.message).toMatch(new RegExp(`^${field} is not taken here`));
    }
  });

  it('are as if nothing were said of what is null', async () => {
    const nothing = { password: null, role: null, name: null };
    const made = await asAdmin('POST', '/users', { email: 'null@example.org', ...nothing });
    expect(made).toMatchObject({ status: 201, body: { role: 'user', must_change_password: false } });
    const id = made.body.id as string;
    const token = await bearer(id, 'user');
    const patch = { password: null, role: null, disabled: null };
    expect((await asAdmin('PATCH', `/users/${id}`, patch)).status).toBe(200);
    expect((await call(token, 'GET', '/api/v1/auth/me')).status).toBe(200);
  });

  it('are not told of to who goes by their id in another tenant', async () => {
    const { id } = await gateway.createUser('mine@example.org');
    const own = await call(await bearer(id, 'user'), 'GET', '/api/v1/auth/me');
    expect(own.body).toMatchObject({ id, email: 'mine@example.org' });
    const foreign = await call(await bearer(id, 'user', 'other'), 'GET', '/api/v1/auth/me');
    expect(foreign.body).toMatchObject({ id, tenant: 'other', email: null, name: null });
  });

  it('are listed a page at a time', async () => {
    for (const name of ['p', 'q', 'r']) await gateway.createUser(`${name}@pages.org`);
    const first = await asAdmin('GET', '/users?limit=2');
    const rows = first.body.data as { id: string }[];
    expect([rows.length, first.body.has_more]).toEqual([2, true]);
    const next = await asAdmin('GET', `/users?limit=200&after=${rows[1]!.id}`);
    const rest = (next.body.data as { id: string }[]).map(({ id }) => id);
    expect(next.body.has_more).toBe(false);
    expect(rest).not.toContain(rows[1]!.id);
    expect(rest.length).toBeGreaterThanOrEqual(2);
    expect((await asAdmin('GET', '/users?limit=0')).status).toBe(400);
  });

  it('are not said to be all where a page began after somebody who is gone', async () => {
    const gone = await gateway.createUser('gone@pages.org');
    expect((await asAdmin('DELETE', `/users/${gone.id}`)).status).toBe(204);
    const page = await asAdmin('GET', `/users?after=${gone.id}`);
    expect([page.status, page.body.error]).toEqual([400, 'invalid_value']);
  });

  it('are not there for administrators of other tenants, nor their clients', async () => {
    const stranger = await gateway.createUser('root@elsewhere.org', { role: 'admin', tenant: 'elsewhere' });
    const token = await bearer(stranger.id, 'admin', 'elsewhere');
    const foreign = await call(token, 'GET', `/api/v1/admin/users/${adminId}`);
    const missing = await call(token, 'GET', '/api/v1/admin/users/00000000-0000-4000-8000-000000000000');
    expect([foreign.status, foreign.body]).toEqual([404, missing.body]);
    expect((await call(token, 'DELETE', `/api/v1/admin/users/${adminId}`)).status).toBe(404);
    const { body } = await call(token, 'GET', '/api/v1/admin/oauth-clients');
    expect((body.data as { id: string }[]).map(({ id }) => id)).toEqual(['foreign']);
    expect((await call(token, 'DELETE', '/api/v1/admin/oauth-clients/cli')).status).toBe(404);
  });

  it('are no matter of users', async () => {
    const user = await gateway.createUser('plain@example.org');
    expect((await call(await bearer(user.id, 'user'), 'GET', '/api/v1/admin/users')).status).toBe(403);
    expect((await fetch(`${gateway.url}/api/v1/admin/users`)).status).toBe(401);
  });

  it('keep their last administrator', async () => {
    for (const patch of [{ disabled: true }, { role: 'user' }])
      expect((await asAdmin('PATCH', `/users/${adminId}`, patch)).status).toBe(400);
    expect((await asAdmin('DELETE', `/users/${adminId}`)).status).toBe(400);
  });

  it('keep the last administrator of a tenant, also from who is none of them', async () => {
    const createAdmin = (email: string) => gateway.createUser(email, { role: 'admin', tenant: 'small' });
    const [ada, bob] = [await createAdmin('ada@small.org'), await createAdmin('bob@small.org')];
    const token = await bearer('an-operator', 'admin', 'small');
    const change = async (method: string, { id }: { id: string }, patch?: object) => {
      const { status, body } = await call(token, method, `/api/v1/admin/users/${id}`, patch);
      return [status, body.error];
    };
    const disable = { disabled: true };
    const both = await Promise.all([change('PATCH', ada, disable), change('PATCH', bob, disable)]);
    const refused = [409, 'last_administrator'];
    expect(both.filter(([status]) => status === 409)).toEqual([refused]);
    const [last, other] = both[0][0] === 409 ? [ada, bob] : [bob, ada];
    expect(await change('DELETE', other)).toEqual([204, undefined]);
    expect(await change('PATCH', last, { role: 'admin' })).toEqual([200, undefined]);
    const next = await createAdmin('next@small.org');
    expect(await change('PATCH', last, { role: 'user' })).toEqual([200, undefined]);
    const theirs = await bearer(next.id, 'admin', 'small');
    for (const patch of [disable, { role: 'premium' }, { role: 'user', disabled: false }])
      expect(await change('PATCH', next, patch)).toEqual(refused);
    expect(await change('DELETE', next)).toEqual(refused);
    expect((await call(theirs, 'GET', '/api/v1/auth/me')).status).toBe(200);
    expect(await change('DELETE', last)).toEqual([204, undefined]);
  });

  it('are shut out at once when they are disabled', async () => {
    const user = await gateway.createUser('soon@example.org');
    const token = await bearer(user.id, 'user');
    expect((await call(token, 'GET', '/api/v1/auth/me')).status).toBe(200);
    await asAdmin('PATCH', `/users/${user.id}`, { disabled: true });
    expect((await call(token, 'GET', '/api/v1/auth/me')).status).toBe(401);
  });

  it('are believed as soon as they log in again', async () => {
    const email = 'back@example.org';
    const { id } = await gateway.createUser(email);
    const login = gateway.app.get(Login);
    for (const disabled of [true, false])
      expect((await asAdmin('PATCH', `/users/${id}`, { disabled })).status).toBe(200);
    expect(
      await login.attempt({ tenant: 'default', email, password: PASSWORD, address: '203.0.113.9' }),
    ).toMatchObject({ id });
    expect((await call(await bearer(id, 'user'), 'GET', '/api/v1/auth/me')).status).toBe(200);
  });

  it('are deleted for good by who tries again, and lose their keys', async () => {
    const user = await gateway.createUser('goner@example.org');
    const token = await bearer(user.id, 'user');
    const made = await call(token, 'POST', '/api/v1/auth/api-keys', { name: 'A program' });
    expect(made.status).toBe(201);
    let isAway = true;
    gateway.app.get(UserSessions).onEnd(() => {
      if (isAway) throw new GatewayError('dependency_unavailable', 'The database is away.');
      return Promise.resolve();
    });
    expect((await asAdmin('DELETE', `/users/${user.id}`)).status).toBe(503);
    isAway = false;
    expect((await call(token, 'GET', '/api/v1/auth/me')).status).toBe(401);
    expect((await asAdmin('DELETE', `/users/${user.id}`)).status).toBe(204);
    expect((await asAdmin('GET', `/users/${user.id}`)).status).toBe(404);
    const keys = await gateway.dataSource.query('SELECT FROM api_keys WHERE owner = $1', [user.id]);
    expect(keys).toHaveLength(0);
  });

  it('are logged out by whatever role they are given', async () => {
    const user = await gateway.createUser('same@example.org');
    const token = await bearer(user.id, 'user');
    await asAdmin('PATCH', `/users/${user.id}`, { role: 'user' });
    expect((await call(token, 'GET', '/api/v1/auth/me')).status).toBe(401);
  });

  it('are not shut out of their account by a stranger', async () => {
    await gateway.createUser('target@example.org');
    const login = gateway.app.get(Login);
    const attempt = (password: string, address: string) =>
      login.attempt({ tenant: 'default', email: 'target@example.org', password, address });
    for (let round = 0; round < 10; round += 1) await attempt('wrong', '203.0.113.1');
    await expect(attempt(PASSWORD, '203.0.113.1')).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
    expect(await attempt(PASSWORD, '203.0.113.2')).toMatchObject({ email: 'target@example.org' });
  });

  it('change their password when they know it', async () => {
    const user = await gateway.createUser('change@example.org');
    const token = await bearer(user.id, 'user');
    const change = (current: string, next: string) =>
      call(token, 'POST', '/api/v1/auth/password', { current_password: current, new_password: next });
    expect((await change('wrong', 'another long enough one')).status).toBe(400);
    expect((await change(PASSWORD, 'short')).status).toBe(400);
    expect((await change(PASSWORD, 'another long enough one')).status).toBe(204);
    expect((await tryPassword('change@example.org', PASSWORD)).status).toBe(400);
    expect((await tryPassword('change@example.org', 'another long enough one')).text).toContain('Allow');
  });

  it('have several addresses, each of one user, and log in with any', async () => {
    const user = await gateway.createUser('first@example.org');
    const other = await gateway.createUser('other@example.org');
    await gateway.users.addEmail(user, 'Second@example.org');
    await gateway.users.addEmail(user, 'second@example.org', { verified: true });
    await expect(gateway.users.addEmail(other, 'SECOND@example.org')).rejects.toMatchObject({
      code: 'email_taken',
    });
    expect(await gateway.users.checkPassword('default', 'second@EXAMPLE.org', PASSWORD)).toMatchObject({
      id: user.id,
    });
    await gateway.users.makePrimary(user, 'second@example.org');
    expect(await gateway.users.listEmails(user)).toEqual([
      { email: 'Second@example.org', primary: true, verified: true },
      { email: 'first@example.org', primary: false, verified: true },
    ]);
    await expect(gateway.users.removeEmail(user, 'second@example.org')).rejects.toMatchObject({
      code: 'not_found',
    });
    await gateway.users.removeEmail(user, 'first@example.org');
    const nul = await call(await bearer(user.id, 'user'), 'DELETE', '/api/v1/auth/emails/a%00b');
    expect(nul.status).toBe(404);
    expect(await gateway.users.findByEmail('default', 'first@example.org')).toBeUndefined();
    const found = await Promise.all(
      [1, 2, 3].map(() => gateway.users.findOrCreateByEmail('default', 'm@x.org')),
    );
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
  });

  it('cannot be guessed: an account waits after ten wrong passwords, whether it exists or not', async () => {
    for (const email of ['guess@example.org', 'nobody@example.org']) {
      if (email.startsWith('guess')) await gateway.createUser(email);
      await gateway.dataSource.query('DELETE FROM attempts');
      const { browser, page } = await loginPage();
      const attempts = await Promise.all(
        Array.from({ length: 12 }, () => browser.submit(page, { email, password: 'wrong', action: 'login' })),
      );
      const statuses = attempts.map(({ status }) => status).sort();
      expect([email, statuses]).toEqual([email, [...Array<number>(10).fill(400), 429, 429]]);
      const late = await browser.submit(page, { email, password: PASSWORD, action: 'login' });
      expect([late.status, Number(late.headers.get('retry-after')) > 0]).toEqual([429, true]);
      expect(late.text).toContain('Too many wrong passwords');
    }
  });

  it('cannot be guessed from one address either', async () => {
    const { browser, page } = await loginPage();
    const statuses = [];
    for (let round = 0; round < 52; round += 1) {
      const fields = { email: `u${round}@example.org`, password: 'wrong', action: 'login' };
      statuses.push((await browser.submit(page, fields)).status);
    }
    expect(statuses).toEqual([...Array<number>(50).fill(400), 429, 429]);
  });

  it('get clients that administrators make, whose secret is told once', async () => {
    const made = await asAdmin('POST', '/oauth-clients', {
      name: 'Robot',
      grants: ['client_credentials'],
      scopes: ['read'],
    });
    expect(made).toMatchObject({ status: 201, body: { name: 'Robot', public: false, configured: false } });
    const { id, secret } = made.body as { id: string; secret: string };
    const ask = () =>
      fetch(`${gateway.url}/oauth/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
    const answer = await ask();
    expect(answer.status).toBe(200);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect((await call(token, 'GET', '/api/v1/auth/me')).body).toMatchObject({ id, scopes: ['read'] });
    expect(JSON.stringify((await asAdmin('GET', '/oauth-clients')).body)).not.toContain(secret);
    expect((await asAdmin('DELETE', `/oauth-clients/${id}`)).status).toBe(204);
    expect((await ask()).status).toBe(401);
    expect((await call(token, 'GET', '/api/v1/auth/me')).status).toBe(401);
    expect((await asAdmin('DELETE', '/oauth-clients/cli')).status).toBe(400);
    for (const wrong of ['http://example.org/cb', 'javascript:alert(1)', 'https://x.org/#f', 'nonsense'])
      expect((await asAdmin('POST', '/oauth-clients', { name: 'x', redirect_uris: [wrong] })).status).toBe(
        400,
      );
  });

  it('get clients that have something to ask for, and a way to get it', async () => {
    const named = { name: 'x', redirect_uris: ['https://example.org/cb'] };
    for (const nothing of [{ scopes: [] }, { grants: [] }])
      expect((await asAdmin('POST', '/oauth-clients', { ...named, ...nothing })).status).toBe(400);
    const nulls = { scopes: null, grants: null, role: null, public: null };
    expect(await asAdmin('POST', '/oauth-clients', { ...named, ...nulls })).toMatchObject({
      status: 201,
      body: { role: 'user', scopes: expect.arrayContaining(['read', 'write']) as unknown },
    });
    expect((await asAdmin('DELETE', '/oauth-clients/a%00b')).status).toBe(404);
  });
});
