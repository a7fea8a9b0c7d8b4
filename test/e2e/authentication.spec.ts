import { createHmac } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Revocations } from '../../src/modules/identity/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';
import { sendRaw } from '../support/raw-http.js';
import { authorizationOf } from '../support/sign-in.js';

const CHAT = { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };
const PROTECTED = '/api/v1/chat/completions';
const OPEN = '/v1/chat/completions';
const VERIFY = '/api/v1/audit/verify';
const SECRET = 'kM2-9vQe7!x0bTz4Lw8RfYp6Hs1Jd3Nc';
const JWT_SHAPED = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.';

let ollama: FakeOllama;
let gateway: TestGateway;
/** Where no address is trusted. */
let abroad: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  const env = {
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    AUTH_JWT_SECRET: SECRET,
    AUTH_FAILURES_PER_MINUTE: '1000',
  };
  gateway = await createGateway(env);
  abroad = await createGateway({ ...env, TRUSTED_NETWORKS: '10.0.0.0/8' });
});
afterAll(async () => {
  await Promise.all([gateway.close(), abroad.close()]);
  await ollama.close();
});

const ask = (path: string, headers: Record<string, string> = {}, to = gateway) =>
  post(to.url + path, CHAT, { headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const lastUser = (of = gateway) => of.storage.begins.at(-1)!;

describe('a route that demands a credential', () => {
  it('says so, whoever asks from wherever', async () => {
    const response = await ask(PROTECTED);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      error: 'unauthorized',
      message: 'Authentication required. Please provide a valid Bearer token',
      status_code: 401,
    });
  });

  it('says so in the words of OpenAI on its own routes', async () => {
    const response = await ask('/v1/chat/completions', bearer('a.b.c'));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', code: 'invalid_api_key', param: null },
    });
  });

  it('takes a token, and knows on whose behalf it answers', async () => {
    const token = await authorizationOf(gateway, { subject: 'ada', tenant: 'acme' });
    const response = await ask(PROTECTED, token);
    expect(response.status).toBe(200);
    expect(lastUser()).toMatchObject({ userId: 'ada', tenant: 'acme' });
  });

  it('takes a token in the header for API keys too', async () => {
    const { authorization } = await authorizationOf(gateway);
    const headers = { 'x-api-key': authorization.replace('Bearer ', '') };
    expect((await ask(PROTECTED, headers)).status).toBe(200);
    expect((await ask(PROTECTED, { ...headers, authorization })).status).toBe(200);
  });

  it('takes what another service signs with the shared secret', async () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ id: 'eve', email: 'e@x.org', role: 'admin' })}`;
    const token = `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`;
    expect((await ask(PROTECTED, bearer(token))).status).toBe(200);
    expect(lastUser()).toMatchObject({ userId: 'eve', tenant: 'default' });
    expect((await ask(VERIFY, bearer(token))).status).not.toBe(403);
  });

  it.each([
    ['what is no token', 'Bearer hunter2'],
    ['a token that is not signed', `Bearer ${JWT_SHAPED}`],
    ['an API key that is none', 'Bearer pk_live_000000000000000000000000000000000000000000'],
    ['another scheme', 'Basic YWRhOmh1bnRlcjI='],
    ['an empty bearer', 'Bearer '],
    ['two tokens', 'Bearer a.b.c d.e.f'],
  ])('refuses %s', async (_, authorization) => {
    const response = await ask(PROTECTED, { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await response.text()).not.toMatch(/hunter2|eyJ|pk_/);
  });

  it('refuses a token in the query', async () => {
    const { authorization } = await authorizationOf(gateway);
    const token = authorization.replace('Bearer ', '');
    for (const name of ['token', 'access_token', 'api_key', 'ticket'])
      expect((await ask(`${PROTECTED}?${name}=${token}`)).status).toBe(401);
  });

  it('refuses a token that was revoked, and everything of somebody who was', async () => {
    const revocations = gateway.app.get(Revocations);
    const token = await authorizationOf(gateway, { subject: 'mallory', tenant: 'acme' });
    expect((await ask(PROTECTED, token)).status).toBe(200);
    await revocations.revoke({ kind: 'principal', id: 'mallory', tenant: 'acme' });
    expect((await ask(PROTECTED, token)).status).toBe(401);
    const another = await authorizationOf(gateway, { subject: 'mallory', tenant: 'acme' });
    expect((await ask(PROTECTED, another)).status).toBe(401);
    const elsewhere = await authorizationOf(gateway, { subject: 'mallory', tenant: 'other' });
    expect((await ask(PROTECTED, elsewhere)).status).toBe(200);
  });
});

describe('two credentials', () => {
  it('that differ are one too many', async () => {
    const { authorization } = await authorizationOf(gateway);
    for (const path of [PROTECTED, OPEN]) {
      const response = await ask(path, { authorization, 'x-api-key': 'pk_live_another' });
      expect(response.status).toBe(400);
    }
  });

  it.each(['Authorization: Bearer', 'X-API-Key:'])('in two lines %s are one too many', async (line) => {
    const body = JSON.stringify(CHAT);
    const head = `POST ${PROTECTED} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    const { responses } = await sendRaw(
      gateway.port,
      `${head}\r\n${line} a.b.c\r\n${line} d.e.f\r\n\r\n${body}`,
    );
    expect(responses[0]?.status).toBe(400);
  });
});

