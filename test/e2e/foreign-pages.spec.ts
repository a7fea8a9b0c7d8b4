import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { WsClient, type Refusal } from '../support/ws-client.js';

const CORS = 'https://chat.example.org';
/** GETs that a picture on any page could ask for. */
const PATHS = [
  '/agent/stream?task=Hello&agent_type=qa_engineer',
  '/api/stream/qa_engineer?task=Hello',
  '/streaming/sse/chat?message=Hello&model=phi3',
  '/streaming/sse/metrics',
  '/streaming/sse/status',
  '/streaming/sse/alerts',
];

interface Answered {
  readonly status: number;
  readonly error?: string;
}

/** Each path has its own form of errors. */
function codeOf(body: string): string {
  const { error } = JSON.parse(body) as { error: string | { code: string } };
  return typeof error === 'string' ? error : error.code;
}

let ollama: FakeOllama;
let gateway: TestGateway;
let guarded: TestGateway;
let anyName: TestGateway;

/** Only the status, and the error of a refusal: what streams is left at once. */
const get = (
  path: string,
  headers: Record<string, string>,
  { port } = gateway,
  method = 'GET',
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const status = response.statusCode!;
      if (status === 200 || method === 'HEAD') {
        resolve({ status });
        return void response.destroy();
      }
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status, error: codeOf(body) }));
    });
    asked.on('error', reject).end();
  });

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  const env = { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
  gateway = await createGateway({ ...env, P8FS_CORS_ORIGINS: CORS }, undefined, { signedIn: 'where needed' });
  guarded = await createGateway({ ...env, ALLOWED_HOSTS: 'ai.example.org' }, undefined, {
    signedIn: 'where needed',
  });
  anyName = await createGateway({ ...env, ALLOWED_HOSTS: '*' }, undefined, { signedIn: 'where needed' });
});
afterAll(async () => {
  for (const each of [gateway, guarded, anyName]) await each.close();
  await ollama.close();
});

describe.each(PATHS)('GET %s', (path) => {
  const foreign = { status: 403, error: 'origin_not_allowed' };

  it.each([
    ['a picture on a foreign page', { 'sec-fetch-site': 'cross-site' }],
    ['a script of a foreign page', { origin: 'https://evil.example' }],
    ['a page that hides where it is from', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ])('is refused to %s', async (_, headers) => {
    const begun = gateway.storage.begins.length;
    expect(await get(path, headers)).toEqual(foreign);
    expect(await get(path, headers, gateway, 'HEAD')).toEqual({ status: 403 });
    expect(gateway.storage.begins).toHaveLength(begun);
  });

  it.each([
    ['a program', {}],
    ['its own page', { 'sec-fetch-site': 'same-origin' }],
    ['a page beside it', { 'sec-fetch-site': 'same-site' }],
    ['somebody who types its address', { 'sec-fetch-site': 'none' }],
    ['a page that may call', { origin: CORS, 'sec-fetch-site': 'cross-site' }],
  ])('is open to %s', async (_, headers) => {
    expect((await get(path, headers)).status).not.toBe(403);
  });
});

describe('what is not begun by a GET', () => {
  it('is left to CORS', async () => {
    expect((await get('/v1/models', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });
});

describe('a handshake under a name', () => {
  const poll = (host: string, to: TestGateway) => get('/socket.io/?EIO=4&transport=polling', { host }, to);
  const upgrade = (path: string, host: string, to: TestGateway) =>
    WsClient.open(`${to.url}${path}`, { headers: { host } }).then(
      (client) => {
        client.kill();
        return 101;
      },
      ({ status }: Refusal) => status,
    );
  const UPGRADES = ['/streaming/websocket', '/ws/ai/stream', '/socket.io/?EIO=4&transport=websocket'];

  it.each(['evil.example', 'evil.example:8002', 'ai.example.org.evil.example'])(
    'that is not its own, such as %s, is refused',
    async (host) => {
      for (const to of [gateway, guarded]) {
        expect(await poll(host, to)).toEqual({ status: 403, error: 'origin_not_allowed' });
        for (const path of UPGRADES) expect([path, await upgrade(path, host, to)]).toEqual([path, 403]);
      }
    },
  );

  it.each([
    ['the host of a page that may call', 'chat.example.org', () => gateway],
    ['one that was configured', 'ai.example.org:443', () => guarded],
    ['localhost', 'localhost:8002', () => guarded],
    ['an address', '192.168.10.29:8000', () => guarded],
    ['any, where any may come', 'gateway', () => anyName],
  ])('is taken for %s', async (_, host, to) => {
    expect((await poll(host, to())).status).toBe(200);
    for (const path of UPGRADES) expect([path, await upgrade(path, host, to())]).toEqual([path, 101]);
  });
});
