import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConnectionManager } from '../../src/modules/realtime/connections/connection-manager.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually, withDeadline } from '../support/eventually.js';
import { believe, caller, showing, tokenOf } from '../support/named-callers.js';
import { RawClient } from '../support/raw-http.js';
import { SocketClient } from '../support/socket-client.js';
import { WsClient, type Refusal } from '../support/ws-client.js';

const PATHS = ['/streaming/websocket/chat', '/streaming/websocket', '/ws/ai/stream'];

let gateway: TestGateway;
const open: WsClient[] = [];

const knock = async (path: string, headers: Record<string, string> = {}, to = gateway): Promise<WsClient> => {
  const client = await WsClient.open(`${to.url}${path}`, { headers });
  open.push(client);
  return client;
};
const refusal = (path: string, headers?: Record<string, string>, to = gateway): Promise<Refusal> =>
  knock(path, headers, to).then(
    () => Promise.reject(new Error('it was let in')),
    (error: Refusal) => error,
  );

/** With the target as it is written. */
const get = async (target: string, headers = '', to = gateway) => {
  const client = await RawClient.open(to.port);
  await client.send(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  const [response] = await client.responses();
  client.destroy();
  return response;
};

beforeAll(async () => {
  gateway = await createGateway({ P8FS_CORS_ORIGINS: 'https://chat.example.org' });
});
afterEach(() => {
  for (const client of open.splice(0)) client.kill();
});
afterAll(() => gateway.close());

describe('the door for upgrades', () => {
  it.each(PATHS)('opens for %s', async (path) => {
    expect((await knock(path)).socket.readyState).toBe(1);
    expect((await knock(`${path}/?x=1`)).socket.readyState).toBe(1);
  });

  it.each(['/socket.io/', '/socket.io'])('opens for Socket.IO at %s', async (path) => {
    expect((await knock(`${path}?EIO=4&transport=websocket`)).socket.readyState).toBe(1);
    expect((await refusal(path)).status).toBe(400);
  });

  it.each(['/', '/v1/models', '/streaming/websocket/other', '/socket.iox/', '/%00'])(
    'answers 404 to %s',
    async (path) => {
      const { status, body } = await refusal(path);
      expect([status, body]).toEqual([404, expect.stringContaining('not_found')]);
    },
  );

  it.each(['http://localhost:3000', 'https://127.0.0.1', 'https://chat.example.org'])(
    'opens for pages of %s',
    async (origin) => {
      for (const path of PATHS) expect((await knock(path, { origin })).socket.readyState).toBe(1);
    },
  );

  it('opens for pages it could have served itself', async () => {
    expect((await knock(PATHS[0]!, { origin: gateway.url })).socket.readyState).toBe(1);
  });

  it.each(['https://evil.example.org', 'null', 'file://', 'https://chat.example.org.evil.org'])(
    'answers 403 to pages of %s',
    async (origin) => {
      for (const path of [...PATHS, '/socket.io/?EIO=4&transport=websocket'])
        expect([path, (await refusal(path, { origin })).status]).toEqual([path, 403]);
      const poll = await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
      expect(poll.status).toBe(403);
    },
  );

  it('answers 403 to a Host that is none', async () => {
    expect((await refusal(PATHS[0]!, { host: 'a b' })).status).toBe(403);
  });

  it.each([
    ['a path that is not there', '/streaming/other', 404, ''],
    ['a page of a foreign origin', PATHS[0]!, 403, 'Origin: https://evil.example\r\n'],
    ['a key that is none', PATHS[0]!, 400, ''],
  ])(
    'keeps no socket that was refused for %s, also where the client keeps it',
    async (_, path, status, line) => {
      const server = gateway.app.getHttpServer();
      const taken = new Promise<Socket>((resolve) =>
        server.once('upgrade', (_request, socket) => resolve(socket as Socket)),
      );
      const client = await RawClient.open(gateway.port);
      await client.send(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${line}` +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: none\r\n\r\n',
      );
      const [response] = await client.responses();
      expect(response!.status).toBe(status);
      const socket = await taken;
      await eventually(() => socket.destroyed);
      client.destroy();
    },
  );

  it('tells strangers that they need a credential, before anything is upgraded', async () => {
    const guarded = await createGateway({ TRUSTED_NETWORKS: '[]' });
    for (const path of PATHS) {
      const { status, headers, body } = await refusal(path, {}, guarded);
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toContain('Bearer');
      expect(JSON.parse(body)).toMatchObject({ error: 'unauthorized', status_code: 401 });
    }
    await guarded.close();
  });

  it.each(PATHS)('answers a plain GET of %s with 426', async (path) => {
    const response = await fetch(`${gateway.url}${path}`);
    expect(response.status).toBe(426);
    expect([response.headers.get('upgrade'), response.headers.get('connection')?.toLowerCase()]).toEqual([
      'websocket',
      'upgrade',
    ]);
    expect(await response.json()).toMatchObject({ error: 'upgrade_required' });
  });

  it('is not there when WebSocket is switched off', async () => {
    const without = await createGateway({ WEBSOCKET_ENABLED: 'false' });
    for (const path of [...PATHS, '/socket.io/?EIO=4&transport=websocket'])
      expect((await refusal(path, {}, without)).status).toBe(404);
    expect((await fetch(`${without.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(404);
    expect((await fetch(`${without.url}${PATHS[0]}`)).status).toBe(404);
    await without.close();
  });

  it('is not there for chat when that is switched off', async () => {
    const without = await createGateway({ STREAMING_CHAT_ENABLED: 'false' });
    expect((await refusal(PATHS[0]!, {}, without)).status).toBe(404);
    expect((await knock(PATHS[2]!, {}, without)).socket.readyState).toBe(1);
    await without.close();
  });

  it('answers 503 when there are as many as there may be, whatever they speak', async () => {
    const small = await createGateway({ WEBSOCKET_MAX_CONNECTIONS: '2' });
    await knock(PATHS[0]!, {}, small);
    await knock(PATHS[2]!, {}, small);
    const { status, headers } = await refusal(PATHS[1]!, {}, small);
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    const poll = await fetch(`${small.url}/socket.io/?EIO=4&transport=polling`);
    expect([poll.status, poll.headers.get('retry-after')]).toEqual([503, '5']);
    await small.close();
  });

  it('answers 429 to one caller who has as many as settings say, whatever they speak, and opens for others', async () => {
    const small = await createGateway({ WEBSOCKET_MAX_CONNECTIONS_PER_CALLER: '2' });
    believe(small);
    const ada = showing(caller('ada'));
    const auth = { token: tokenOf(caller('ada')) };
    const first = await knock(PATHS[0]!, ada, small);
    const second = await SocketClient.open(small.url, { auth });
    const { status, headers } = await refusal(PATHS[1]!, ada, small);
    expect([status, headers['retry-after']]).toEqual([429, '5']);
    await expect(SocketClient.open(small.url, { auth })).rejects.toMatchObject({
      data: { code: 'rate_limit_exceeded' },
    });
    await knock(PATHS[1]!, showing(caller('ada', { tenant: 'acme' })), small);
    for (let i = 0; i < 3; i++) await knock(PATHS[0]!, {}, small);
    second.close();
    first.kill();
    await eventually(() => small.app.get(ConnectionManager).count === 4);
    await knock(PATHS[0]!, ada, small);
    await small.close();
  });

  it('lets nobody be kept out by polls that were abandoned before they joined', async () => {
    const small = await createGateway({ WEBSOCKET_MAX_CONNECTIONS: '2' });
    const poll = () => fetch(`${small.url}/socket.io/?EIO=4&transport=polling`);
    await knock(PATHS[0]!, {}, small);
    const abandoned = (await (await poll()).text()).match(/"sid":"([^"]+)"/)![1]!;
    expect((await poll()).status).toBe(503);
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 1_000);
    expect((await poll()).status).toBe(200);
    clock.mockRestore();
    expect((await fetch(`${small.url}/socket.io/?EIO=4&transport=polling&sid=${abandoned}`)).status).toBe(
      400,
    );
    expect((await poll()).status).toBe(503);
    await small.close();
  });

  it.each(['sid=', 'x=?sid=1', 'x#&sid=1', 'sid=1&sid=', 'x=?sid=1&sid'])(
    'takes no client for one that is connected because its query says %s',
    async (query) => {
      const full = await createGateway({ WEBSOCKET_MAX_CONNECTIONS: '1' });
      await knock(PATHS[0]!, {}, full);
      const target = `/socket.io/?EIO=4&transport=polling&${query}`;
      expect((await get(target, '', full))!.status).toBe(503);
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
      expect((await get(target.replace('polling', 'websocket'), upgrade, full))!.status).toBe(503);
      await full.close();
    },
  );

  it.each(['/%73ocket.io/', '/socket%2Eio', 'http://localhost/socket.io/', 'http://localhost/socket.io'])(
    'answers a poll of Socket.IO at %s',
    async (path) => {
      const response = await get(`${path}?EIO=4&transport=polling`);
      expect([response!.status, response!.body.toString()]).toEqual([200, expect.stringMatching(/^0\{/)]);
    },
  );

  it('is closed where what was asked before on the connection is not answered yet', async () => {
    const client = await RawClient.open(gateway.port);
    const head = 'HTTP/1.1\r\nHost: localhost\r\n';
    await client.send(
      `GET /v1/models ${head}\r\nGET ${PATHS[0]} ${head}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await withDeadline(client.closed, { what: 'the close' });
    expect(client.received.toString()).not.toContain(' 101 ');
  });

  it.each([
    ['GET', ''],
    ['POST', '{"model":"x"}'],
  ])('lets a %s that offers another protocol pass as if it did not', async (method, body) => {
    const client = await RawClient.open(gateway.port);
    const path = method === 'GET' ? '/live' : '/v1/chat/completions';
    await client.send(
      `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n` +
        `HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    const [response] = await client.responses();
    expect(response!.status).toBe(method === 'GET' ? 200 : 400);
    client.destroy();
  });
});