describe('a route that trusts networks', () => {
  it.each(['sk-unused', 'not-needed', 'anything'])('takes %s for no credential', async (token) => {
    expect((await ask(OPEN, bearer(token))).status).toBe(200);
    expect(lastUser()).toMatchObject({ userId: 'anonymous' });
    expect((await ask(OPEN, bearer(token), abroad)).status).toBe(401);
  });

  it.each([JWT_SHAPED, 'a.b.c', 'pk_live_x', 'pk_'])(
    'refuses %s, which looks like one and is none',
    async (token) => {
      expect((await ask(OPEN, bearer(token))).status).toBe(401);
      expect((await ask(OPEN, { 'x-api-key': token })).status).toBe(401);
    },
  );

  it('answers on behalf of whoever shows a token', async () => {
    expect((await ask(OPEN, await authorizationOf(gateway, { subject: 'ada' }))).status).toBe(200);
    expect(lastUser()).toMatchObject({ userId: 'ada' });
    expect((await ask(OPEN, await authorizationOf(abroad, { subject: 'bob' }), abroad)).status).toBe(200);
    expect(lastUser(abroad)).toMatchObject({ userId: 'bob' });
  });
});

describe('what a credential may do', () => {
  it('is by its scopes: read for GET, write for the rest', async () => {
    const reads = await authorizationOf(gateway, { scopes: ['read'] });
    const writes = await authorizationOf(gateway, { scopes: ['write'] });
    const status = async (headers: Record<string, string>, method: string) =>
      method === 'GET'
        ? (await fetch(`${gateway.url}/v1/models`, { headers })).status
        : (await ask(PROTECTED, headers)).status;
    expect([await status(reads, 'GET'), await status(reads, 'POST')]).toEqual([200, 403]);
    expect([await status(writes, 'GET'), await status(writes, 'POST')]).toEqual([403, 200]);
    const refused = await ask(PROTECTED, reads);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    expect(await refused.json()).toMatchObject({ error: 'insufficient_scope', status_code: 403 });
  });

  it('is by its role where only administrators may', async () => {
    for (const role of ['user', 'premium'] as const) {
      const response = await ask(VERIFY, await authorizationOf(gateway, { role }));
      expect([response.status, await response.json()]).toMatchObject([403, { error: 'forbidden' }]);
    }
    const response = await post(
      `${gateway.url}${VERIFY}`,
      {},
      { headers: await authorizationOf(gateway, { role: 'admin' }) },
    );
    expect(response.status).toBe(200);
  });

  it('is within its tenant', async () => {
    const token = await authorizationOf(gateway, { tenant: 'acme' });
    expect((await ask(PROTECTED, { ...token, 'x-tenant-id': 'acme' })).status).toBe(200);
    const foreign = await ask(PROTECTED, { ...token, 'x-tenant-id': 'other' });
    expect([foreign.status, await foreign.json()]).toMatchObject([403, { error: 'tenant_mismatch' }]);
    expect((await ask(OPEN, { 'x-tenant-id': 'default' })).status).toBe(200);
    expect((await ask(OPEN, { 'x-tenant-id': 'acme' })).status).toBe(403);
  });
});

