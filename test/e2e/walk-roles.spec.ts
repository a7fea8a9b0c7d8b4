import type { Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POLICIES } from '../../src/app.policies.js';
import type { AccessPolicy } from '../../src/common/http/access-policy.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { targetOf, watchRoutes, type WalkedRoute } from '../support/route-walk.js';
import { authorizationOf } from '../support/sign-in.js';
import { SocketClient } from '../support/socket-client.js';
import { Refusal, WsClient } from '../support/ws-client.js';

const routesOf = watchRoutes();
let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway(
    { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', STREAMING_ALERTS_ENABLED: 'true' },
    'database',
  );
}, 120_000);
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

/** A look at who is asking. */
type Cell = 'let in' | 401 | 403;

interface Walker {
  readonly name: string;
  readonly headers: () => Promise<Record<string, string>> | Record<string, string>;
  /** What the policy promises; `reads` for GET and HEAD. */
  readonly expected: (policy: AccessPolicy, reads: boolean) => Cell;
}

const holder =
  (terms: Parameters<typeof authorizationOf>[1], more: Record<string, string> = {}) =>
  async () => ({ ...(await authorizationOf(gateway, terms)), ...more });
const unlessPublic =
  (decide: (policy: AccessPolicy, reads: boolean) => Cell): Walker['expected'] =>
  (policy, reads) =>
    policy === 'pub' ? 'let in' : decide(policy, reads);
const unlessAdmin = unlessPublic((policy) => (policy === 'admin' ? 403 : 'let in'));

const WALKERS: readonly Walker[] = [
  {
    name: 'a trusted caller without a credential',
    headers: () => ({}),
    expected: (policy) => (policy === 'pub' || policy === 'net' ? 'let in' : 401),
  },
  {
    name: 'a stranger without a credential',
    headers: () => ({ 'x-forwarded-for': '203.0.113.9' }),
    expected: unlessPublic(() => 401),
  },
  {
    name: 'a stranger with a token of somebody else’s making',
    headers: () => ({
      'x-forwarded-for': '203.0.113.9',
      authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwicm9sZSI6ImFkbWluIn0.',
    }),
    expected: unlessPublic(() => 401),
  },
  {
    name: 'a user who may only read',
    headers: holder({ scopes: ['read'] }),
    expected: unlessPublic((policy, reads) => (policy === 'admin' || !reads ? 403 : 'let in')),
  },
  {
    name: 'a user who may only write',
    headers: holder({ scopes: ['write'] }),
    expected: unlessPublic((policy, reads) => (policy === 'admin' || reads ? 403 : 'let in')),
  },
  { name: 'a user', headers: holder({}), expected: unlessAdmin },
  {
    name: 'a user from abroad',
    headers: holder({}, { 'x-forwarded-for': '203.0.113.9' }),
    expected: unlessAdmin,
  },
  { name: 'a premium user', headers: holder({ role: 'premium' }), expected: unlessAdmin },
  { name: 'an administrator', headers: holder({ role: 'admin' }), expected: () => 'let in' },
  {
    name: 'an administrator of another tenant',
    headers: holder({ role: 'admin', tenant: 'umbrella' }),
    expected: () => 'let in',
  },
  {
    name: 'an administrator who names a tenant that is not theirs',
    headers: holder({ role: 'admin', tenant: 'umbrella' }, { 'x-tenant-id': 'default' }),
    expected: unlessPublic(() => 403),
  },
  {
    name: 'a trusted caller who names a tenant',
    headers: () => ({ 'x-tenant-id': 'umbrella' }),
    expected: (policy) => (policy === 'pub' ? 'let in' : policy === 'net' ? 403 : 401),
  },
];

/** Routes that look at callers themselves, besides their policy: `METHOD /path`, and what they may answer then. */
const LOOKS_ITSELF: Readonly<Record<string, readonly number[]>> = {
  'POST /oauth/introspect': [401],
  'GET /oauth/userinfo': [401, 403],
  'HEAD /oauth/userinfo': [401, 403],
  'POST /oauth/userinfo': [401, 403],
  // For people who are known here.
  'POST /api/v1/auth/devices/pairings': [403],
  'GET /api/v1/auth/emails': [403],
  'HEAD /api/v1/auth/emails': [403],
  'DELETE /api/v1/auth/emails/:email': [403],
};

/** Where a GET begins a generation, which is no reading. */
const BEGINS: ReadonlySet<string> = new Set(['/agent/stream', '/api/stream/:agent', '/streaming/sse/chat']);

