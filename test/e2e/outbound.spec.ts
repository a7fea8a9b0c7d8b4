import dns from 'node:dns';
import { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi, type MockInstance } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { sendRaw } from '../support/raw-http.js';
import { authorizationOf } from '../support/sign-in.js';

const UPSTREAM_KEY = 'sk-upstream-canary-7c21';
const LURE = 'lure.example';

let ollama: FakeOllama;
let openai: FakeOpenAi;
let lure: FakeUpstream;
let gateway: TestGateway;
let credential: string;
let connect: MockInstance<Socket['connect']>;
let lookup: MockInstance<typeof dns.lookup>;
/** Where this process connected to before anything was asked: what other files of tests left behind is no answer to a request. */
let before: readonly number[];

beforeAll(async () => {
  connect = vi.spyOn(Socket.prototype, 'connect');
  lookup = vi.spyOn(dns, 'lookup');
  ollama = await new FakeOllama({ models: 'any' }).listen();
  openai = await new FakeOpenAi({ models: 'any', apiKey: UPSTREAM_KEY, prefix: '/v1' }).listen();
  lure = await new FakeUpstream().listen();
  ollama.answer({ pieces: ['ok'] });
  gateway = await createGateway(
    {
      OLLAMA_URL: ollama.origin,
      OPENAI_BASE_URL: `${openai.origin}/v1`,
      OPENAI_API_KEY: UPSTREAM_KEY,
      MODELS_ADMIT: 'any',
    },
    undefined,
    { yaml: 'routes:\n  - model: remote\n    targets: [{ backend: openai }]' },
  );
  credential = (await authorizationOf(gateway)).authorization;
  before = ports();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await gateway.close();
  await Promise.all([ollama.close(), openai.close(), lure.close()]);
});
/** Where this process connected to. */
const ports = (): number[] => {
  const options = connect.mock.calls.map(([first]) =>
    Array.isArray(first) ? (first as unknown[])[0] : first,
  );
  return options.map((each) => Number((each as { port?: unknown }).port));
};

function expectKnownPlacesOnly(): void {
  const known = [gateway.port, ollama.port, openai.port];
  expect(known.filter((port) => !ports().includes(port))).toEqual([]);
  expect(ports().filter((port) => !known.includes(port) && !before.includes(port))).toEqual([]);
  expect(lookup.mock.calls.filter(([name]) => name.includes(LURE))).toEqual([]);
  expect(lure.requests).toEqual([]);
}

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: credential, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** Each by its number and by a name. */
const targets = () => [`http://127.0.0.1:${lure.port}/x.png`, `http://${LURE}:${lure.port}/x.png`];

const FIELDS = (url: string): object => ({
  api_base: url,
  base_url: url,
  baseURL: url,
  api_url: url,
  endpoint: url,
  host: url,
  proxy: url,
  callback_url: url,
  webhook: url,
  backend: url,
  provider: { base_url: url },
  metadata: { url, callback_url: url },
  extra_body: { api_base: url },
  user: url,
});

const HEADERS = (url: string): Record<string, string> => ({
  'x-api-base': url,
  'x-base-url': url,
  'x-forwarded-host': new URL(url).host,
  'x-original-url': url,
  'x-rewrite-url': url,
  'x-target-url': url,
  'x-callback-url': url,
  'x-citadel-backend': url,
  forwarded: `for=127.0.0.1;host=${new URL(url).host}`,
  origin: 'http://localhost:3000',
  referer: url,
});

describe('no request has the gateway connect to a host of its choice', () => {
  it.each([
    '/v1/chat/completions',
    '/api/v1/chat/completions',
    '/v1/completions',
    '/v1/responses',
    '/v1/embeddings',
    '/api/embed',
    '/agent/generate',
    '/agent/stream',
    '/workflow/create',
    '/v1/agents/stream',
  ])('by a field or a header, at %s', async (path) => {
    for (const url of targets()) {
      for (const model of ['phi3', 'remote', url]) {
        const messages = [{ role: 'user', content: `Read ${url}` }];
        const asked = {
          model,
          messages,
          input: 'Read it',
          prompt: 'Read it',
          agent_type: 'travel',
          task: 'Read it',
        };
        const response = await post(path, { ...asked, ...FIELDS(url) }, HEADERS(url));
        await response.text();
      }
    }
    expectKnownPlacesOnly();
  });

  it('by a picture, a file or a tool in the conversation', async () => {
    for (const url of targets()) {
      const parts = [
        { type: 'image_url', image_url: { url } },
        { type: 'image_url', image_url: url },
        { type: 'input_image', image_url: url },
        { type: 'input_file', file_url: url },
        { type: 'file', file: { file_url: url } },
        { type: 'file', mediaType: 'image/png', url },
        { type: 'video_url', video_url: { url } },
      ];
      for (const model of ['phi3', 'remote'])
        for (const part of parts) {
          const content = [{ type: 'text', text: 'What is it?' }, part];
          const chat = await post('/v1/chat/completions', { model, messages: [{ role: 'user', content }] });
          expect([part, chat.status]).toEqual([part, 400]);
          const input = [{ role: 'user', content: [{ type: 'input_text', text: 'What?' }, part] }];
          expect([part, (await post('/v1/responses', { model, input })).status]).toEqual([part, 400]);
        }
      const tools = [{ type: 'mcp', server_label: 'x', server_url: url }];
      expect((await post('/v1/responses', { model: 'phi3', input: 'Hello', tools })).status).toBe(400);
    }
    expectKnownPlacesOnly();
  });

  it('by the Host header or an absolute target', async () => {
    const authority = `${LURE}:${lure.port}`;
    for (const head of [
      `GET http://${authority}/v1/models HTTP/1.1\r\nHost: ${authority}`,
      `GET /v1/models HTTP/1.1\r\nHost: ${authority}`,
      `GET //${authority}/v1/models HTTP/1.1\r\nHost: 127.0.0.1`,
      `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}`,
    ])
      await sendRaw(gateway.port, `${head}\r\nConnection: close\r\n\r\n`, { until: 'close' });
    expectKnownPlacesOnly();
  });
});

describe('what goes upstream', () => {
  it.each([301, 302, 303, 307, 308])('does not follow a %d', async (status) => {
    ollama.script((exchange) =>
      exchange.respond(status, { Location: `http://127.0.0.1:${lure.port}/api/chat` }, ''),
    );
    ollama.answer({ pieces: ['ok'] });
    const response = await post('/v1/chat/completions', {
      model: 'phi3',
      messages: [{ role: 'user', content: 'Hello' }],
    });
    await response.text();
    expectKnownPlacesOnly();
  });

  it('has the key of a server for that server alone, and never the caller’s credential', async () => {
    const asked = { messages: [{ role: 'user', content: 'Hello' }] };
    const headers = { 'x-api-key': credential.slice('Bearer '.length), cookie: 'session=canary-cookie' };
    for (const model of ['phi3', 'remote'])
      await (await post('/v1/chat/completions', { model, ...asked }, headers)).text();
    expect(openai.requests.some(({ headers: sent }) => sent.authorization === `Bearer ${UPSTREAM_KEY}`)).toBe(
      true,
    );
    const sentTo = (fake: FakeUpstream) => JSON.stringify(fake.requests.map(({ rawHeaders }) => rawHeaders));
    expect(sentTo(ollama)).not.toContain(UPSTREAM_KEY);
    for (const fake of [ollama, openai]) {
      expect(fake.requests.length).toBeGreaterThan(0);
      expect(sentTo(fake)).not.toContain(credential.slice(-40));
      expect(sentTo(fake)).not.toContain('canary-cookie');
    }
  });
});