describe('guesses', () => {
  it('are not listened to any more when there were too many', async () => {
    const strict = await createGateway({ OLLAMA_URL: ollama.origin, AUTH_FAILURES_PER_MINUTE: '3' });
    try {
      const guess = (number: number) => ask(PROTECTED, bearer(`pk_live_${number}`), strict);
      for (const number of [1, 2, 3]) expect((await guess(number)).status).toBe(401);
      const refused = await guess(4);
      expect([refused.status, await refused.json()]).toMatchObject([429, { error: 'rate_limit_exceeded' }]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await ask(PROTECTED, bearer(JWT_SHAPED), strict)).status).toBe(429);
      // A signature cannot be guessed, and whoever has one is not kept out by somebody else.
      expect((await ask(PROTECTED, await authorizationOf(strict), strict)).status).toBe(200);
    } finally {
      await strict.close();
    }
  });

  it('are not what has expired: whoever had it need not come back later', async () => {
    const strict = await createGateway({ OLLAMA_URL: ollama.origin, AUTH_FAILURES_PER_MINUTE: '3' });
    try {
      const anHourAgo = Date.now() - 3_600_000;
      vi.useFakeTimers({ toFake: ['Date'], now: anHourAgo });
      const old = ['a', 'b', 'c', 'd'].map((subject) => authorizationOf(strict, { subject, lifetimeS: 60 }));
      const tokens = await Promise.all(old);
      vi.useRealTimers();
      for (const token of tokens) expect((await ask(PROTECTED, token, strict)).status).toBe(401);
      expect((await ask(PROTECTED, bearer('pk_live_1'), strict)).status).toBe(401);
    } finally {
      await strict.close();
    }
  });
});

describe('GET /.well-known/jwks.json', () => {
  it('lets others check our tokens', async () => {
    const { authorization } = await authorizationOf(abroad, { subject: 'ada' });
    const keys = createRemoteJWKSet(new URL(`${abroad.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(authorization.replace('Bearer ', ''), keys);
    expect(payload).toMatchObject({
      sub: 'ada',
      id: 'ada',
      role: 'user',
      scope: 'read write',
      tenant: 'default',
    });
    expect(protectedHeader.typ).toBe('at+jwt');
  });

  it('may be kept for a while, and holds no private part', async () => {
    const response = await fetch(`${abroad.url}/.well-known/jwks.json`);
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys } = (await response.json()) as { keys: object[] };
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ]);
  });
});

describe('stream tickets', () => {
  const ticketFor = async (headers: Record<string, string>, to = abroad) => {
    const response = await fetch(`${to.url}/api/v1/auth/tickets`, { method: 'POST', headers });
    return {
      status: response.status,
      body: (await response.json()) as { ticket: string; expires_in: number },
    };
  };
  const open = async (path: string, to = abroad) => {
    const response = await fetch(to.url + path);
    await response.body?.cancel();
    return response.status;
  };

  it('are given for a credential, and open one stream each', async () => {
    expect((await ticketFor({})).status).toBe(401);
    const { status, body } = await ticketFor(await authorizationOf(abroad, { subject: 'ada' }));
    expect([status, body]).toEqual([
      200,
      { ticket: expect.stringMatching(/^tk_[\w-]{43}$/), expires_in: 60 },
    ]);
    const path = `/agent/stream?agent_type=travel&task=Hello&ticket=${body.ticket}`;
    expect(await open(path)).toBe(200);
    expect(lastUser(abroad)).toMatchObject({ userId: 'ada' });
    expect(await open(path)).toBe(401);
  });

  it('open streams, and nothing else', async () => {
    const { body } = await ticketFor(await authorizationOf(abroad));
    expect(await open(`/v1/models?ticket=${body.ticket}`)).toBe(401);
    expect(await open(`/api/v1/audit/checkpoint?ticket=${body.ticket}`)).toBe(401);
    expect(await open(`/streaming/sse/status?ticket=${body.ticket}`)).toBe(200);
  });

  it('are worth nothing once their holder is revoked', async () => {
    const { body } = await ticketFor(await authorizationOf(abroad, { subject: 'trudy' }));
    await abroad.app.get(Revocations).revoke({ kind: 'principal', id: 'trudy', tenant: 'default' });
    expect(await open(`/streaming/sse/status?ticket=${body.ticket}`)).toBe(401);
  });

  it('let one of many in who come at once', async () => {
    const { body } = await ticketFor(await authorizationOf(abroad));
    const path = `/streaming/sse/status?ticket=${body.ticket}`;
    const statuses = await Promise.all(Array.from({ length: 8 }, () => open(path)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });
});
