import { once } from 'node:events';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TaskObservers } from '../../src/modules/agent-tasks/task-observers.js';
import { Revocations, type TokenTerms } from '../../src/modules/identity/index.js';
import { SseService } from '../../src/modules/realtime/channels/sse.service.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually, withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { authorizationOf } from '../support/sign-in.js';
import { SocketClient } from '../support/socket-client.js';
import { Refusal, WsClient } from '../support/ws-client.js';

const PATHS = ['/streaming/websocket', '/streaming/websocket/chat', '/ws/ai/stream'];
const CHAT = { type: 'chat', model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };

let ollama: FakeOllama;
/** Where no address is trusted. */
let gateway: TestGateway;
const clients: { close(): void }[] = [];

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  gateway = await createGateway({
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    TRUSTED_NETWORKS: '10.0.0.0/8',
    AUTH_FAILURES_PER_MINUTE: '1000',
    STREAMING_ALERTS_ENABLED: 'true',
  });
});
afterEach(() => clients.splice(0).forEach((client) => client.close()));
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const tokenFor = async (terms: Partial<TokenTerms> = {}) =>
  (await authorizationOf(gateway, terms)).authorization.replace('Bearer ', '');
const ticket = async () => {
  const headers = await authorizationOf(gateway, { subject: 'ada' });
  const response = await fetch(`${gateway.url}/api/v1/auth/tickets`, { method: 'POST', headers });
  return ((await response.json()) as { ticket: string }).ticket;
};
const open = async (path: string, headers: Record<string, string> = {}) => {
  const client = await WsClient.open(gateway.url + path, { headers });
  clients.push(client);
  return client;
};
const refusalOf = (path: string, headers: Record<string, string> = {}) =>
  open(path, headers).then(
    () => 'open',
    (refusal: Refusal) => [refusal.status, refusal.headers['www-authenticate']],
  );
const INVALID = [401, 'Bearer error="invalid_token"'];

describe('a WebSocket', () => {
  it.each(PATHS)('at %s is refused at the upgrade to whoever shows no good credential', async (path) => {
    expect(await refusalOf(path)).toEqual(INVALID);
    expect(await refusalOf(path, { authorization: 'Bearer a.b.c' })).toEqual(INVALID);
    expect(await refusalOf(path, { 'sec-websocket-protocol': 'bearer, a.b.c' })).toEqual(INVALID);
    expect(await refusalOf(`${path}?ticket=tk_made-up`)).toEqual(INVALID);
    expect(await refusalOf(`${path}?token=${await tokenFor()}`)).toEqual(INVALID);
  });

  it.each(PATHS)('at %s takes a bearer, a bearer among the subprotocols, and a ticket', async (path) => {
    expect(await open(path, await authorizationOf(gateway))).toBeDefined();
    const socket = new WebSocket(gateway.url.replace('http', 'ws') + path, ['bearer', await tokenFor()]);
    clients.push(socket);
    await once(socket, 'open');
    expect(socket.protocol).toBe('bearer');
    const opened = `${path}?ticket=${await ticket()}`;
    expect(await open(opened)).toBeDefined();
    expect(await refusalOf(opened)).toEqual(INVALID);
  });

  it('answers on behalf of whoever opened it', async () => {
    const client = await open(`/streaming/websocket?ticket=${await ticket()}`);
    client.say(CHAT);
    await client.until(({ data }) => (data as { type?: string }).type === 'complete');
    expect(gateway.storage.begins.at(-1)).toMatchObject({ userId: 'ada', tenant: 'default' });
  });

  it('begins nothing for a credential that may only read', async () => {
    const client = await open('/streaming/websocket', await authorizationOf(gateway, { scopes: ['read'] }));
    client.say(CHAT);
    expect(await client.next()).toMatchObject({
      data: { type: 'error', error: { code: 'insufficient_scope' } },
    });
    client.say({ type: 'ping' });
    expect(await client.next()).toMatchObject({ data: { type: 'pong' } });
  });

  it('is closed with 4401 when its credential expires', async () => {
    const client = await open('/ws/ai/stream', await authorizationOf(gateway, { lifetimeS: 1 }));
    const { code, reason } = await withDeadline(client.closed, { what: 'the close' });
    expect([code, reason]).toEqual([4401, 'The credential has expired.']);
  });

  it('is closed with 4401 within a second of its revocation, and no other is', async () => {
    const mine = await open('/ws/ai/stream', await authorizationOf(gateway, { subject: 'mallory' }));
    const other = await open('/streaming/websocket', await authorizationOf(gateway, { subject: 'ada' }));
    const startedAt = performance.now();
    await gateway.app.get(Revocations).revoke({ kind: 'principal', id: 'mallory', tenant: 'default' });
    const { code } = await withDeadline(mine.closed, { what: 'the close' });
    expect(code).toBe(4401);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    other.say({ type: 'ping' });
    expect(await other.next()).toMatchObject({ data: { type: 'pong' } });
  });
});