const AT_ONCE_MS = 1_000;

/** The status, or 0 where the answer is only begun later, as with a stream nothing is said in yet. */
async function statusOf({ method, url }: WalkedRoute, headers: Record<string, string>): Promise<number> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), AT_ONCE_MS);
  const withBody = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
  try {
    const response = await fetch(gateway.url + targetOf(url), {
      method,
      headers: { ...headers, ...(withBody && { 'content-type': 'application/json' }) },
      ...(withBody && { body: '{}' }),
      redirect: 'manual',
      signal: stop.signal,
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const toCell = (status: number): Cell => (status === 401 || status === 403 ? status : 'let in');

describe('every route', () => {
  const routes = () => routesOf().filter(({ url }) => url !== '*');

  it('has a policy, and every policy a route', () => {
    expect(routes().length).toBeGreaterThan(60);
    expect(routes().filter(({ policy }) => policy === undefined)).toEqual([]);
    const declared = new Set(routes().map(({ method, url }) => `${method} ${url}`));
    const unused = Object.keys(POLICIES).filter((key) =>
      key.endsWith('/*')
        ? ![...declared].some((route) => route.startsWith(key.slice(0, -1)))
        : !declared.has(key) && key !== 'OPTIONS *',
    );
    expect(unused).toEqual([]);
    expect(Object.keys(LOOKS_ITSELF).filter((key) => !declared.has(key))).toEqual([]);
  });

  it.each(WALKERS)(
    'lets in $name where its policy does, and nowhere else',
    async ({ headers, expected }) => {
      const shown = await headers();
      const wrong: string[] = [];
      for (const route of routes()) {
        const status = await statusOf(route, shown);
        const name = `${route.method} ${route.url}`;
        if (LOOKS_ITSELF[name]?.includes(status)) continue;
        const reads = (route.method === 'GET' || route.method === 'HEAD') && !BEGINS.has(route.url);
        const wanted = expected(route.policy!, reads);
        if (toCell(status) !== wanted || status >= 500)
          wrong.push(`${name} (${route.policy}): ${status} instead of ${wanted}`);
      }
      expect(wrong).toEqual([]);
    },
    120_000,
  );
});

describe('every door of a socket', () => {
  interface Door {
    readonly path: string;
    readonly isRaw: boolean;
  }

  /** Of all gateways there are. */
  const doors = (): Door[] =>
    [...gateway.app.get(ModulesContainer).values()]
      .flatMap(({ providers }) => [...providers.values()])
      .map(({ metatype }) => metatype as Type | undefined)
      .filter((type) => type != null && Reflect.getMetadata('websockets:is_gateway', type) === true)
      .map(
        (type) =>
          Reflect.getMetadata('websockets:gateway_options', type!) as { path?: string; transport?: unknown },
      )
      .map(({ path = '/socket.io', transport }) => ({ path, isRaw: transport === 'raw' }));

  it('has a policy', () => {
    expect(doors().length).toBeGreaterThanOrEqual(4);
    expect(doors().filter(({ path }) => POLICIES[`GET ${path.replace(/\/$/, '')}`] === undefined)).toEqual(
      [],
    );
  });

  it.each(WALKERS)('takes $name as its policy says', async ({ headers, expected }) => {
    const extraHeaders = await headers();
    for (const { path, isRaw } of doors()) {
      // Socket.IO opens for everybody and asks in its first packet, as strictly as the others do.
      const wanted = expected(isRaw ? POLICIES[`GET ${path}`]! : 'net', true);
      expect([path, await knock(path, isRaw, extraHeaders)]).toEqual([path, wanted]);
    }
  });

  const CODES: Readonly<Record<string, Cell>> = {
    unauthorized: 401,
    invalid_token: 401,
    insufficient_scope: 403,
    tenant_mismatch: 403,
  };

  async function knock(path: string, isRaw: boolean, headers: Record<string, string>): Promise<unknown> {
    try {
      const client = isRaw
        ? await WsClient.open(gateway.url + path, { headers })
        : await SocketClient.open(gateway.url, { transports: ['websocket'], extraHeaders: headers });
      client.close();
      return 'let in';
    } catch (error) {
      if (error instanceof Refusal) return toCell(error.status);
      const { code } = (error as { data?: { code?: string } }).data ?? {};
      return CODES[code ?? ''] ?? String(error);
    }
  }
});
