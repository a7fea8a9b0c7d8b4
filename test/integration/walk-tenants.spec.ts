import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../../src/infrastructure/redis/index.js';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { DeviceRows } from '../../src/modules/identity/devices/device-rows.js';
import type { Principal } from '../../src/contracts/principal.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { hasParameter, targetOf, watchRoutes, type WalkedRoute } from '../support/route-walk.js';
import { authorizationOf } from '../support/sign-in.js';
import { SocketClient } from '../support/socket-client.js';
import { WsClient } from '../support/ws-client.js';
import { createOnServer, kindsAtHand } from './database-support.js';

const routesOf = watchRoutes();
const HELD = 'held';
const SOON_MS = 3_000;

interface Caller {
  readonly name: string;
  readonly tenant: string;
  readonly subject: string;
  readonly role: 'user' | 'admin';
}

const ADA = randomUUID();
const OWNER: Caller = { name: 'the owner', tenant: 'acme', subject: ADA, role: 'user' };
const OWN_ADMIN: Caller = { name: 'their administrator', tenant: 'acme', subject: 'root', role: 'admin' };
const OTHERS: readonly (Caller | undefined)[] = [
  { name: 'another user', tenant: 'acme', subject: 'eve', role: 'user' },
  { name: 'a user of another tenant', tenant: 'umbrella', subject: 'bob', role: 'user' },
  { name: 'their namesake in another tenant', tenant: 'umbrella', subject: ADA, role: 'user' },
  { name: 'an administrator of another tenant', tenant: 'umbrella', subject: 'root', role: 'admin' },
  { name: 'their namesake in the tenant of all', tenant: 'default', subject: ADA, role: 'admin' },
  // Whom a trusted network lets in without a credential.
  undefined,
];

/** Something of the owner's, and an id of its kind that nothing has. */
interface Owned {
  readonly id: string;
  readonly missing: string;
}

type Maker = () => Promise<Owned>;

const KINDS = kindsAtHand(
  { kind: 'the embedded database', open: () => createGateway(settings(), 'database') },
  { kind: 'a PostgreSQL server', open: openOnServer },
);