describe('Socket.IO', () => {
  const connect = async (auth: Record<string, unknown>, transports = ['websocket']) => {
    const client = await SocketClient.open(gateway.url, { auth, transports, reconnection: false });
    clients.push(client);
    return client;
  };
  const errorOf = (auth: Record<string, unknown>) =>
    connect(auth).then(
      () => 'connected',
      (error: Error & { data?: { code: string } }) => error.data?.code,
    );

  it('is refused to whoever shows no good credential', async () => {
    expect(await errorOf({})).toBe('unauthorized');
    expect(await errorOf({ token: 'a.b.c' })).toBe('unauthorized');
    expect(await errorOf({ ticket: 'tk_made-up' })).toBe('unauthorized');
    expect(await errorOf({ token: 7 })).toBe('unauthorized');
    expect(await errorOf({ token: '', ticket: '' })).toBe('unauthorized');
    expect(await errorOf({ token: await tokenFor({ lifetimeS: 1 }), ticket: await ticket() })).toBe(
      'invalid_request',
    );
  });

  it.each([['websocket'], ['polling']])('takes a token or a ticket by %s', async (transport) => {
    expect((await connect({ token: await tokenFor() }, [transport])).socket.connected).toBe(true);
    const once = { ticket: await ticket() };
    expect((await connect(once, [transport])).socket.connected).toBe(true);
    expect(await errorOf(once)).toBe('unauthorized');
  });

  it('says that the credential has expired, and disconnects', async () => {
    const client = await connect({ token: await tokenFor({ lifetimeS: 1 }) });
    const gone = new Promise<string>((resolve) => client.socket.once('disconnect', resolve));
    const said = new Promise<object>((resolve) => client.socket.once('error', resolve));
    expect(await withDeadline(said, { what: 'the error' })).toMatchObject({
      error: { code: 'unauthorized' },
    });
    await withDeadline(gone, { what: 'the end' });
  });
});

describe('a channel of events', () => {
  const listen = async (channel: string, terms: Partial<TokenTerms>) => {
    const headers = await authorizationOf(gateway, terms);
    const response = await fetch(`${gateway.url}/streaming/sse/${channel}`, { headers });
    expect(response.status).toBe(200);
    return withDeadline(response.text(), { what: 'the end of the events' });
  };

  it.each(['metrics', 'status', 'alerts'])('of %s ends when its credential expires', async (channel) => {
    const text = await listen(channel, { subject: 'eve', lifetimeS: 2 });
    expect(text).toMatch(/event: close\ndata: \{"reason":"The credential has expired\."\}\n\n$/);
  });

  it('ends when its credential is revoked', async () => {
    const text = listen('metrics', { subject: 'trudy' });
    await eventually(() => gateway.app.get(SseService).listening > 0);
    await gateway.app.get(Revocations).revoke({ kind: 'principal', id: 'trudy', tenant: 'default' });
    expect(await text).toContain('{"reason":"The credential was revoked."}');
  });
});

describe('a stream of tasks that run', () => {
  const watch = async (terms: Partial<TokenTerms>) => {
    const headers = await authorizationOf(gateway, terms);
    const response = await fetch(`${gateway.url}/agent/stream`, { headers });
    expect(response.status).toBe(200);
    return withDeadline(response.text(), { what: 'the end of the tasks' });
  };

  it('ends when its credential expires', async () => {
    expect(await watch({ subject: 'peggy', lifetimeS: 2 })).toMatch(/: The credential has expired\.\n\n$/);
  });

  it('ends when its credential is revoked', async () => {
    const text = watch({ subject: 'walter' });
    await eventually(() => gateway.app.get(TaskObservers).watching > 0);
    await gateway.app.get(Revocations).revoke({ kind: 'principal', id: 'walter', tenant: 'default' });
    expect(await text).toMatch(/: The credential was revoked\.\n\n$/);
  });
});

describe('a poll of Socket.IO', () => {
  it.each(['x-signature', 'x-nonce', 'signature', 'signature-input'])(
    'is refused when it means to be signed by %s',
    async (name) => {
      const poll = `${gateway.url}/socket.io/?EIO=4&transport=polling`;
      expect((await fetch(poll)).status).toBe(200);
      const response = await fetch(poll, { headers: { [name]: 'anything' } });
      expect([response.status, await response.json()]).toMatchObject([
        401,
        { error: { code: 'signature_invalid' } },
      ]);
    },
  );
});
