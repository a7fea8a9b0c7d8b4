import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECURITY_HEADERS } from '../../src/common/http/security-headers.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { sendRaw } from '../support/raw-http.js';

let ollama: FakeOllama;
let gateway: TestGateway;
let secure: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  const env = { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
  gateway = await createGateway({ ...env, P8FS_CORS_ORIGINS: 'https://chat.example.org' });
  secure = await createGateway({ ...env, PUBLIC_URL: 'https://ai.example.org' });
});
afterAll(async () => {
  await Promise.all([gateway.close(), secure.close()]);
  await ollama.close();
});

const SDK_HEADERS = [
  'authorization',
  'content-type',
  'idempotency-key',
  'x-api-key',
  'x-stainless-arch',
  'x-stainless-helper-method',
  'x-stainless-lang',
  'x-stainless-os',
  'x-stainless-package-version',
  'x-stainless-retry-count',
  'x-stainless-runtime',
  'x-stainless-runtime-version',
  'x-stainless-timeout',
];

const chat = (stream: boolean): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'phi3', stream, messages: [{ role: 'user', content: 'Hello' }] }),
});

const missing = (headers: { get(name: string): string | null }, except: readonly string[] = []) =>
  Object.entries(SECURITY_HEADERS).filter(
    ([name, value]) => !except.includes(name) && headers.get(name) !== value,
  );

const preflight = (url: string, origin: string, headers = SDK_HEADERS) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': headers.join(','),
    },
  });

describe('the security headers', () => {
  it.each<[string, RequestInit, number]>([
    ['/', {}, 200],
    ['/health', {}, 200],
    ['/metrics', {}, 200],
    ['/openapi.json', {}, 200],
    ['/v1/chat/completions', chat(false), 200],
    ['/v1/chat/completions', { ...chat(false), body: '{' }, 400],
    ['/v1/chat/completions', {}, 405],
    ['/nothing', {}, 404],
    ['/%zz', {}, 400],
    ['/v1/models', { method: 'HEAD' }, 200],
  ])('are on %s, %j', async (path, init, status) => {
    const response = await fetch(gateway.url + path, init);
    expect(response.status).toBe(status);
    expect(missing(response.headers)).toEqual([]);
    expect(response.headers.has('x-powered-by')).toBe(false);
    expect(response.headers.has('server')).toBe(false);
  });

  it('are on streams, which say for themselves how they may be kept', async () => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, chat(true));
    expect(await response.text()).toContain('[DONE]');
    expect(missing(response.headers, ['cache-control'])).toEqual([]);
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
  });

  it('are on preflights', async () => {
    const response = await preflight(gateway.url, 'https://chat.example.org');
    expect(missing(response.headers)).toEqual([]);
  });

  const upgrade = (path: string, headers = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n') =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\n${headers}\r\n`;

  it.each([
    ['what the HTTP parser refuses', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 400],
    ['an upgrade that is refused', upgrade('/nowhere'), 404],
    ['a handshake that is malformed', upgrade('/ws/ai/stream', ''), 400],
    ['one to Socket.IO', upgrade('/socket.io/?EIO=4&transport=websocket', ''), 400],
    ['one by a client of an older revision', upgrade('/socket.io/?EIO=3&transport=websocket'), 400],
    ['an upgrade to an unknown session', upgrade('/socket.io/?EIO=4&transport=websocket&sid=none'), 400],
  ])('are on %s, with the one that asks for HTTPS', async (_, request, status) => {
    for (const { port } of [gateway, secure]) {
      const { responses } = await sendRaw(port, request);
      expect(responses.map((response) => response.status)).toEqual([status]);
      const headers = new Headers(responses[0]!.headers);
      expect(missing(headers)).toEqual([]);
      expect(headers.has('strict-transport-security')).toBe(port === secure.port);
      expect(JSON.parse(responses[0]!.body.toString())).toHaveProperty('error');
    }
  });

  it('tell a WebSocket client which versions it may speak', async () => {
    const request = upgrade('/ws/ai/stream').replace('Version: 13', 'Version: 7');
    const { responses } = await sendRaw(gateway.port, request);
    const [{ status, headers, body } = expect.fail()] = responses;
    expect(status).toBe(400);
    expect(new Headers(headers).get('sec-websocket-version')).toBe('13, 8');
    expect(body.toString()).toContain('Sec-WebSocket-Version');
  });

  it('ask for HTTPS only where that is how the gateway is reached', async () => {
    const [plain, tls] = await Promise.all([fetch(gateway.url), fetch(secure.url)]);
    expect(plain.headers.has('strict-transport-security')).toBe(false);
    expect(tls.headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains');
  });

  it.each(['/docs', '/docs/swagger-ui.css', '/redoc', '/redoc/redoc.standalone.js'])(
    'let %s load what is served beside it, and nothing else',
    async (path) => {
      const response = await fetch(gateway.url + path);
      expect(response.status).toBe(200);
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/);
      expect(policy).toContain("frame-ancestors 'none'");
      // Assets say for themselves how they may be kept.
      expect(missing(response.headers, ['content-security-policy', 'cache-control'])).toEqual([]);
    },
  );

  it('make no exception for a path that only looks like documentation', async () => {
    for (const path of ['/docsx', '/redocs/x', '/v1/docs'])
      expect(missing((await fetch(gateway.url + path)).headers)).toEqual([]);
  });
});

describe('web pages of other origins', () => {
  it('that are allowed may send what the official SDKs send', async () => {
    const { status, headers } = await preflight(gateway.url, 'https://chat.example.org');
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe('https://chat.example.org');
    const allowed = (headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/, ?/);
    expect(SDK_HEADERS.filter((name) => !allowed.includes(name))).toEqual([]);
    expect(headers.get('vary')?.toLowerCase()).toContain('origin');
  });

  it.each(['https://evil.example', 'https://chat.example.org.evil.example', 'null'])(
    'such as %s are not',
    async (origin) => {
      for (const response of [
        await preflight(gateway.url, origin),
        await fetch(`${gateway.url}/v1/models`, { headers: { origin } }),
      ]) {
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  it('are never given credentials, whoever may come', async () => {
    const open = await createGateway({ OLLAMA_URL: ollama.origin, P8FS_CORS_ORIGINS: '*' });
    try {
      for (const { url } of [open, gateway])
        for (const response of [
          await preflight(url, 'https://chat.example.org'),
          await fetch(`${url}/v1/models`, { headers: { origin: 'https://chat.example.org' } }),
        ])
          expect(response.headers.has('access-control-allow-credentials')).toBe(false);
    } finally {
      await open.close();
    }
  });
});