describe.each(KINDS)('what belongs to somebody else, on $kind', ({ open }) => {
  let gateway: TestGateway;
  const tokens = new Map<string, Record<string, string>>();

  beforeAll(async () => {
    ollama = await new FakeOllama({ models: 'any' }).listen();
    ollama.script((exchange) => {
      const { model } = exchange.request.body as { model: string };
      return model.startsWith(HELD)
        ? exchange.closed.then()
        : ollama.give(exchange, { pieces: ['Hello', '.'] });
    });
    gateway = await open();
    const redis = gateway.app.get(RedisConnection);
    await eventually(() => !redis.configured || redis.ready);
  }, 60_000);
  afterAll(async () => {
    await gateway.close();
    await ollama.close();
  });

  async function headersOf(caller: Caller | undefined): Promise<Record<string, string>> {
    if (caller === undefined) return {};
    const key = `${caller.tenant}/${caller.subject}/${caller.role}`;
    const known = tokens.get(key) ?? { ...(await authorizationOf(gateway, caller)) };
    tokens.set(key, known);
    return known;
  }

  async function ask(
    { method, url }: Pick<WalkedRoute, 'method' | 'url'>,
    id: string,
    caller: Caller | undefined,
  ): Promise<{ status: number; body: string }> {
    const withBody = method !== 'GET' && method !== 'HEAD' && method !== 'DELETE';
    const asked = fetch(gateway.url + targetOf(url, id), {
      method,
      headers: { ...(await headersOf(caller)), ...(withBody && { 'content-type': 'application/json' }) },
      ...(withBody && { body: '{}' }),
      signal: AbortSignal.timeout(SOON_MS),
    });
    const response = await asked.catch((error: Error) => error);
    // A stream in which nothing has been said yet.
    if (response instanceof Error && response.name === 'TimeoutError') return { status: 200, body: '' };
    if (response instanceof Error) throw response;
    const { status } = response;
    // A stream that runs has no end.
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      await response.body?.cancel();
      return { status, body: '' };
    }
    return { status, body: (await response.text()).replaceAll(id, 'ID') };
  }

  async function post(path: string, body: object): Promise<Response> {
    return fetch(gateway.url + path, {
      method: 'POST',
      headers: { ...(await headersOf(OWNER)), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  const MESSAGES = [{ role: 'user', content: 'Hello' }];

  const response: Maker = async () => {
    const made = (await (await post('/v1/responses', { model: 'phi3', input: 'Hello' })).json()) as {
      id: string;
    };
    return { id: made.id, missing: `resp_${'0'.repeat(32)}` };
  };

  const running: Maker = async () => {
    const registry = gateway.app.get(GenerationRegistry);
    const owner = { id: OWNER.subject, tenant: OWNER.tenant, role: 'user', scopes: [] } as Principal;
    const before = new Set(registry.runningOf(owner));
    const asked = post('/v1/chat/completions', { model: HELD, stream: true, messages: MESSAGES });
    void asked.then((answer) => answer.body?.cancel()).catch(() => undefined);
    const generation = await eventually(() => registry.runningOf(owner).find((each) => !before.has(each)));
    return { id: generation!.id, missing: `chatcmpl-${'0'.repeat(32)}` };
  };

  const conversation: Maker = async () => {
    const answer = await post('/v1/chat/completions', { model: 'phi3', messages: MESSAGES });
    await answer.text();
    const list = await fetch(`${gateway.url}/api/v1/audit/conversations?limit=1`, {
      headers: await headersOf(OWNER),
    });
    const { data } = (await list.json()) as { data: { id: number }[] };
    return { id: String(data[0]!.id), missing: '2147483000' };
  };

  const administer = async (path: string, body: object): Promise<string> => {
    const answer = await fetch(`${gateway.url}/api/v1/admin/${path}`, {
      method: 'POST',
      headers: { ...(await headersOf(OWN_ADMIN)), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { id, client_id: client } = (await answer.json()) as { id?: string; client_id?: string };
    return (id ?? client)!;
  };

  const user: Maker = async () => ({
    id: await administer('users', { email: `${randomUUID()}@acme.test` }),
    missing: randomUUID(),
  });

  const client: Maker = async () => ({
    id: await administer('oauth-clients', { name: 'A bot', grants: ['client_credentials'] }),
    missing: randomUUID(),
  });

  const apiKey: Maker = async () => {
    const made = (await (await post('/api/v1/auth/api-keys', { name: 'a key' })).json()) as { id: string };
    return { id: made.id, missing: randomUUID() };
  };

  const device: Maker = async () => {
    const id = randomUUID();
    await gateway.app
      .get(DataSource)
      .query("INSERT INTO users (id, tenant, role) VALUES ($1, $2, 'user') ON CONFLICT DO NOTHING", [
        OWNER.subject,
        OWNER.tenant,
      ]);
    await gateway.app.get(DeviceRows).insert({
      id,
      tenant: OWNER.tenant,
      userId: OWNER.subject,
      name: 'A phone',
      type: 'mobile',
      publicKey: randomBytes(32),
      createdAt: new Date(),
    });
    return { id, missing: randomUUID() };
  };

  /** Names of what is everybody's (models, agents, pages), of a browser's own session, of each tenant's own budgets, and of a caller's own addresses. */
  const SHARED =
    /\/oauth\/(?:authorize|interaction|device)\/:uid$|\/budgets\/:scope\/:subject$|\/auth\/emails\/:email$|\/(?:models|docs|redoc)\/\*$|:(?:agent|agent_key|agent_type)(?:\/|$)/;

  /** How to make what a route with a parameter is about. A route that is missing here fails the walk. */
  const OWNED: Readonly<Record<string, Maker>> = {
    'GET /v1/responses/:id': response,
    'DELETE /v1/responses/:id': response,
    'POST /v1/responses/:id/cancel': response,
    'GET /v1/responses/:id/input_items': response,
    'GET /api/v1/responses/:id': response,
    'DELETE /api/v1/responses/:id': response,
    'POST /api/v1/responses/:id/cancel': response,
    'GET /api/v1/responses/:id/input_items': response,
    'GET /v1/generations/:id': running,
    'GET /v1/generations/:id/stream': running,
    'POST /v1/generations/:id/cancel': running,
    'POST /agent/cancel/:id': running,
    'POST /api/v1/ai/cancel/:id': running,
    'GET /api/v1/audit/conversations/:id': conversation,
    'GET /api/v1/audit/conversations/:id/messages': conversation,
    'DELETE /api/v1/audit/conversations/:id': conversation,
    'DELETE /api/v1/auth/api-keys/:id': apiKey,
    'DELETE /api/v1/auth/devices/:id': device,
    'GET /api/v1/admin/users/:id': user,
    'PATCH /api/v1/admin/users/:id': user,
    'DELETE /api/v1/admin/users/:id': user,
    'DELETE /api/v1/admin/oauth-clients/:id': client,
  };

  /** Where the refusal says what was asked for. */
  const NAMES_IT = /^(?!\/api\/v1\/(?:auth|admin)\/)/;

  const owned = () =>
    routesOf().filter((route) => hasParameter(route) && route.method !== 'HEAD' && !SHARED.test(route.url));

  it('is known of every route that names something', () => {
    const names = owned().map(({ method, url }) => `${method} ${url}`);
    expect(names.length).toBeGreaterThanOrEqual(12);
    expect(names.filter((name) => OWNED[name] === undefined)).toEqual([]);
    expect(Object.keys(OWNED).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('is not there, as what is not there', async () => {
    for (const route of owned()) {
      const name = `${route.method} ${route.url}`;
      const { id, missing } = await OWNED[name]!();
      for (const other of OTHERS) {
        const foreign = await ask(route, id, other);
        const where = `${name} for ${other?.name ?? 'somebody without a credential'}`;
        expect({ where, ...foreign }).toEqual({ where, ...(await ask(route, missing, other)) });
        const isRefused = route.policy === 'admin' && other?.role !== 'admin';
        const isNobody = other === undefined && route.policy !== 'net';
        expect([where, foreign.status]).toEqual([where, isNobody ? 401 : isRefused ? 403 : 404]);
        if (foreign.status === 404 && NAMES_IT.test(route.url)) expect(foreign.body).toContain('ID');
      }
      const owner = route.policy === 'admin' ? OWN_ADMIN : OWNER;
      expect([name, [401, 403, 404].includes((await ask(route, id, owner)).status)]).toEqual([name, false]);
    }
  }, 120_000);

  it('is in no list, search, export or figure of others', async () => {
    const { id } = await conversation();
    const workflow = { steps: [{ agent: 'mockAgent', method: 'execute' }], input: 'Hello' };
    expect((await post('/api/coordinator/sequential', workflow)).status).toBe(200);
    for (const other of OTHERS) {
      if (other === undefined) continue;
      const headers = await headersOf(other);
      const read = async (path: string) => (await fetch(gateway.url + path, { headers })).text();
      const list = JSON.parse(await read('/api/v1/audit/conversations')) as { data: unknown[] };
      expect([other.name, list.data]).toEqual([other.name, []]);
      const found = JSON.parse(await read('/api/v1/audit/messages?text=Hello')) as { data: unknown[] };
      expect([other.name, found.data]).toEqual([other.name, []]);
      expect([other.name, await read('/api/v1/audit/export')]).toEqual([other.name, '']);
      if (other.tenant === OWNER.tenant) continue;
      expect(await read('/api/stream/stats')).toContain('"totalStreams":0');
      expect(await read('/api/coordinator/stats')).toContain('"totalWorkflows":0');
    }
    const own = await fetch(`${gateway.url}/api/v1/audit/export`, { headers: await headersOf(OWN_ADMIN) });
    expect(await own.text()).toContain(`"id":${id},`);
    const figures = await fetch(`${gateway.url}/api/coordinator/stats`, { headers: await headersOf(OWNER) });
    expect(await figures.text()).toContain('"totalWorkflows":1');
  });

  it('stays when another tenant has all of a user of the same name erased', async () => {
    const { id } = await conversation();
    const erase = async (caller: Caller) => {
      const answer = await fetch(`${gateway.url}/api/v1/audit/erasures`, {
        method: 'POST',
        headers: { ...(await headersOf(caller)), 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: OWNER.subject }),
      });
      return (await answer.json()) as { erased: number };
    };
    expect((await erase(OTHERS[3]!)).erased).toBe(0);
    const route = { method: 'GET', url: '/api/v1/audit/conversations/:id' };
    expect((await ask(route, id, OWNER)).status).toBe(200);
    expect((await erase(OWN_ADMIN)).erased).toBeGreaterThan(0);
    expect((await ask(route, id, OWNER)).status).toBe(404);
  });

  it('can be neither watched nor cancelled on a socket, and is as unknown there', async () => {
    const { id, missing } = await running();
    for (const other of OTHERS) {
      const headers = await headersOf(other);
      const socket = await SocketClient.open(gateway.url, {
        transports: ['websocket'],
        extraHeaders: headers,
      });
      for (const event of ['watch', 'cancel']) {
        const said = async (generation: string) =>
          JSON.stringify(await socket.ask(event, { generation_id: generation })).replaceAll(generation, 'ID');
        const foreign = await said(id);
        expect(foreign).toContain('generation_not_found');
        expect([event, foreign]).toEqual([event, await said(missing)]);
      }
      socket.close();
      for (const [path, message] of [
        ['/streaming/websocket', (it: string) => ({ type: 'cancel', generation_id: it })],
        ['/streaming/websocket/chat', (it: string) => ({ type: 'cancel', generation_id: it })],
        ['/ws/ai/stream', (it: string) => ({ cancel: it })],
      ] as const) {
        const client = await WsClient.open(gateway.url + path, { headers });
        const said = async (generation: string) => {
          client.say(message(generation));
          const heard = await client.until((each) => JSON.stringify(each).includes('generation_not_found'));
          return JSON.stringify(heard.at(-1)).replaceAll(generation, 'ID').replace(/\d+/g, 'N');
        };
        expect([path, await said(id)]).toEqual([path, await said(missing)]);
        client.close();
      }
    }
    expect((await ask({ method: 'GET', url: '/v1/generations/:id' }, id, OWNER)).status).toBe(200);
    expect((await ask({ method: 'POST', url: '/v1/generations/:id/cancel' }, id, OWNER)).status).toBe(200);
  });

  it('is not named among the connections of others', async () => {
    const client = await WsClient.open(`${gateway.url}/streaming/websocket`, {
      headers: await headersOf(OWNER),
    });
    const listed = async (caller: Caller | undefined) => {
      const answer = await fetch(`${gateway.url}/streaming/connections`, {
        headers: await headersOf(caller),
      });
      return ((await answer.json()) as { list: unknown[] }).list.length;
    };
    for (const other of OTHERS) expect([other?.name, await listed(other)]).toEqual([other?.name, 0]);
    expect(await listed(OWNER)).toBe(1);
    expect(await listed(OWN_ADMIN)).toBe(1);
    client.close();
  });

  it('is not answered with, whoever repeats its key or its request', async () => {
    // On a Redis that other tests use too.
    const messages = [{ role: 'user', content: randomUUID() }];
    const ids = new Set<string | null>();
    for (const caller of [OWNER, ...OTHERS]) {
      const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          ...(await headersOf(caller)),
          'content-type': 'application/json',
          'idempotency-key': messages[0]!.content,
        },
        body: JSON.stringify({ model: 'phi3', messages, temperature: 0 }),
      });
      await answer.text();
      expect([caller?.name, answer.status, answer.headers.get('idempotent-replayed')]).toEqual([
        caller?.name,
        200,
        null,
      ]);
      expect([caller?.name, answer.headers.get('x-cache')]).not.toEqual([caller?.name, 'hit']);
      ids.add(answer.headers.get('x-generation-id'));
    }
    expect(ids.size).toBe(1 + OTHERS.length);
  });
});

let ollama: FakeOllama;

const settings = () => ({
  OLLAMA_URL: ollama.origin,
  MODELS_ADMIT: 'any',
  RESPONSE_CACHE: 'on',
  ...(process.env.TEST_REDIS_URL !== undefined && { REDIS_URL: process.env.TEST_REDIS_URL }),
});

async function openOnServer(): Promise<TestGateway> {
  const database = await createOnServer();
  const gateway = await createGateway({ ...settings(), DATABASE_URL: database.config.url }, 'database');
  return {
    ...gateway,
    close: async () => {
      await gateway.close();
      await database.remove();
    },
  };
}
